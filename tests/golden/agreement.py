#!/usr/bin/python3
"""Golden figures of agreement between predicted and true values, and of cardiac measures, by numpy and scipy. Writes
agreement.h. Intervals are computed twice: with the draws of rng.h, which the tests compare with, and with numpy's own
generator, from which they may differ only by chance; that is checked here."""
import os

import numpy as np
from scipy import stats

from philox import Draws

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["mean", "sd", "median", "min", "max", "r", "bias", "mae", "sd_diff", "loa_low", "loa_high"]
REPLICATES = 400
rng = np.random.default_rng(23)


def figures(p, t):
    d = p - t
    sd = lambda x: np.std(x, ddof=1) if len(x) > 1 else np.nan
    r = stats.pearsonr(p, t)[0] if len(set(p)) > 1 and len(set(t)) > 1 else np.nan
    return np.array([p.mean(), sd(p), np.median(p), p.min(), p.max(), r, d.mean(), np.abs(d).mean(), sd(d),
                     d.mean() - 1.96 * sd(d), d.mean() + 1.96 * sd(d)])


def interval(p, t, draws):
    each = np.array([figures(p[i], t[i]) for i in draws])
    out = []
    for column in each.T:
        column = column[~np.isnan(column)]
        out.append(np.percentile(column, [2.5, 97.5]) if len(column) else [np.nan, np.nan])
    return np.array(out)


def number(x):
    return "NAN" if np.isnan(x) else repr(float(x))


cases = []
for n, seed, noise, bias in ((30, 0, 8, 3), (7, 12345678901234567890, 2, -1), (2, 5, 1, 0)):
    t = rng.normal(140, 40, n)
    cases.append(("%d patients" % n, seed, t + rng.normal(bias, noise, n), t))
cases.append(("ties", 3, np.array([1.0, 1, 2, 2, 3]), np.array([1.0, 2, 2, 3, 3])))
cases.append(("all alike", 4, np.array([0.3, 0.3, 0.3]), np.array([0.1, 0.2, 0.4])))

with open(os.path.join(HERE, "agreement.h"), "w") as f:
    f.write("/* written by agreement.py: do not edit */\n#define GOLDEN_REPLICATES %d\n" % REPLICATES)
    f.write("static const struct golden_agreement {\n\tconst char *name;\n\tuint64_t seed;\n\tint n;\n\tdouble p[30], t[30];\n"
            "\tdouble figure[11][3]; /* value, low, high */\n} golden_agreement[] = {\n")
    for name, seed, p, t in cases:
        n = len(p)
        draws = []
        for b in range(REPLICATES):
            d = Draws(seed, 0, b)
            draws.append([d.below(n) for _ in range(n)])
        value, ours = figures(p, t), interval(p, t, draws)
        if n >= 30:
            other = interval(p, t, rng.integers(0, n, (20000, n)))
            width = other[:, 1] - other[:, 0]
            assert (np.abs(ours - other) < 0.2 * width[:, None] + 1e-9).all(), (ours, other)
        rows = ", ".join("{ %s }" % ", ".join(map(number, (v, *i))) for v, i in zip(value, ours))
        f.write('\t{ "%s", %dULL, %d,\n\t  { %s },\n\t  { %s },\n\t  { %s } },\n'
                % (name, seed, n, ", ".join(map(number, p)), ", ".join(map(number, t)), rows))
    f.write("};\n")
