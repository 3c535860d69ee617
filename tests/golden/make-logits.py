#!/usr/bin/python3
"""Writes logits-*.safetensors: U-Net logits (and the class of each pixel) in evaluation mode, computed in double
precision; and probabilities averaged over networks, mirror images and windows. Prints how far single precision is from
the logits.

An image whose sides are not multiples of 32 is padded with its own minimum before normalisation, half of it (rounded
down) above and to the left, and the logits are cropped back."""
import os

import numpy as np
import torch
import torch.nn.functional as F

from formula import fill, image, save
from measure import HERE, relative
from networks import Unet

SEED = 12


def logits(net, x, mean, std, dtype):
    h, w = x.shape[2:]
    dh, dw = -h % 32, -w % 32
    top, left = dh // 2, dw // 2
    x = F.pad(x, (left, dw - left, top, dh - top), value=x.min().item()) if dh or dw else x
    with torch.no_grad():
        y = net.to(dtype).eval()((x.to(dtype) - mean) / std)
    return y[:, :, top:top + h, left:left + w]


CASES = [
    ("resnet18-1", "resnet18", 1, 32, 64, 0, 1),
    ("resnet18-3", "resnet18", 3, 32, 32, 0, 1),
    ("resnet50-1", "resnet50", 1, 64, 32, 0, 1),
    ("odd", "resnet18", 1, 43, 50, 0, 1),
    ("normalised", "resnet18", 1, 32, 40, 0.25, 0.5),
]

for name, arch, c, h, w, mean, std in CASES:
    net = fill(Unet(arch, c, 4))
    x = torch.from_numpy(image(SEED, 0, c, h, w))[None]
    single = logits(net, x, mean, std, torch.float32)
    double = logits(net, x, mean, std, torch.float64)
    top = double.topk(2, 1).values
    save(os.path.join(HERE, "logits-%s.safetensors" % name),
         {"logits": double.float().contiguous().numpy(), "pred": double.argmax(1).byte().numpy()})
    print("%-12s %s deviation %.4g classes %s smallest margin %.2g; single against double %.2g" % (
        name, list(double.shape), double.std(), double.argmax(1).unique(return_counts=True)[1].tolist(),
        (top[:, 0] - top[:, 1]).min(), relative(single, double)))


def probabilities(net, x):
    return logits(net, x, 0, 1, torch.float64).softmax(1)


def all_ways(net, x):
    """The mean over the image and its mirror images, each mirrored back"""
    return sum(probabilities(net, x.flip(d)).flip(d) for d in ([], [3], [2], [2, 3])) / 4


def places(length, size):
    """Windows at most half their size apart, evenly from edge to edge"""
    n = 1 + -(-(length - size) // (size // 2))
    return [int(np.floor(i * (length - size) / (n - 1) + 0.5)) for i in range(n)]


def windows(net, x, size):
    """The mean over windows, each weighted by a Gaussian of deviation size/8"""
    d = (np.arange(size) - (size - 1) / 2) / (size / 8)
    bell = np.exp(-d * d / 2)
    weight = torch.from_numpy(np.outer(bell, bell))
    p, total = torch.zeros(1, 4, *x.shape[2:], dtype=torch.float64), torch.zeros(*x.shape[2:], dtype=torch.float64)
    for top in places(x.shape[2], size):
        for left in places(x.shape[3], size):
            at = slice(top, top + size), slice(left, left + size)
            p[:, :, at[0], at[1]] += weight * probabilities(net, x[:, :, at[0], at[1]])
            total[at] += weight
    return p / total


def write(name, p):
    top = p.topk(2, 1).values
    save(os.path.join(HERE, "logits-%s.safetensors" % name), {
        "probabilities": p.float().contiguous().numpy(), "pred": p.argmax(1).byte().numpy(),
        "entropy": -(p * p.log()).sum(1).float().numpy()})
    print("%-12s classes %s smallest margin %.2g" % (name, p.argmax(1).unique(return_counts=True)[1].tolist(),
                                                     (top[:, 0] - top[:, 1]).min()))


net18, net50 = fill(Unet("resnet18", 1, 4)), fill(Unet("resnet50", 1, 4))
odd = torch.from_numpy(image(SEED, 0, 1, 43, 50))[None]
write("ensemble", (all_ways(net18, odd) + all_ways(net50, odd)) / 2)
write("windows", windows(net18, torch.from_numpy(image(SEED, 0, 1, 75, 64))[None], 32))
