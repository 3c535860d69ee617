#!/usr/bin/python3
"""Writes byol-*.tsv (loss, lr, tau, collapse monitor of five steps) and byol-*-online.digest, byol-*-target.digest
(what the five steps changed in the weights), computed in double precision. Prints how far single precision is
from it, which is what the tolerances in parity.bats are made of.

Conventions beyond the formulas: the target starts as a copy of the online network with its running statistics;
the collapse monitor takes the online projections of both views, standard deviation with n - 1."""
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

from formula import view
from measure import arrays, digest, optimiser, stray, write_digest, write_table
from networks import Byol

STEPS, BATCH, SIDE, SEED = 5, 8, 48, 33

# name: optimiser, base lr, weight decay, schedule (warm-up steps of a cosine, or None: constant), tau_0
CASES = {
    "sgd": ("sgd", 0.001, 0.01, None, 0.9),
    "adam": ("adam", 1e-5, 0.01, None, 0.9),
    "lars": ("lars", 0.002, 0.01, None, 0.9),
    "cosine": ("lars", 0.004, 0.01, 2, 0.5),
}


def rate(base, warmup, k, start=3e-5):
    if warmup is None:
        return base
    if k < warmup:
        return start + k * (base - start) / (warmup - 1)
    return 0.5 * base * (1 + math.cos(math.pi * (k - warmup) / (STEPS - warmup)))


def agreement(p, z):
    return 2 - 2 * F.cosine_similarity(p, z, dim=1).mean()


def train(kind, base, decay, warmup, tau0, dtype):
    online, target = (Byol("resnet18", 1, 64, 64).fill().to(dtype).train() for _ in range(2))
    opt = optimiser(kind, online.parameters(), base, decay)
    rows = []
    for k in range(STEPS):
        lr, tau = rate(base, warmup, k), 1 - (1 - tau0) * (math.cos(math.pi * k / STEPS) + 1) / 2
        views = [torch.from_numpy(np.stack([view(v, SEED, k * BATCH + i, 1, SIDE) for i in range(BATCH)])).to(dtype)
                 for v in (1, 2)]
        z = [online.project(v) for v in views]
        with torch.no_grad():
            goal = [target.project(v) for v in views]
        loss = agreement(online.predictor(z[0]), goal[1]) + agreement(online.predictor(z[1]), goal[0])
        collapse = torch.stack([F.normalize(x.detach(), dim=1).std(0).mean() for x in z]).mean()
        opt.param_groups[0]["lr"] = lr
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for t, o in zip(target.parameters(), online.parameters()):
                t.mul_(tau).add_(o, alpha=1 - tau)
        rows.append((k + 1, k, loss.item(), lr, tau, collapse.item()))
    named = lambda net: {Byol.name(k): v for k, v in arrays(net.state_dict()).items()}
    return rows, named(online), {k: v for k, v in named(target).items() if not k.startswith("pr")}


for name, case in CASES.items():
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    before = {Byol.name(k): v for k, v in arrays(Byol("resnet18", 1, 64, 64).fill().state_dict()).items()}
    rows, *after = train(*case, torch.float64)
    rows32, *after32 = train(*case, torch.float32)
    write_table("byol-%s.tsv" % name, ["step", "epoch", "loss", "lr", "tau", "collapse"], rows)
    print("%-7s loss %s collapse %s" % (name, " ".join("%.5f" % r[2] for r in rows), " ".join("%.4f" % r[5] for r in rows)))
    print("        single against double: loss %.1g, collapse %.1g" % tuple(
        max(abs(a[c] / b[c] - 1) for a, b in zip(rows32, rows)) for c in (2, 5)))
    for side, a, a32 in zip(("online", "target"), after, after32):
        truth = digest(before, a)
        write_digest("byol-%s-%s.digest" % (name, side), truth)
        print("        %s: sum, signed, norm, elements stray by %s" % (
            side, ", ".join("%.1g" % x for x, _ in stray(digest(before, a32), truth))))
