#!/usr/bin/python3
"""Writes neighbours.h: the nearest of some vectors by cosine, with and without those of their own group, by numpy in double
precision. The vectors are whole numbers of -100..100 by philox.py, so that C makes the same; a few are alike, opposite or
null."""
import numpy as np

from philox import Draws

N, D, K, GROUPS = 24, 37, 3, 5

draws = [Draws(13, 0, i) for i in range(N)]
x = np.array([[d.below(201) - 100 for _ in range(D)] for d in draws], np.float64)
x[7] = x[3]            # the same
x[12] = 4 * x[3]       # in the same direction
x[9] = -x[2]           # opposite
x[20] = 0              # nowhere
length = np.sqrt((x * x).sum(1))
both = np.outer(length, length)
cosine = np.where(both > 0, x @ x.T / np.where(both > 0, both, 1), 0)


def nearest(i, grouped):
    others = [j for j in range(N) if j != i and not (grouped and j % GROUPS == i % GROUPS)]
    return sorted(others, key=lambda j: (-round(cosine[i, j], 12), j))[:K]


with open("neighbours.h", "w") as f:
    f.write("/* from neighbours.py: the nearest by cosine, of all and of other groups */\n")
    for grouped in (0, 1):
        for i in range(N):
            near = nearest(i, grouped)
            f.write("{ %s },\n" % ", ".join("{ %d, %.15g }" % (j, cosine[i, j]) for j in near))
print("N %d D %d, cosines %.3f .. %.3f" % (N, D, np.sort(cosine.ravel())[0], np.sort(cosine.ravel())[-1]))
