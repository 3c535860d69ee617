#!/usr/bin/python3
"""Writes features-*.safetensors: pooled encoder features of a few images, computed in double precision.
Prints how far single precision is from it."""
import os

import torch

from formula import fill, image, save
from measure import HERE, relative
from networks import encoder

SEED = 11


def features(net, c, h, w, n, dtype):
    x = torch.stack([torch.from_numpy(image(SEED, i, c, h, w)) for i in range(n)])
    with torch.no_grad():
        return net.to(dtype).eval()(x.to(dtype))


def summed(arch):
    """The 3-channel weights with conv1 summed over its input channels: what one channel gets"""
    wide, net = fill(encoder(arch, 3)), fill(encoder(arch, 1))
    state = {**wide.state_dict(), "conv1.weight": wide.conv1.weight.sum(1, keepdim=True)}
    net.load_state_dict(state)
    return net


def repeated(arch):
    """The 1-channel weights for three channels: repeated and divided by 3"""
    narrow, net = fill(encoder(arch, 1)), fill(encoder(arch, 3))
    net.load_state_dict({**narrow.state_dict(), "conv1.weight": narrow.conv1.weight.repeat(1, 3, 1, 1) / 3})
    return net


CASES = [
    ("resnet18-1", fill(encoder("resnet18", 1)), 1, 96, 96),
    ("resnet18-3", fill(encoder("resnet18", 3)), 3, 64, 96),
    ("resnet34-1", fill(encoder("resnet34", 1)), 1, 64, 96),
    ("resnet50-1", fill(encoder("resnet50", 1)), 1, 96, 96),
    ("resnet50-3", fill(encoder("resnet50", 3)), 3, 64, 96),
    ("resnet50-3to1", summed("resnet50"), 1, 64, 96),
    ("resnet18-1to3", repeated("resnet18"), 3, 64, 96),
]

for name, net, c, h, w in CASES:
    single = features(net, c, h, w, 2, torch.float32)
    double = features(net, c, h, w, 2, torch.float64)
    save(os.path.join(HERE, "features-%s.safetensors" % name), {"features": double.float().numpy()})
    print("%-14s %s mean %.4g deviation %.4g zeros %.2f; single against double %.2g" % (
        name, list(double.shape), double.mean(), double.std(), (double == 0).double().mean(), relative(single, double)))
