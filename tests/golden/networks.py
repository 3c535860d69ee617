"""networks.py - the networks in PyTorch: torchvision's ResNet, BYOL's heads, and a U-Net with the layout and
the names of segmentation_models.pytorch 0.3.2 (written from that description, not with that package)"""
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision

from formula import fill


def encoder(arch, channels):
    """Pooled features of a torchvision ResNet without its classifier"""
    net = getattr(torchvision.models, arch)(weights=None)
    if channels != 3:
        net.conv1 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    net.fc = nn.Identity()
    return net


def taps(net, x):
    """The encoder's output at 1/2, 1/4, ... 1/32"""
    x = net.relu(net.bn1(net.conv1(x)))
    out = [x]
    x = net.maxpool(x)
    for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
        x = stage(x)
        out.append(x)
    return out


class Double(nn.Module):
    """A decoder block: enlarge, join the skip connection, twice convolution, batch norm, ReLU"""

    def __init__(self, cin, cout):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU())
        self.conv2 = nn.Sequential(nn.Conv2d(cout, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU())

    def forward(self, x, skip):
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.conv2(self.conv1(x if skip is None else torch.cat([x, skip], 1)))


class Unet(nn.Module):
    def __init__(self, arch, channels, classes):
        super().__init__()
        self.encoder = encoder(arch, channels)
        wide = 512 * (4 if arch == "resnet50" else 1)
        skips, outs = [wide // 2, wide // 4, wide // 8, 64, 0], [256, 128, 64, 32, 16]
        self.decoder = nn.Module()
        self.decoder.blocks = nn.ModuleList(Double(a + s, b) for a, s, b in zip([wide] + outs, skips, outs))
        self.segmentation_head = nn.Sequential(nn.Conv2d(16, classes, 3, padding=1))

    def forward(self, x):
        x, *skips = taps(self.encoder, x)[::-1]
        for block, skip in zip(self.decoder.blocks, skips + [None]):
            x = block(x, skip)
        return self.segmentation_head(x)


class Byol(nn.Module):
    """One side of BYOL; the names of its state: the encoder's own beside projector.* and predictor.*"""

    def __init__(self, arch, channels, proj_hidden, pred_hidden, out=256):
        super().__init__()
        self.encoder = encoder(arch, channels)
        wide = 512 * (4 if arch == "resnet50" else 1)
        self.projector = self.head(wide, proj_hidden, out)
        self.predictor = self.head(out, pred_hidden, out)

    @staticmethod
    def head(cin, hidden, out):
        return nn.Sequential(nn.Linear(cin, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, out))

    def project(self, x):
        return self.projector(self.encoder(x))

    @staticmethod
    def name(key):
        return key[8:] if key.startswith("encoder.") else key

    def fill(self):
        fill(self.encoder)
        fill(self.projector, "projector.")
        fill(self.predictor, "predictor.")
        return self


def parameters(module):
    return sum(p.numel() for p in module.parameters())
