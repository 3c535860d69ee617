#!/usr/bin/python3
"""Writes ensemble-*.safetensors: what U-Nets that learnt from pixels of another size make of an image, there and back, and
with another network, mirrored images and windows on average (the formulas stand in lib/predict), in double precision:
probabilities of classes, their entropy in nats and the most probable class. Prints how far single precision is from it, and
how far what one might take for the same resampling is."""
import math
import os

import torch
import torch.nn.functional as F

from formula import fill, image, save
from measure import HERE, relative
from networks import Unet

SEED = 12
MIRRORED = {"none": [[]], "both": [[], [3], [2], [2, 3]]}
LINEAR = dict(mode="bilinear", align_corners=False, antialias=True)
OTHERS = {"corners": dict(mode="bilinear", align_corners=True), "aliased": dict(mode="bilinear", align_corners=False),
          "nearest": dict(mode="nearest-exact"), "cubic": dict(mode="bicubic", align_corners=False, antialias=True)}


def whole(net, x):
    """softmax of the logits of an image, padded to multiples of 32 with its minimum"""
    h, w = x.shape[2:]
    dh, dw = -h % 32, -w % 32
    top, left = dh // 2, dw // 2
    x = F.pad(x, (left, dw - left, top, dh - top), value=x.min().item())
    return net(x)[:, :, top:top + h, left:left + w].softmax(1)


def places(length, size):
    n = 1 + math.ceil((length - size) / (size / 2))
    return [0] if n == 1 else [math.floor(i * (length - size) / (n - 1) + 0.5) for i in range(n)]


def bell(size):
    return torch.exp(-(torch.arange(size).double() - (size - 1) / 2) ** 2 / (2 * (size / 8) ** 2))


def look(net, x, window):
    h, w = x.shape[2:]
    if not window or (h <= window and w <= window):
        return whole(net, x)
    a, b = min(h, window), min(w, window)
    g = (bell(a)[:, None] * bell(b)).to(x.dtype)
    total = torch.zeros(1, net.segmentation_head[0].out_channels, h, w, dtype=x.dtype)
    weight = torch.zeros(h, w, dtype=x.dtype)
    for y in places(h, a):
        for z in places(w, b):
            total[:, :, y:y + a, z:z + b] += g * whole(net, x[:, :, y:y + a, z:z + b])
            weight[y:y + a, z:z + b] += g
    return total / weight


def resample(x, size, how):
    return x if tuple(x.shape[2:]) == tuple(size) else F.interpolate(x, size, **how)


def ensemble(nets, x, flip, window, spacing, dtype, how=LINEAR):
    sums = []
    for net, grid in nets:
        net = net.to(dtype).eval()
        size = x.shape[2:]
        if grid:
            size = tuple(max(1, math.floor(n * s / g + 0.5)) for n, s, g in zip(size, spacing[::-1], grid[::-1]))
        seen = resample(x.to(dtype), size, how)
        with torch.no_grad():
            p = [look(net, seen.flip(d), window).flip(d) for d in MIRRORED[flip]]
        sums.append(resample(sum(p) / len(p), x.shape[2:], how))
    return sum(sums) / len(sums)


A, B = "resnet18", "resnet34"
CASES = [  # name, (network, grid), height, width, flip, window, spacing (x, y)
    ("coarse", [(A, (1.5, 1.1))], 43, 50, "none", 0, (1.2, 0.9)),
    ("fine", [(A, (1.0, 1.25)), (B, None)], 40, 48, "both", 32, (1.25, 1.6)),
]

for name, members, h, w, flip, window, spacing in CASES:
    nets = [(fill(Unet(arch, 1, 4)), grid) for arch, grid in members]
    x = torch.from_numpy(image(SEED, 0, 1, h, w))[None]
    single = ensemble(nets, x, flip, window, spacing, torch.float32)
    p = ensemble(nets, x, flip, window, spacing, torch.float64)
    entropy = -(p * p.clamp_min(1e-300).log()).sum(1)
    top = p.topk(2, 1).values
    save(os.path.join(HERE, "ensemble-%s.safetensors" % name),
         {"probabilities": p.float().contiguous().numpy(), "entropy": entropy.float().contiguous().numpy(),
          "pred": p.argmax(1).byte().numpy()})
    print("%-8s %s classes %s entropy %.3g..%.3g smallest margin %.2g; single against double %.2g" % (
        name, list(p.shape), p.argmax(1).unique(return_counts=True)[1].tolist(), entropy.min(), entropy.max(),
        (top[:, 0] - top[:, 1]).min(), relative(single.double(), p)))
    for other, how in OTHERS.items():
        q = ensemble(nets, x, flip, window, spacing, torch.float64, how)
        print("         %s instead: %.2g off, %d classes" % (other, relative(q, p), (q.argmax(1) != p.argmax(1)).sum()))
