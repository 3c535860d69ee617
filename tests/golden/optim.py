#!/usr/bin/python3
"""Writes optim.h: parameters after each of six steps of PyTorch's SGD and Adam, and of LARS as in SPEC.

Debian packages: python3-torch, python3-numpy. Usage: ./optim.py >optim.h
"""
import numpy as np
import torch

STEPS = 6
RATES = [0.01, 0.05, 0.1, 0.08, 0.03, 0.001]
SHAPES = [(3, 5), (7,), (2, 2, 1, 3), (4, 2)]  # the last starts at 0; the third is frozen for two steps
rng = np.random.default_rng(7)
START = [rng.normal(size=s) * 0.5 for s in SHAPES[:-1]] + [np.zeros(SHAPES[-1])]
GRADS = [[rng.normal(size=s) * 10.0 ** rng.integers(-3, 1) for s in SHAPES] for _ in range(STEPS)]


class Lars(torch.optim.Optimizer):
    """You et al. 2017; the arithmetic of a published BYOL run: see the header of lib/nn/optim.h."""

    def __init__(self, params, lr, momentum=0.9, weight_decay=1e-5, eta=0.02, eps=1e-8):
        super().__init__(params, dict(lr=lr, momentum=momentum, wd=weight_decay, eta=eta, eps=eps))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                d = p.grad.clone()
                norm_p, norm_g = p.norm(), p.grad.norm()
                if p.dim() > 1 and norm_p > 0 and norm_g > 0:
                    rate = group["eta"] * norm_p / (norm_g + group["wd"] * norm_p + group["eps"])
                    rate = torch.clamp(rate / group["lr"], max=1.0)
                    d = (d + group["wd"] * p) * rate
                state = self.state[p]
                if "m" not in state:
                    state["m"] = d.clone()
                else:
                    state["m"].mul_(group["momentum"]).add_(d)
                p.sub_(group["lr"] * state["m"])


RUNS = [
    ("sgd", lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, weight_decay=0.01)),
    ("sgd_plain", lambda p: torch.optim.SGD(p, lr=1)),
    ("adam", lambda p: torch.optim.Adam(p, lr=1)),
    ("adam_decay", lambda p: torch.optim.Adam(p, lr=1, betas=(0.8, 0.99), eps=1e-4, weight_decay=0.1)),
    ("lars", lambda p: Lars(p, lr=1)),
    ("lars_decay", lambda p: Lars(p, lr=1, momentum=0.5, weight_decay=0.1, eta=0.5, eps=0.01)),
]


def array(name, values):
    text = ", ".join("%.9g" % v for v in values)
    print(f"static const float {name}[] = {{ {text} }};")


def flat(tensors):
    return np.concatenate([np.asarray(t, dtype=np.float64).ravel() for t in tensors])


print("/* Made by optim.py with PyTorch", torch.__version__, "*/")
array("golden_rates", RATES)
array("golden_start", flat(START))
array("golden_grads", flat(g for step in GRADS for g in step))
for name, make in RUNS:
    params = [torch.tensor(np.float32(s), dtype=torch.float64, requires_grad=True) for s in START]
    opt = make(params)
    out = []
    for k in range(STEPS):
        for i, p in enumerate(params):
            p.grad = None if i == 2 and k < 2 else torch.tensor(np.float32(GRADS[k][i]), dtype=torch.float64)
        opt.param_groups[0]["lr"] = RATES[k]
        opt.step()
        out.append(flat(p.detach().numpy() for p in params))
    array("golden_" + name, np.concatenate(out))
for limit in (0.25, 100.0):
    params = [torch.zeros(s, dtype=torch.float64, requires_grad=True) for s in SHAPES]
    for p, g in zip(params, GRADS[0]):
        p.grad = torch.tensor(np.float32(g), dtype=torch.float64)
    norm = torch.nn.utils.clip_grad_norm_(params, limit)
    tag = "clipped" if norm > limit else "whole"
    array("golden_" + tag, flat(p.grad.numpy() for p in params))
print("static const double golden_norm = %.12g;" % norm)
