"""measure.py - digests of weight changes, tables, and how far single precision strays from double

A digest is one line per tensor of what training added to it (after - before): sum, sum with the random signs
word("sign", 0, 0, i) & 1, Euclidean norm, and the change of elements 0, (n-1)/3, 2(n-1)/3 and n-1. Looking at the
change, not the weights, is what gives a wrong optimiser no place to hide: five steps move most weights by a
thousandth of their size. tests/helpers/check-digest.c does the same sums in C.
"""
import os

import numpy as np
import torch

from formula import words

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ["sum", "signed", "norm", "e0", "e1", "e2", "e3"]


def digest(before, after):
    """{name: (figures, n, largest |before|)}"""
    rows = {}
    for name in sorted(after):
        if name.endswith("num_batches_tracked"):
            continue
        p, d = before[name].astype("f8").ravel(), (after[name].astype("f8") - before[name]).ravel()
        n = d.size
        sign = 1.0 - 2.0 * (words("sign", 0, 0, n) & np.uint32(1))
        rows[name] = [d.sum(), (d * sign).sum(), np.sqrt((d * d).sum())] + [d[k * (n - 1) // 3] for k in range(4)], \
            n, np.abs(p).max()
    return rows


def stray(a, truth):
    """By how much each figure of digest `a` is off at most (worst tensor), as a part of what it could be: the norm
    of the change times sqrt(n) for the sum, the norm for signed sum and norm, norm/sqrt(n) for an element; a
    millionth of the largest weight is allowed for rounding"""
    worst = [(0.0, "")] * 4
    for name, (want, n, largest) in truth.items():
        norm, rounding = want[2], 1e-6 * largest
        for k, (x, y) in enumerate(zip(a[name][0], want)):
            unit = [n ** 0.5, 1.0, 1.0, n ** -0.5][min(k, 3)]
            off = max(0.0, abs(x - y) - rounding * n ** 0.5 * unit) / max(norm * unit, 1e-30)
            worst[min(k, 3)] = max(worst[min(k, 3)], (off, name))
    return worst


def write_digest(name, rows):
    with open(os.path.join(HERE, name), "w") as f:
        print("tensor\t" + "\t".join(COLUMNS), file=f)
        for tensor, (figures, _, _) in rows.items():
            print(tensor + "".join("\t%.8g" % x for x in figures), file=f)


def write_table(name, columns, rows):
    with open(os.path.join(HERE, name), "w") as f:
        print("\t".join(columns), file=f)
        for row in rows:
            print("\t".join("%d" % x if isinstance(x, int) else "%.9g" % x for x in row), file=f)


def arrays(state):
    return {k: v.detach().numpy().copy() for k, v in state.items()}


def relative(a, b):
    a, b = a.detach().double(), b.detach().double()
    return ((a - b).norm() / b.norm()).item()


# --- optimisers: step(parameters) ---

class Lars(torch.optim.Optimizer):
    """SPEC-style LARS: trust ratio and weight decay for tensors of two or more dimensions only, clipped at 1 after
    division by the learning rate; momentum without dampening"""

    def __init__(self, params, lr, momentum=0.9, weight_decay=1e-5, eta=0.02, eps=1e-8):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay, eta=eta, eps=eps))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                d, size, slope = p.grad, p.norm(), p.grad.norm()
                if p.ndim > 1 and size > 0 and slope > 0:
                    r = group["eta"] * size / (slope + group["weight_decay"] * size + group["eps"])
                    d = min((r / group["lr"]).item(), 1.0) * (d + group["weight_decay"] * p)
                m = self.state[p].get("m")
                m = d.clone() if m is None else m.mul_(group["momentum"]).add_(d)
                self.state[p]["m"] = m
                p.sub_(m, alpha=group["lr"])


def optimiser(kind, params, lr, weight_decay):
    if kind == "sgd":
        return torch.optim.SGD(params, lr, momentum=0.9, weight_decay=weight_decay)
    if kind == "adam":
        return torch.optim.Adam(params, lr, weight_decay=weight_decay)
    return Lars(params, lr, weight_decay=weight_decay)
