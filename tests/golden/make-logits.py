#!/usr/bin/python3
"""Writes logits-*.safetensors: U-Net logits (and the class of each pixel) in evaluation mode, computed in double
precision. Prints how far single precision is from it.

An image whose sides are not multiples of 32 is padded with its own minimum before normalisation, half of it (rounded
down) above and to the left, and the logits are cropped back."""
import os

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
