#!/usr/bin/env python3
"""PyTorch's side of the benchmark: the same rows as step.c, with the same way of asking for steps.

    torch_step.py resnet|byol|unet|segment resnet18|resnet34|resnet50 BATCH SIZE
        [--precision f32|bf16] [--layout channels_last|contiguous] [--threads N] [--steps N] [--export FILE]

bf16 is autocast: parameters and optimiser in f32. After two steps that don't count every step prints its
seconds, and at the end "peak MIB" tells the largest resident memory. With --steps 0 (the default) a line on
standard input, answered by "ready" at first, asks for a step each. --export writes the network of segment as ONNX
for onnx_step.js, classes in place of logits, and makes no step.
"""
import argparse
import copy
import resource
import sys
import time

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

CHANNELS, CLASSES, WARMUP, RATE, MOMENTUM = 3, 4, 2, 0.01, 0.9
TAPS = {"resnet18": (64, 64, 128, 256, 512), "resnet34": (64, 64, 128, 256, 512),
        "resnet50": (64, 256, 512, 1024, 2048)}
DECODER = (256, 128, 64, 32, 16)


def encoder(arch):
    """The ResNet with its pooling; features instead of classes."""
    net = getattr(torchvision.models, arch)()
    net.fc = nn.Identity()
    return net


class Up(nn.Module):
    """Nearest x2, concatenate the skip, twice convolution, batch norm, ReLU."""

    def __init__(self, cin, skip, cout):
        super().__init__()
        self.both = nn.Sequential(
            nn.Conv2d(cin + skip, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True),
            nn.Conv2d(cout, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))

    def forward(self, x, skip):
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.both(x if skip is None else torch.cat([x, skip], 1))


class UNet(nn.Module):
    """The layout of segmentation_models.pytorch."""

    def __init__(self, arch):
        super().__init__()
        self.encoder = encoder(arch)
        skips = TAPS[arch][-2::-1] + (0,)
        cins = TAPS[arch][-1:] + DECODER[:-1]
        self.blocks = nn.ModuleList(Up(*shape) for shape in zip(cins, skips, DECODER))
        self.head = nn.Conv2d(DECODER[-1], CLASSES, 3, padding=1)

    def forward(self, x):
        e = self.encoder
        taps = [e.relu(e.bn1(e.conv1(x)))]
        x = e.maxpool(taps[0])
        for layer in (e.layer1, e.layer2, e.layer3, e.layer4):
            x = layer(x)
            taps.append(x)
        for block, skip in zip(self.blocks, taps[-2::-1] + [None]):
            x = block(x, skip)
        return self.head(x)


class Classes(UNet):
    """What a user of the U-Net wants: the class of each pixel."""

    def forward(self, x):
        return super().forward(x).argmax(1).to(torch.uint8)


def mlp(cin, hidden):
    return nn.Sequential(nn.Linear(cin, hidden), nn.BatchNorm1d(hidden), nn.ReLU(inplace=True), nn.Linear(hidden, 256))


def sgd(*nets):
    return torch.optim.SGD([p for net in nets for p in net.parameters()], lr=RATE, momentum=MOMENTUM)


class Bench:
    """What the rows share: the batch, its layout, the precision."""

    def __init__(self, args):
        self.args = args
        self.layout = getattr(torch, {"contiguous": "contiguous_format"}.get(args.layout, args.layout))

    def noise(self):
        x = torch.randn(self.args.batch, CHANNELS, self.args.size, self.args.size)
        return x.contiguous(memory_format=self.layout)

    def place(self, net):
        return net.to(memory_format=self.layout)

    def cast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.args.precision == "bf16")

    def resnet(self):
        net, x = self.place(encoder(self.args.arch)), self.noise()

        def step():
            with self.cast():
                y = net(x)
            y.float().sum().backward()
        return step

    def unet(self):
        net, x = self.place(UNet(self.args.arch)), self.noise()
        mask = torch.randint(0, CLASSES, (self.args.batch, self.args.size, self.args.size))
        optimizer = sgd(net)

        def step():
            optimizer.zero_grad(set_to_none=True)
            with self.cast():
                logits = net(x)
            F.cross_entropy(logits.float(), mask).backward()
            optimizer.step()
        return step

    def byol(self):
        online = self.place(nn.Sequential(encoder(self.args.arch), mlp(TAPS[self.args.arch][-1], 4096)))
        predictor = mlp(256, 8192)
        target = copy.deepcopy(online).requires_grad_(False)
        optimizer = sgd(online, predictor)
        views = [self.noise(), self.noise()]

        def step():
            optimizer.zero_grad(set_to_none=True)
            with torch.no_grad(), self.cast():
                goals = [target(view).float() for view in views]
            for view, goal in zip(views, reversed(goals)):
                with self.cast():
                    p = predictor(online(view)).float()
                (2 - 2 * F.cosine_similarity(p, goal).mean()).backward()
            optimizer.step()
            with torch.no_grad():
                for t, o in zip(target.parameters(), online.parameters()):
                    t.lerp_(o, 0.01)
        return step

    def segment(self):
        net, x = self.place(Classes(self.args.arch)).eval(), self.noise()

        def step():
            with torch.no_grad(), self.cast():
                return net(x)
        return step

    def export(self):
        torch.onnx.export(Classes(self.args.arch).eval(), self.noise(), self.args.export, opset_version=13,
                          input_names=["images"], output_names=["classes"])


def asked(steps):
    """One turn for every step to make."""
    if steps:
        yield from range(steps)
    else:
        print("ready", flush=True)
        for line in iter(sys.stdin.readline, ""):
            yield line


def arguments():
    parser = argparse.ArgumentParser(description="PyTorch's side of the benchmark")
    parser.add_argument("kind", choices=["resnet", "byol", "unet", "segment"])
    parser.add_argument("arch", choices=sorted(TAPS))
    parser.add_argument("batch", type=int)
    parser.add_argument("size", type=int)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--layout", choices=["channels_last", "contiguous"], default="channels_last")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--export")
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    if args.export:
        Bench(args).export()
        return
    step = getattr(Bench(args), args.kind)()
    for _ in range(WARMUP):
        step()
    for _ in asked(args.steps):
        start = time.monotonic()
        step()
        print("%.6f" % (time.monotonic() - start), flush=True)
    print("peak %d" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


main()
