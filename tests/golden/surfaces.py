"""Distances between the surfaces of two masks by scipy's exact transform and erosion: HD, HD95 and ASSD as lib/eval/surface.h
defines them. Spacing is z, y, x; a volume of one slice is an image."""
import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure


def outline(mask):
    return mask & ~binary_erosion(mask, generate_binary_structure(mask.ndim, 1), border_value=0)


def distances(t, p, spacing):
    if not t.any() and not p.any():
        return 0.0, 0.0, 0.0
    if not t.any() or not p.any():
        return np.nan, np.nan, np.nan
    if t.shape[0] == 1:
        t, p, spacing = t[0], p[0], spacing[1:]
    st, sp = outline(t), outline(p)
    d = np.hstack([distance_transform_edt(~sp, spacing)[st], distance_transform_edt(~st, spacing)[sp]])
    return d.max(), np.percentile(d, 95), d.mean()
