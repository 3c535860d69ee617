#!/usr/bin/python3
"""Writes loss.h: losses and their gradients by PyTorch's autograd in double.

Debian packages: python3-torch, python3-numpy. Usage: ./loss.py >loss.h
"""
import numpy as np
import torch
import torch.nn.functional as F

N, K, HW = 2, 4, 21  # class 3 does not occur
rng = np.random.default_rng(11)
LOGITS = np.float32(rng.normal(size=(N, K, HW)) * 3)
LOGITS[0, :, 0] = [120, -90, 3, 0]  # P_t underflows in single precision
MASK = rng.integers(0, 3, size=(N, HW))
MASK[0, 0] = 1
IGNORED = MASK.copy()
IGNORED[rng.random((N, HW)) < 0.3] = 255
HALF = MASK.copy()  # of the second sample nothing is known, of the first no pixel of class 2
HALF[1] = HALF[0, MASK[0] == 2] = 255


def pixels(x, mask):
    """All counted pixels: logits [M,K], classes [M]."""
    keep = torch.tensor(mask.reshape(-1) != 255)
    x = x.permute(0, 2, 1).reshape(-1, K)[keep]
    return x, torch.tensor(mask.reshape(-1))[keep]


def cross_entropy(x, mask):
    return F.cross_entropy(x, torch.tensor(mask), ignore_index=255)


def region(x, t, jaccard):
    p, y = x.softmax(1), F.one_hot(t, K).to(x.dtype)
    both, both_sizes = (p * y).sum(0), (p + y).sum(0)
    score = both / (both_sizes - both).clamp_min(1e-7) if jaccard else 2 * both / both_sizes.clamp_min(1e-7)
    return ((1 - score) * (y.sum(0) > 0)).mean()


def focal(x, t):
    log_p = x.log_softmax(1).gather(1, t[:, None])[:, 0]
    return (-(1 - log_p.exp()) ** 2 * log_p).mean()


LOSSES = [
    lambda x, mask: region(*pixels(x, mask), True),
    lambda x, mask: region(*pixels(x, mask), False),
    cross_entropy,
    lambda x, mask: region(*pixels(x, mask), False) + cross_entropy(x, mask),
    lambda x, mask: focal(*pixels(x, mask)),
]


def array(name, values, kind="float"):
    text = ", ".join("%.9g" % v for v in np.asarray(values).ravel())
    print(f"static const {kind} {name}[] = {{ {text} }};")


print("/* Made by loss.py with PyTorch", torch.__version__, "*/")
array("golden_logits", LOGITS)
array("golden_mask", MASK, "unsigned char")
array("golden_ignored", IGNORED, "unsigned char")
array("golden_half", HALF, "unsigned char")
for tag, mask in (("", MASK), ("_ignored", IGNORED), ("_half", HALF)):
    values, grads = [], []
    for loss in LOSSES:
        x = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
        value = loss(x, mask)
        value.backward()
        values.append(value.item())
        grads.append(x.grad.numpy())
    array("golden_seg" + tag, values, "double")
    array("golden_seg_grad" + tag, grads)

P, Z = (np.float32(rng.normal(size=(5, 8)) * s) for s in (3, 0.1))
p = torch.tensor(P, dtype=torch.float64, requires_grad=True)
z = torch.tensor(Z, dtype=torch.float64)
value = 2 - 2 * (F.normalize(p, dim=1) * F.normalize(z, dim=1)).sum(1).mean()
value.backward()
array("golden_p", P)
array("golden_z", Z)
array("golden_dp", p.grad.numpy())
print("static const double golden_byol = %.12g;" % value.item())
print("static const double golden_spread = %.12g;" % F.normalize(z, dim=1).std(0).mean().item())

CN, CK = 6, 5
CLASS_LOGITS = np.float32(rng.normal(size=(CN, CK)) * 3)
CLASS_LOGITS[0] = [120, -90, 3, 0, 7]
LABELS = [1, 4, 0, 2, 2, 3]
array("golden_class_logits", CLASS_LOGITS)
array("golden_labels", LABELS, "int64_t")
values, grads = [], []
for smoothing in (0, 0.1, 1):
    x = torch.tensor(CLASS_LOGITS, dtype=torch.float64, requires_grad=True)
    value = F.cross_entropy(x, torch.tensor(LABELS), label_smoothing=smoothing)
    value.backward()
    values.append(value.item())
    grads.append(x.grad.numpy())
array("golden_class", values, "double")
array("golden_class_grad", grads)
