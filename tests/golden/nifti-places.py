#!/usr/bin/python3
"""nifti/place-*.nii and nifti-places.h: where volumes lie, by nibabel; and how far the corners of two of them are apart.

A volume has 3x4x2 voxels. Both versions and byte orders take turns. Usage: ./nifti-places.py
"""
import itertools
import os

import nibabel as nib
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SHAPE = (3, 4, 2)
ZOOMS = (1.5, 1.25, 8)


def rotated(x, y, z, flip=1):
    def turn(angle, i, k):
        m = np.eye(3)
        m[i, i] = m[k, k] = np.cos(angle)
        m[i, k], m[k, i] = -np.sin(angle), np.sin(angle)
        return m
    return turn(x, 1, 2) @ turn(y, 0, 2) @ turn(z, 0, 1) @ np.diag(ZOOMS) @ np.diag([1, 1, flip])


def affine(axes, origin):
    m = np.eye(4)
    m[:3, :3], m[:3, 3] = axes, origin
    return m


def sheared():
    return rotated(.3, -.2, .1) @ np.array([[1, .1, 0], [0, 1, -.2], [0, 0, 1.]])


PLACES = (  # name, sform, qform
    ("none", None, None),
    ("qform", None, affine(rotated(.4, -.7, 1.1), (-90, 126.5, -72.25))),
    ("qfac", None, affine(rotated(-2.5, .3, .2, -1), (10, -20, 30))),
    ("half-turn", None, affine(rotated(0, 0, np.pi), (1, 2, 3))),  # a of the quaternion is 0
    ("sform", affine(sheared(), (-3, 4, 5)), None),
    ("both", affine(rotated(.4, -.7, 1.1), (-90, 126.5, -72.25)), affine(np.diag(ZOOMS), (7, 7, 7))),
)


def write(k, name, sform, qform):
    version, order = 1 + k % 2, "<>"[k // 2 % 2]
    d = np.dtype("u1")
    data = np.arange(np.prod(SHAPE)).reshape(SHAPE).astype(d)
    head = (nib.Nifti1Header, nib.Nifti2Header)[version - 1](endianness=order)
    head.set_data_dtype(d)
    head.set_data_shape(SHAPE)
    head.set_zooms(ZOOMS)
    head.set_xyzt_units("mm", "sec")
    head.set_qform(qform, code=1 if qform is not None else 0)
    if sform is not None:
        head.set_sform(sform, code=2)
    head["pixdim"][1:4] = ZOOMS
    head["vox_offset"] = head.single_vox_offset
    file = "place-%s-%d%s.nii" % (name, version, "lb"[order == ">"])
    with open(os.path.join(HERE, "nifti", file), "wb") as f:
        f.write(head.binaryblock + b"\0\0\0\0" + data.tobytes(order="F"))
    return file


def apart(a, b):
    """Of all voxels, not only the corners."""
    voxels = np.array(list(itertools.product(*(range(n) for n in SHAPE))))
    return max(np.linalg.norm(nib.affines.apply_affine(a, voxels) - nib.affines.apply_affine(b, voxels), axis=1))


def main():
    rows, affines = [], []
    for k, (name, (_, sform, qform)) in enumerate((p[0], p) for p in PLACES for _ in range(4)):
        file = write(k, name, sform, qform)
        image = nib.load(os.path.join(HERE, "nifti", file))
        # without either form nibabel puts the middle at 0 and flips x; nifti1.h's method 1 is the spacing
        a = np.diag(ZOOMS + (1,)) if name == "none" else image.affine
        origin = "NIFTI_SPACING NIFTI_QFORM NIFTI_SFORM".split()[2 if sform is not None else qform is not None]
        affines.append(a)
        numbers = ", ".join("{ %s }" % ", ".join("%.17g" % x for x in row) for row in a[:3])
        rows.append("\t{ \"%s\", %s, { %s }, %.17g },\n" % (file, origin, numbers, apart(a, affines[max(k - 4, 0)])))
    with open(os.path.join(HERE, "nifti-places.h"), "w") as f:
        f.write("/* made by nifti-places.py: name, origin, affine, mm from the place of the fourth before (the first four:\n"
                " * from the first's) */\n")
        f.writelines(rows)


main()
