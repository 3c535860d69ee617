#!/usr/bin/python3
"""Writes classify-*.tsv (loss, learning rate and gradient norm of five steps of classification; after each, the loss,
top-1 and top-5 of images that were not trained with) and classify.digest (what the steps changed in the weights),
computed in double precision. Prints how far single precision is from it.

Labels are smoothed by 0.1 in training, not in validation, which uses the running statistics of batch norms."""
import math

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

from formula import fill, image, label
from measure import arrays, digest, optimiser, stray, write_digest, write_table

STEPS, BATCH, SIDE, SEED, CLASSES = 5, 8, 48, 27, 7
VAL_SEED, VAL = 28, 11
BASE, WARMUP, DECAY = 0.004, 2, 0.01


def rate(k):
    if k < WARMUP:
        return BASE / 100 + k * (BASE - BASE / 100) / (WARMUP - 1)
    return 0.5 * BASE * (1 + math.cos(math.pi * (k - WARMUP) / (STEPS - WARMUP)))


def batch(seed, first, n, dtype):
    x = np.stack([image(seed, i, 3, SIDE, SIDE) for i in range(first, first + n)])
    return torch.from_numpy(x).to(dtype), torch.tensor([label(seed, i, CLASSES) for i in range(first, first + n)])


def validate(net, dtype):
    x, y = batch(VAL_SEED, 0, VAL, dtype)
    with torch.no_grad():
        logits = net.eval()(x)
    net.train()
    best = logits.topk(5, 1).indices
    gap = logits.sort(1, descending=True).values
    print("      closest calls %.2g" % (gap[:, :-1] - gap[:, 1:]).min().item())
    return F.cross_entropy(logits, y).item(), (best[:, 0] == y).double().mean().item(), \
        (best == y[:, None]).any(1).double().mean().item()


def train(dtype):
    net = torchvision.models.resnet18(weights=None)
    net.fc = torch.nn.Linear(512, CLASSES)
    fill(net)
    before = arrays(net.state_dict())
    net.to(dtype).train()
    opt = optimiser("sgd", net.parameters(), BASE, DECAY)
    steps, epochs = [], []
    for k in range(STEPS):
        x, y = batch(SEED, k * BATCH, BATCH, dtype)
        loss = F.cross_entropy(net(x), y, label_smoothing=0.1)
        opt.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), math.inf)
        opt.param_groups[0]["lr"] = rate(k)
        opt.step()
        steps.append((k + 1, k, loss.item(), rate(k), norm.item()))
        epochs.append((k,) + validate(net, dtype))
    return steps, epochs, before, arrays(net.state_dict())


steps, epochs, before, after = train(torch.float64)
steps32, epochs32, _, after32 = train(torch.float32)
write_table("classify-steps.tsv", ["step", "epoch", "loss", "lr", "grad_norm"], steps)
write_table("classify-epochs.tsv", ["epoch", "val_loss", "val_top1", "val_top5"], epochs)
truth = digest(before, after)
write_digest("classify.digest", truth)
print("loss %s, validation %s" % tuple(" ".join("%.5f" % r[c] for r in rows) for rows, c in ((steps, 2), (epochs, 1))))
print("single against double: loss %.1g, gradient %.1g, validation %.1g" % (
    *(max(abs(a[c] / b[c] - 1) for a, b in zip(steps32, steps)) for c in (2, 4)),
    max(abs(a[1] / b[1] - 1) for a, b in zip(epochs32, epochs))))
print("sum, signed, norm, elements stray by", ", ".join("%.1g" % s for s, _ in stray(digest(before, after32), truth)))
