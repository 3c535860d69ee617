#!/usr/bin/python3
"""Writes finetune-*.tsv (loss, learning rate and gradient norm of each step) and finetune-*.digest (what the steps
changed in the weights), computed in double precision. Prints how far single precision is from it, which is what the
tolerances in parity.bats are made of.

The norm is that of all gradients together before clipping; batch norms are in training mode."""
import sys

import numpy as np
import torch
import torch.nn.functional as F

from formula import cover, fill, segmented
from measure import arrays, digest, optimiser, stray, write_digest, write_table
from networks import Unet

BATCH, SIDE, SEED = 4, 64, 19

# name: arch, classes, steps, optimiser, lr, weight decay, clip, loss
CASES = {
    "sgd": ("resnet18", 4, 5, "sgd", 0.01, 0.01, 0.25, "jaccard"),
    "adam": ("resnet18", 4, 5, "adam", 1e-5, 0.01, 5.0, "jaccard"),
    "lars": ("resnet18", 4, 5, "lars", 0.004, 0.01, 5.0, "jaccard"),
    "resnet50": ("resnet50", 4, 1, "sgd", 0.01, 0.0, 5.0, "jaccard"),
    "absent": ("resnet18", 5, 1, "sgd", 0.01, 0.0, 5.0, "jaccard"),
    "dice": ("resnet18", 5, 1, "sgd", 0.01, 0.0, 5.0, "dice"),
    "ce": ("resnet18", 4, 1, "sgd", 0.01, 0.0, 5.0, "ce"),
    "dice+ce": ("resnet18", 4, 1, "sgd", 0.01, 0.0, 5.0, "dice+ce"),
    "focal": ("resnet18", 4, 1, "sgd", 0.01, 0.0, 5.0, "focal"),
    "ignored": ("resnet18", 4, 2, "sgd", 0.01, 0.0, 5.0, "jaccard"),
    "ignored-dice+ce": ("resnet18", 4, 1, "sgd", 0.01, 0.0, 5.0, "dice+ce"),
    "ignored-focal": ("resnet18", 4, 1, "sgd", 0.01, 0.0, 5.0, "focal"),
}
IGNORE = 255  # in masks of the cases named so
DIGESTS = "sgd", "adam", "lars", "resnet50"


def overlap(kind, logits, y):
    p, dims = logits.softmax(1) * y.sum(1, keepdim=True), (0, 2, 3)  # y has no class where pixels are ignored
    both, all_ = (p * y).sum(dims), (p + y).sum(dims)
    part = 2 * both / all_.clamp(min=1e-7) if kind == "dice" else both / (all_ - both).clamp(min=1e-7)
    return ((1 - part) * (y.sum(dims) > 0)).mean()


def loss_of(kind, logits, mask):
    y = F.one_hot(mask, IGNORE + 1)[..., :logits.shape[1]].movedim(3, 1).to(logits.dtype)
    if kind in ("jaccard", "dice"):
        return overlap(kind, logits, y)
    if kind == "ce":
        return F.cross_entropy(logits, mask, ignore_index=IGNORE)
    if kind == "dice+ce":
        return overlap("dice", logits, y) + F.cross_entropy(logits, mask, ignore_index=IGNORE)
    log_p = (logits.log_softmax(1) * y).sum(1)
    return -((1 - log_p.exp()) ** 2 * log_p).sum() / y.sum()


def batch(k, dtype, ignored):
    pairs = [segmented(SEED, k * BATCH + i, 1, SIDE, SIDE) for i in range(BATCH)]
    for i in range(BATCH if ignored else 0):
        cover(pairs[i][1], k * BATCH + i, IGNORE)
    x, y = (torch.from_numpy(np.stack(t)) for t in zip(*pairs))
    return x.to(dtype), y.long()


def train(arch, classes, steps, kind, lr, decay, clip, loss_kind, ignored, dtype):
    net = fill(Unet(arch, 1, classes))
    before = arrays(net.state_dict())
    net.to(dtype).train()
    opt = optimiser(kind, net.parameters(), lr, decay)
    rows = []
    for k in range(steps):
        x, y = batch(k, dtype, ignored)
        loss = loss_of(loss_kind, net(x), y)
        opt.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
        opt.step()
        rows.append((k + 1, 0, loss.item(), lr, norm.item()))
    return rows, before, arrays(net.state_dict())


if __name__ == "__main__":
    for name, case in CASES.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        rows, before, after = train(*case, "ignored" in name, torch.float64)
        rows32, _, after32 = train(*case, "ignored" in name, torch.float32)
        write_table("finetune-%s.tsv" % name, ["step", "epoch", "loss", "lr", "grad_norm"], rows)
        print("%-9s loss %s, gradient %s; single against double: loss %.1g, gradient %.1g" % (
            name, " ".join("%.5f" % r[2] for r in rows), " ".join("%.3g" % r[4] for r in rows),
            *(max(abs(a[c] / b[c] - 1) for a, b in zip(rows32, rows)) for c in (2, 4))))
        truth = digest(before, after)
        if name in DIGESTS:
            write_digest("finetune-%s.digest" % name, truth)
        print("          sum, signed, norm, elements stray by", ", ".join(
            "%.1g" % s for s, _ in stray(digest(before, after32), truth)))
