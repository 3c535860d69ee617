"""Golden figures of exp-converge and exp-compare, by numpy and scipy.

Writes studies/: invented histories of four arms, what becomes of them, a table of scores and its tests; and paired.h.
The random numbers of the bootstrap are part of the result, so philox.py has Philox a second time.
"""
import itertools
import os
import shutil
import zlib

import numpy as np
from scipy import stats

from philox import Draws

HERE = os.path.dirname(os.path.abspath(__file__))
DIR = os.path.join(HERE, "studies")


def table(name, rows):
    with open(os.path.join(DIR, name), "w") as f:
        for row in rows:
            f.write("\t".join(row) + "\n")


def text(x, digits="%.6f"):
    return x if isinstance(x, str) else "%d" % x if isinstance(x, (int, np.integer)) else digits % x


# --- convergence ---

def make_histories():
    """arm -> seed -> scores; speeds, plateaus and lengths differ, random's last run is short and never gets there"""
    g = np.random.default_rng(4)
    arms = {}
    for arm, plateau, speed, seeds in (("random", 0.83, 5.0, (1, 2, 3)), ("imagenet-supervised", 0.87, 3.0, (1, 2, 3, 4)),
                                       ("acdc-ssl", 0.86, 2.0, (1, 2, 3)), ("single", 0.84, 1.0, (7,))):
        arms[arm] = {}
        for s in seeds:
            n = 9 if arm == "random" and s == 3 else 20
            x = plateau * (1 - np.exp(-np.arange(1, n + 1) / (speed * g.uniform(0.6, 1.6)))) + g.normal(0, 0.012, n)
            arms[arm][s] = [float("%.9g" % v) for v in x]
    return arms


def write_histories(arms):
    for arm, runs in arms.items():
        for s, x in runs.items():
            os.makedirs(os.path.join(DIR, arm, "seed-%d" % s))
            rows = [["epoch", "loss", "dice_mean", "slice_iou"]]
            rows += [[str(i), "%.4g" % (1 - v), "%.9g" % v, "%.9g" % (v * v)] for i, v in enumerate(x)]
            table(os.path.join(arm, "seed-%d" % s, "history.tsv"), rows)


def figures(runs, share, last):
    """runs: a list of lists of curves. Threshold, best arm, finals, epochs (negative: censored after so many)"""
    final = [[np.mean(x[-last:]) for x in r] for r in runs]
    best = int(np.argmax([np.mean(f) for f in final]))
    threshold = share * np.mean(final[best])
    epochs = [[next((i + 1 for i, v in enumerate(x) if v >= threshold), -len(x)) for x in r] for r in runs]
    return threshold, best, final, epochs


def converge(arms, shares, last, replicates, seed, against):
    names = list(arms)
    runs = [list(arms[a].values()) for a in names]
    head = ["share", "threshold", "best", "arm", "runs", "final", "final_sd", "censored", "epochs", "epochs_sd"]
    head += [x + "." + r for r in against for x in ("speedup", "low", "high", "bound")]
    rows, per_run = [head], [["share", "threshold", "arm", "seed", "trained", "final", "epochs"]]
    sd = lambda x: float(np.std(x, ddof=1)) if len(x) > 1 else np.nan
    for share in shares:
        threshold, best, final, epochs = figures(runs, share, last)
        drawn = np.empty((replicates, len(names)))
        for b in range(replicates):
            draws = [Draws(seed, zlib.crc32(a.encode()), b) for a in names]
            again = [[r[d.below(len(r))] for _ in r] for d, r in zip(draws, runs)]
            drawn[b] = [np.mean(np.abs(e)) for e in figures(again, share, last)[3]]
        for i, a in enumerate(names):
            e = np.abs(epochs[i])
            censored = sum(x < 0 for x in epochs[i])
            row = ["%g" % share, threshold, names[best], a, len(runs[i]), np.mean(final[i]), sd(final[i]), censored]
            row += [(">" if censored else "") + "%.4f" % np.mean(e), "%.4f" % sd(e)]
            for r in against:
                if r not in names:
                    row += ["nan", "nan", "nan", "-"]
                    continue
                k = names.index(r)
                low, high = np.percentile(drawn[:, k] / drawn[:, i], [2.5, 97.5])
                if min(len(runs[i]), len(runs[k])) < 2:
                    low = high = np.nan
                other = any(x < 0 for x in epochs[k])
                row += ["%.4f" % x for x in (np.mean(np.abs(epochs[k])) / np.mean(e), low, high)]
                row += ["=" if k == i else "?" if censored and other else "<=" if censored else ">=" if other else "="]
            rows.append([text(x) for x in row])
            for s, x, f, n in zip(arms[a], runs[i], final[i], epochs[i]):
                per_run.append([text(v) for v in ("%g" % share, threshold, a, s, len(x), f, str(n) if n > 0 else ">%d" % -n)])
    return rows, per_run


def curves(arms):
    rows = [["arm", "epochs", "runs", "mean", "sd", "min", "max"]]
    for a, runs in arms.items():
        for n in range(max(map(len, runs.values()))):
            x = [r[n] for r in runs.values() if len(r) > n]
            sd = np.std(x, ddof=1) if len(x) > 1 else np.nan
            rows.append([a, str(n + 1), str(len(x))] + ["%.6f" % v for v in (np.mean(x), sd, min(x), max(x))])
    return rows


# --- paired tests ---

def signed_ranks(d):
    d = np.asarray([x for x in d if x != 0])
    if not len(d):
        return d, d, 0.0
    r = stats.rankdata(np.abs(d))
    return d, r, min(r[d > 0].sum(), r[d < 0].sum())


def wilcoxon(d):
    """n, w, p: scipy's where it is exact or meant to be normal, else all signs tried"""
    d, r, w = signed_ranks(d)
    if not len(d):
        return 0, 0.0, 1.0
    if len(d) > 50:
        return len(d), w, stats.wilcoxon(d, zero_method="wilcox", correction=False, mode="approx").pvalue
    if len(set(np.abs(d))) == len(d):
        return len(d), w, stats.wilcoxon(d, mode="exact").pvalue
    assert len(d) <= 20
    sums = np.array([r[np.array(s, bool)].sum() for s in itertools.product((0, 1), repeat=len(d))])
    return len(d), w, min(1.0, 2 * np.mean(sums <= w))


def t_test(d):
    if len(d) < 2 or not np.any(d):
        return np.nan, np.nan
    return tuple(stats.ttest_1samp(d, 0))


def holm(p):
    order, out, before = np.argsort(p, kind="stable"), np.empty(len(p)), 0.0
    for i, k in enumerate(order):
        before = min(1.0, max(before, p[k] * (len(p) - i)))
        out[k] = before
    return out


def make_scores():
    g = np.random.default_rng(10)
    rows = [["study", "arm", "ratio", "slices", "seed", "dice", "iou"]]
    for ratio, slices in (("0.01", 15), ("0.1", 150), ("1", 1498)):
        for arm, gain in (("random", 0.0), ("imagenet-supervised", 0.03), ("acdc-ssl", 0.02)):
            for s in (0, 13, 42, 123, 1111, 77, 62, 91, 7, 5):
                if arm == "acdc-ssl" and ratio == "1" and s in (7, 5):
                    continue  # not finished
                dice = round(0.9 - 0.5 / np.sqrt(slices) + gain + g.normal(0, 0.02), 2 if ratio == "1" else 6)
                rows.append(["efficiency", arm, ratio, str(slices + s % 3), str(s), "%.6f" % dice, "%.6f" % (dice * 0.9)])
    return rows


def compare(rows):
    arms, at = [], []
    for r in rows[1:]:
        arms += [r[1]] if r[1] not in arms else []
        at += [r[2]] if r[2] not in at else []
    means = [["ratio", "arm", "runs", "mean", "sd", "min", "max", "slices"]]
    tests = [["ratio", "arm", "against", "pairs", "difference", "sd", "t", "p_t", "w", "p_w", "p_holm"]]
    for ratio in at:
        score = {a: {r[4]: float(r[5]) for r in rows[1:] if r[1] == a and r[2] == ratio} for a in arms}
        some = []
        for a in arms:
            x = list(score[a].values())
            n = [float(r[3]) for r in rows[1:] if r[1] == a and r[2] == ratio]
            means.append([ratio, a, str(len(x))] + ["%.6f" % v for v in (np.mean(x), np.std(x, ddof=1), min(x), max(x))] +
                         ["%.6g" % np.mean(n)])
        for a, b in itertools.combinations(arms, 2):
            d = [round(score[a][s] - score[b][s], 9) for s in score[a] if s in score[b]]
            some.append((a, b, d, t_test(d), wilcoxon(d)))
        for (a, b, d, t, w), h in zip(some, holm([x[4][2] for x in some])):
            tests.append([ratio, a, b, str(len(d))] + ["%.6f" % v for v in (np.mean(d), np.std(d, ddof=1))] +
                         ["%.6g" % v for v in (*t, w[1], w[2], h)])
    return means, tests


def write_header():
    """Differences that are exact in binary, so that ties are ties on both sides"""
    g = np.random.default_rng(5)
    cases = [[], [0.5], [0.0, 0.0], [0.25, -0.5], [1, 2, 3, 4, 5, 6], [-1, -1, -1, 2, 0, 1, 3],
             *(list(np.unique(g.integers(-4000, 6000, 4 * n))[:: 4][: n] / 1024) for n in (10, 20, 33)),
             list((np.arange(1, 51) - 12) * (-1.0) ** np.arange(50) / 64 + 1 / 1024),
             list(g.integers(-6, 9, 18) / 8), list(g.integers(-40, 60, 70) / 16), [1e-3] * 10, [-5] + [0.125] * 12]
    with open(os.path.join(HERE, "paired.h"), "w") as f:
        f.write("/* Paired tests by scipy and by trying all signs; written by studies.py */\n")
        f.write("static const struct golden_paired {\n\tint n, nonzero;\n\tdouble d[80], t, p_t, w, p_w;\n} golden_paired[] = {\n")
        c = lambda x: "NAN" if np.isnan(x) else "%.17g" % x if np.isfinite(x) else "-INFINITY" if x < 0 else "INFINITY"
        for d in cases:
            t, p = t_test(d) if len(set(d)) > 1 else (np.nan, np.nan) if len(d) < 2 or not d[0] else (np.inf * d[0], 0.0)
            n, w, p_w = wilcoxon(d)
            f.write("\t{ %d, %d, { %s }, %s, %s, %s, %s },\n" % (len(d), n, ", ".join(c(x) for x in d) or "0", c(t), c(p), c(w), c(p_w)))
        f.write("};\n\n/* t, degrees of freedom, two-sided probability */\nstatic const double golden_student[][3] = {\n")
        for df in (1, 2, 3.5, 9, 30, 1000, 1e6):
            for t in (0, 1e-9, 0.3, 1, 2.5, -7, 40):
                f.write("\t{ %s, %s, %s },\n" % (c(t), c(df), c(2 * stats.t.sf(abs(t), df))))
        f.write("};\n")


shutil.rmtree(DIR, ignore_errors=True)
histories = make_histories()
write_histories(histories)
rows, per_run = converge(histories, (0.95, 0.8, 1), 1, 2000, 3, ("imagenet-supervised", "random"))
table("converge.tsv", rows)
table("runs.tsv", per_run)
table("curves.tsv", curves(histories))
table("converge-last.tsv", converge(histories, (0.9,), 4, 300, 0, ("random", "absent"))[0])
scores = make_scores()
table("scores.tsv", scores)
means, tests = compare(scores)
table("means.tsv", means)
table("tests.tsv", tests)
write_header()
