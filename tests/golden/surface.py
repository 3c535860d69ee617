#!/usr/bin/python3
"""Golden figures of distances and surfaces, by scipy's exact transform and erosion. Writes surface.h."""
import os

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from surfaces import distances

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(11)


def noise(shape, classes=2, smooth=0.0, empty=0.5):
    x = rng.random(shape)
    if smooth:
        x = gaussian_filter(x, smooth)
        x = np.argsort(np.argsort(x.ravel())).reshape(shape) / x.size
    return np.where(x < empty, 0, 1 + (x - empty) / (1 - empty) * (classes - 1)).astype(np.uint8)


def blob(shape, *voxels):
    m = np.zeros(shape, np.uint8)
    for v in voxels:
        m[v] = 1
    return m


def ellipsoid(shape, middle, radii):
    grid = np.indices(shape)
    return (sum(((g - c) / r) ** 2 for g, c, r in zip(grid, middle, radii)) <= 1).astype(np.uint8)


def number(x):
    return "NAN" if np.isnan(x) else repr(float(x))


S = np.s_
aniso, cube = (10.0, 1.5, 1.25), (1.0, 1.0, 1.0)
cases = [  # spacing z, y, x
    ("random in a volume", noise((5, 7, 9)), noise((5, 7, 9)), cube),
    ("random, anisotropic", noise((5, 7, 9)), noise((5, 7, 9)), aniso),
    ("sparse, anisotropic", noise((6, 11, 13), empty=0.97), noise((6, 11, 13), empty=0.97), (8.0, 0.7, 1.4)),
    ("smooth, several classes", noise((6, 12, 14), 4, 1.2), noise((6, 12, 14), 4, 1.2), aniso),
    ("random in a slice", noise((1, 15, 17)), noise((1, 15, 17)), cube),
    ("smooth slice, several classes", noise((1, 16, 18), 4, 1.5), noise((1, 16, 18), 4, 1.5), (5.0, 1.4, 0.9)),
    ("both empty", blob((3, 4, 5)), blob((3, 4, 5)), aniso),
    ("truth empty", blob((3, 4, 5)), blob((3, 4, 5), (1, 2, 3)), aniso),
    ("prediction empty", blob((3, 4, 5), (1, 2, 3)), blob((3, 4, 5)), aniso),
    ("single voxels apart", blob((4, 6, 7), (0, 0, 0)), blob((4, 6, 7), (3, 5, 6)), aniso),
    ("the same single voxel", blob((4, 6, 7), (2, 3, 4)), blob((4, 6, 7), (2, 3, 4)), aniso),
    ("everything against a voxel", blob((4, 6, 7), S[:]), blob((4, 6, 7), (2, 3, 4)), aniso),
    ("touching opposite borders", blob((4, 8, 9), S[:, :3, :]), blob((4, 8, 9), S[:, 6:, :]), (2.5, 1.1, 0.6)),
    ("a thick block and its shift", blob((7, 9, 10), S[1:6, 1:8, 1:8]), blob((7, 9, 10), S[2:7, 2:9, 3:10]), aniso),
    ("ellipsoids", ellipsoid((8, 20, 22), (3.5, 9, 10), (3, 7, 6)), ellipsoid((8, 20, 22), (4, 10, 12), (3.4, 6, 8)), aniso),
    ("a slice of a volume", blob((3, 6, 6), S[1, 1:5, 1:5]), blob((3, 6, 6), S[1, 2:6, 1:5]), aniso),
    ("one row", noise((1, 1, 40), empty=0.8), noise((1, 1, 40), empty=0.8), (3.0, 2.0, 0.3)),
    ("one column", noise((1, 40, 1), empty=0.8), noise((1, 40, 1), empty=0.8), (3.0, 0.3, 2.0)),
    ("one line through slices", noise((40, 1, 1), empty=0.8), noise((40, 1, 1), empty=0.8), (0.3, 2.0, 3.0)),
]

with open(os.path.join(HERE, "surface.h"), "w") as f:
    f.write("/* written by surface.py: do not edit */\n")
    f.write("static const struct golden_surface {\n\tconst char *name;\n\tint x, y, z;\n\tdouble spacing[3];\n\tint classes;\n")
    f.write("\tdouble d[3][3]; /* class 1..: HD, HD95, ASSD */\n\tconst char *truth, *pred;\n} golden_surface[] = {\n")
    for name, t, p, spacing in cases:
        k = max(2, t.max() + 1, p.max() + 1)
        figures = ", ".join("{ %s }" % ", ".join(map(number, distances(t == c, p == c, spacing))) for c in range(1, k))
        f.write('\t{ "%s", %d, %d, %d, { %g, %g, %g }, %d, { %s },\n' % (name, *t.shape[::-1], *spacing[::-1], k, figures))
        f.write('\t  "%s",\n\t  "%s" },\n' % tuple("".join(map(str, m.ravel())) for m in (t, p)))
    f.write("};\n\n")
    mask, spacing = noise((5, 6, 7), empty=0.95), (7.0, 1.3, 0.9)
    d = distance_transform_edt(mask == 0, spacing)
    f.write("/* distances to the voxels that are 1: z 5, y 6, x 7 */\nstatic const double golden_distance_spacing[] = { %g, %g, %g };\n"
            % spacing[::-1])
    f.write('static const char golden_distance_mask[] = "%s";\n' % "".join(map(str, mask.ravel())))
    f.write("static const double golden_distance[] = {\n%s};\n"
            % "".join("\t%s,\n" % ", ".join(map(number, row)) for row in d.reshape(-1, d.shape[2])))
