#!/usr/bin/python3
"""Writes nifti/*.nii[.gz] and nifti.h, which says what nibabel reads from them.

Debian packages: python3-nibabel, python3-numpy. Usage: ./nifti.py
"""
import gzip
import os

import nibabel as nib
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DTYPE = {"u1": "TEN_U8", "i1": "TEN_I8", "u2": "TEN_U16", "i2": "TEN_I16", "u4": "TEN_U32", "i4": "TEN_I32",
         "u8": "TEN_U64", "i8": "TEN_I64", "f4": "TEN_F32", "f8": "TEN_F64"}
rng = np.random.default_rng(7)


def values(shape, dtype):
    d = np.dtype(dtype)
    if d.kind == "f":
        return rng.normal(0, 100, shape).astype(d)
    top = min(np.iinfo(d).max, 2**53)
    return rng.integers(0 if d.kind == "u" else -top, top, shape).astype(d)


def write(name, a, version=1, order="<", slope=None, inter=0, zooms=None, comment=None, units="mm"):
    d = a.dtype.newbyteorder(order)
    image = (nib.Nifti1Image, nib.Nifti2Image)[version - 1](a.astype(d), np.diag([1.5, 1.25, 8, 1]), dtype=d)
    head = image.header.as_byteswapped(order)
    head.set_data_dtype(d)
    head.set_zooms(zooms or (1.5, 1.25, 8, 0.04)[:a.ndim])
    head.set_xyzt_units(units, "msec" if units == "micron" else "sec")
    if comment:
        head.extensions.append(nib.nifti1.Nifti1Extension("comment", comment))
    head["vox_offset"] = head.single_vox_offset + (16 * ((len(comment) + 8 + 15) // 16) if comment else 0)
    head["scl_slope"], head["scl_inter"] = (np.nan, np.nan) if slope is None else (slope, inter)
    path = os.path.join(HERE, "nifti", name)
    text = head.binaryblock + (b"\1\0\0\0" if comment else b"\0\0\0\0")
    if comment:
        n = int(head["vox_offset"]) - len(text)
        text += np.array([n, 6], order + "i4").tobytes() + comment.encode().ljust(n - 8, b"\0")
    text += a.astype(d).tobytes(order="F")
    with open(path, "wb") as f:
        f.write(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    return describe(name, path)


def describe(name, path):
    image = nib.load(path)
    h, raw = image.header, nib.arrayproxy.ArrayProxy.get_unscaled(image.dataobj)
    slope, inter = image.dataobj.slope, image.dataobj.inter
    shape = list(image.shape) + [1] * 4
    unit = {"mm": 1, "micron": 1e-3, "meter": 1e3}[h.get_xyzt_units()[0]]
    zooms = [float(z) * unit for z in h.get_zooms()[:3]] + [1, 1, 1]
    raw_values = ", ".join(repr(float(v)) for v in np.asarray(raw).ravel(order="F"))
    return "\t{ \"%s\", %d, { %s }, { %s }, %s, %r, %r, %d,\n\t  (const double[]){ %s } },\n" % (
        name, 1 + (len(h.binaryblock) == 540), ", ".join(str(d) for d in shape[:4]),
        ", ".join("%.9g" % z for z in zooms[:3]), DTYPE[raw.dtype.str[1:]], float(slope), float(inter),
        image.dataobj.offset, raw_values)


def main():
    os.makedirs(os.path.join(HERE, "nifti"), exist_ok=True)
    rows = []
    for k, t in enumerate(sorted(DTYPE)):
        name = "%s-%s.nii%s" % (t, "be" if k % 2 else "le", ".gz" if k % 3 == 0 else "")
        rows.append(write(name, values((3, 4, 2), t), 1 + k % 4 // 2, "><"[k % 2 == 0]))
    rows.append(write("scaled.nii.gz", values((3, 2, 2, 3), "i2"), 1, "<", 0.5, -3))
    rows.append(write("comment.nii", values((3, 2, 2), "u1"), 2, ">", comment="by whom, and why"))
    rows.append(write("comment.nii.gz", values((3, 2, 2), "u1"), 1, "<", comment="by whom"))
    rows.append(write("flat.nii", values((5, 3), "u1"), 1, ">"))
    rows.append(write("singleton.nii", values((2, 3, 2, 1, 1, 1), "i2"), zooms=(1, 1, 1, 0, 0, 0)))
    rows.append(write("micron.nii", values((2, 3, 2, 2), "u1"), zooms=(1500, 1250, 8000, 40), units="micron"))
    # a patient: a cine of four frames, its frame 2 and that one's labels
    cine = rng.integers(0, 900, (6, 5, 3, 4)).astype("i2")
    rows.append(write("cine.nii.gz", cine))
    rows.append(write("frame.nii.gz", cine[..., 1]))
    rows.append(write("labels.nii.gz", rng.integers(0, 4, (6, 5, 3)).astype("u1")))
    with open(os.path.join(HERE, "nifti.h"), "w") as f:
        f.write("/* made by nifti.py: name, version, dims, spacing, stored type, slope, inter, data offset, values */\n")
        f.writelines(rows)


main()
