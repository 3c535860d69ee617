"""components.h: connected components by scipy.ndimage.label, and the largest one of each label kept.

Masks are strings of digits, numbers of components two characters each, base 64 from '0' on.
"""
import os

import numpy as np
from scipy import ndimage

HERE = os.path.dirname(os.path.abspath(__file__))
RNG = np.random.default_rng(20261123)
RANK = {6: 1, 18: 2, 26: 3}


def masks():
    yield (RNG.random((4, 7, 9)) < .35).astype(int)
    yield (RNG.random((3, 6, 17)) < .55).astype(int)
    yield RNG.integers(0, 4, (5, 8, 7))
    yield (RNG.random((1, 13, 21)) < .4) * RNG.integers(1, 3, (1, 13, 21))
    yield (RNG.random((11, 1, 16)) < .5).astype(int)
    yield (RNG.random((9, 14, 1)) < .45).astype(int)
    yield np.zeros((2, 3, 4), int)
    yield np.ones((2, 3, 4), int)
    spiral = np.zeros((1, 9, 9), int)
    y, x, dy, dx = 0, 0, 0, 1
    for length in (8, 8, 8, 6, 6, 4, 4, 2, 2):
        for _ in range(length):
            spiral[0, y, x] = 3
            y, x = y + dy, x + dx
        dy, dx = dx, -dy
    yield spiral


def text(numbers):
    return "".join(chr(48 + n // 64) + chr(48 + n % 64) for n in numbers.ravel()).replace("\\", "\\\\")


def labels(mask, lo, hi, neighbours):
    structure = ndimage.generate_binary_structure(3, RANK[neighbours])
    return ndimage.label((mask >= lo) & (mask <= hi), structure)


def kept(mask, lo, hi, neighbours):
    numbers, n = labels(mask, lo, hi, neighbours)
    out = mask.copy()
    if n:
        sizes = np.bincount(numbers.ravel())[1:]
        out[(numbers > 0) & (numbers != 1 + sizes.argmax())] = 0
    return out


with open(os.path.join(HERE, "components.h"), "w") as f:
    f.write("/* Components by scipy.ndimage.label; written by components.py */\n")
    f.write("static const struct golden_components {\n\tint dim[3], lo, hi, neighbours, n;\n")
    f.write("\tconst char *mask, *numbers, *kept;\n} golden_components[] = {\n")
    for mask in masks():
        ranges = {(1, int(mask.max() or 1)), (2, 2)} if mask.max() in (2, 3) else {(1, 1)}
        for lo, hi in sorted(ranges):
            for neighbours in RANK:
                numbers, n = labels(mask, lo, hi, neighbours)
                f.write("\t{ { %d, %d, %d }, %d, %d, %d, %d,\n" % (*mask.shape, lo, hi, neighbours, n))
                for s in ("".join(map(str, mask.ravel())), text(numbers),
                          "".join(map(str, kept(mask, lo, hi, neighbours).ravel()))):
                    f.write('\t  "%s",\n' % s)
                f.write("\t},\n")
    f.write("};\n")
