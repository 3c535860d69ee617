#!/usr/bin/python3
# Writes overlap.ten, a stream of random masks and predictions, and what seg-eval should say of it
# (overlap-*.tsv), worked out by numpy from whole volumes with sets of voxels instead of a confusion matrix, and by scipy
# what distances are concerned.
# Three volumes and one image; class 3 is missing from one volume's truth, from another's prediction, class 4
# from everything. Records are cut and ordered so that volumes arrive in pieces.
import json
import os
import struct

import numpy as np

from surfaces import distances

HERE = os.path.dirname(os.path.abspath(__file__))
K = 5
rng = np.random.default_rng(7)


def blobs(n, shape, wrong):
    y, x = np.mgrid[: shape[0], : shape[1]]
    mask = np.zeros((n,) + shape, np.uint8)
    for i in range(n):
        for c, radius in ((1, 0.45), (2, 0.33), (3, 0.2)):
            cy, cx = np.array(shape) / 2 + rng.normal(0, 1, 2)
            mask[i][np.hypot(y - cy, x - cx) < radius * min(shape)] = c
    pred = np.roll(mask, 1, axis=2)
    noise = rng.random(mask.shape) < wrong
    pred[noise] = rng.integers(0, 4, mask.shape)[noise]
    return mask, pred


volumes = []
for patient, frame, n, shape, spacing, wrong in (
    ("patient001", "1", 5, (14, 12), (1.5, 1.25, 10), 0.1),
    ("patient001", "12", 5, (14, 12), (1.5, 1.25, 10), 0.3),
    ("patient002", "1", 3, (10, 16), (1.75, 1.75, 5), 0.0),
):
    meta = {"patient": patient, "frame": frame, "spacing": "%g %g %g" % spacing, "group": "DCM", "slices": str(n)}
    volumes.append([meta, *blobs(n, shape, wrong), np.prod(spacing) / 1000])
volumes.append([{"file": "some image.png"}, *blobs(1, (9, 9), 0.5), np.nan])
volumes[0][1][3:] = 0                  # two slices of empty truth, one of them empty in both
volumes[0][2][4] = 0
volumes[1][1][volumes[1][1] == 3] = 2  # class 3 only predicted
volumes[2][2][volumes[2][2] == 3] = 0  # class 3 only in truth
volumes[3][1][:] = np.minimum(volumes[3][1], 2)
volumes[3][2][:] = np.minimum(volumes[3][2], 2)  # class 3 in neither

pieces = [(0, 0, 2), (2, 0, 1), (0, 2, 5), (1, 0, 5), (3, 0, 1), (2, 1, 3)]  # volume, from, to


def tensor(a, at):
    return {"dtype": "U8", "shape": list(a.shape), "data_offsets": [at, at + a.size]}


with open(os.path.join(HERE, "overlap.ten"), "wb") as f:
    for seq, (v, lo, hi) in enumerate(pieces):
        meta, mask, pred, _ = volumes[v]
        m = dict(meta, seq=str(seq))
        if "patient" in meta:
            m["slice"] = str(lo)
        if seq == len(pieces) - 1:
            m["eos"] = "1"
        mask, pred = mask[lo:hi], pred[lo:hi]
        head = {"__metadata__": m, "mask": tensor(mask, 0), "pred": tensor(pred, mask.size)}
        head = json.dumps(head).encode()
        f.write(struct.pack("<Q", len(head)) + head + mask.tobytes() + pred.tobytes())


def dice(a, b, empty):
    return 2 * np.logical_and(a, b).sum() / (a.sum() + b.sum()) if a.any() or b.any() else empty


def iou(a, b, empty):
    return np.logical_and(a, b).sum() / np.logical_or(a, b).sum() if a.any() or b.any() else empty


def share(part, whole, empty):
    return part.sum() / whole.sum() if whole.any() else empty


def precision(t, p):
    return share(t & p, p, np.nan if t.any() else 1.0)


def recall(t, p):
    return share(t & p, t, np.nan if p.any() else 1.0)


def spacing(meta):
    return tuple(float(x) for x in meta["spacing"].split())[::-1] if "spacing" in meta else None


def apart(meta, t, p):
    """HD, HD95, ASSD"""
    return tuple(map(float, distances(t, p, spacing(meta)))) if spacing(meta) else (np.nan,) * 3


def empty(t, p):
    return {(1, 1): "neither", (0, 0): "both", (0, 1): "truth", (1, 0): "prediction"}[int(t.any()), int(p.any())]


def table(name, rows):
    with open(os.path.join(HERE, name), "w") as f:
        for row in rows:
            f.write("\t".join(x if isinstance(x, str) else "%d" % x if isinstance(x, int) else "%.6f" % x for x in row) + "\n")


slices = [(volumes[v][0], i, volumes[v][1][i], volumes[v][2][i]) for v, lo, hi in pieces for i in range(lo, hi)]
rows = [["patient", "frame", "slice", "macro_iou", "macro_dice"] + [x % c for c in range(K) for x in ("iou.%d", "dice.%d")]
        + [x % c for c in range(1, K) for x in ("hd.%d", "hd95.%d", "assd.%d")]]
for meta, i, t, p in slices:
    row = [meta.get("patient", meta.get("file")), meta.get("frame", ""), i]
    row += [float(np.mean([s(t == c, p == c, 1.0) for c in range(K)])) for s in (iou, dice)]
    rows.append(row + [float(s(t == c, p == c, np.nan)) for c in range(K) for s in (iou, dice)]
                + [d for c in range(1, K) for d in apart(meta, t[None] == c, p[None] == c)])
table("overlap-slices.tsv", rows)

order = sorted(range(4), key=lambda v: [q[0] for q in pieces].index(v))
rows = [["patient", "frame", "group", "phase", "slices", "class", "dice", "iou", "true_ml", "pred_ml", "error_ml", "precision",
         "recall", "hd", "hd95", "assd", "empty", "case"]]
for v in order:
    meta, t, p, ml = volumes[v]
    for c in range(K):
        rows.append([meta.get("patient", meta.get("file")), meta.get("frame", ""), meta.get("group", ""), "", len(t), str(c),
                     float(dice(t == c, p == c, 1.0)), float(iou(t == c, p == c, 1.0)),
                     "%.6g" % ((t == c).sum() * ml), "%.6g" % ((p == c).sum() * ml),
                     "%.6g" % ((int((p == c).sum()) - int((t == c).sum())) * ml), float(precision(t == c, p == c)),
                     float(recall(t == c, p == c)), *(apart(meta, t == c, p == c) if c else [np.nan] * 3),
                     empty(t == c, p == c), ""])
table("overlap-volumes.tsv", rows)

T = np.concatenate([v[1].ravel() for v in volumes])
P = np.concatenate([v[2].ravel() for v in volumes])
table("overlap-confusion.tsv", [["truth"] + [str(c) for c in range(K)]] +
      [[str(a)] + [int(((T == a) & (P == b)).sum()) for b in range(K)] for a in range(K)])

rows = [["metric", "class", "value"], ["slices", "all", len(slices)], ["volumes", "all", len(volumes)],
        ["accuracy", "all", float((T == P).mean())]]
for name, s in (("iou", iou), ("dice", dice)):
    rows.append(["slice_macro_" + name, "all", float(np.mean([[s(t == c, p == c, 1.0) for c in range(K)] for _, _, t, p in slices]))])
for name, s in (("iou", iou), ("dice", dice)):
    each = np.array([[s(t == c, p == c, np.nan) for c in range(K)] for _, _, t, p in slices])
    mean = [float(np.nanmean(each[:, c])) if not np.isnan(each[:, c]).all() else np.nan for c in range(K)]
    rows += [["slice_" + name, str(c), mean[c]] for c in range(K)]
    rows.append(["slice_" + name, "foreground", float(np.nanmean(mean[1:]))])
for name, s in (("iou", iou), ("dice", dice)):
    mean = [float(s(T == c, P == c, np.nan)) for c in range(K)]
    rows += [["pooled_" + name, str(c), mean[c]] for c in range(K)]
    rows.append(["pooled_" + name, "foreground", float(np.nanmean(mean[1:]))])
for name, s in (("iou", iou), ("dice", dice)):
    each = np.array([[s(t == c, p == c, 1.0) for c in range(K)] for _, t, p, _ in volumes])
    rows += [["volume_" + name, str(c), float(each[:, c].mean())] for c in range(K)]
    rows.append(["volume_" + name, "foreground", float(each[:, 1:].mean())])
rows += [["volumes_one_empty", str(c), sum(bool((t == c).any() != (p == c).any()) for _, t, p, _ in volumes)] for c in range(K)]
for name, first, value in (
    ("precision", 0, lambda m, t, p, ml: precision(t, p)),
    ("recall", 0, lambda m, t, p, ml: recall(t, p)),
    ("hd", 1, lambda m, t, p, ml: apart(m, t, p)[0]),
    ("hd95", 1, lambda m, t, p, ml: apart(m, t, p)[1]),
    ("assd", 1, lambda m, t, p, ml: apart(m, t, p)[2]),
    ("error_ml", 1, lambda m, t, p, ml: p.sum() * ml - t.sum() * ml),
    ("abs_error_ml", 1, lambda m, t, p, ml: abs(p.sum() * ml - t.sum() * ml)),
):
    each = {c: [value(m, t == c, p == c, ml) for m, t, p, ml in (volumes[v] for v in order)] for c in range(first, K)}
    mean = {c: float(sum(x for x in xs if not np.isnan(x)) / np.isfinite(xs).sum()) for c, xs in each.items()}
    digits = "%.4f" if name.endswith("_ml") else "%.6f"
    rows += [["volume_" + name, str(c), digits % x] for c, x in mean.items()]
    rows.append(["volume_" + name, "foreground", digits % np.mean([mean[c] for c in range(1, K)])])
table("overlap-summary.tsv", rows)
