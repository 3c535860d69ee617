#!/usr/bin/python3
"""nifti-maps.h: the headers that nibabel gives maps of the volumes in nifti/: masks, and 3 values for each voxel.

What makes a map of a volume is said in lib/io/nifti.h. Usage: ./nifti-maps.py
"""
import os

import nibabel as nib
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ("f8-be.nii", "i2-be.nii.gz", "u8-be.nii.gz", "i4-le.nii", "comment.nii", "cine.nii.gz", "flat.nii", "scaled.nii.gz",
         "micron.nii", "singleton.nii", "labels.nii.gz", "u4-le.nii")


def changed(image, parts):
    h = image.header.copy()
    h.extensions.clear()
    shape = list(image.shape) + [1] * (4 - len(image.shape))
    if parts:
        zooms = list(h.get_zooms()) + [1] * (4 - len(image.shape))
        frames = shape[3] > 1
        h.set_data_shape(shape[:3] + [parts] + ([shape[3]] if frames else []))
        pixdim = np.array(h["pixdim"])
        pixdim[4] = 1
        if frames:
            pixdim[5] = zooms[3]
        h["pixdim"] = pixdim
    h.set_data_dtype(np.dtype("f4" if parts else "u1").newbyteorder(h.endianness))
    h["scl_slope"], h["scl_inter"], h["cal_min"], h["cal_max"] = 1, 0, 0, 0
    h.set_intent("none")
    h["vox_offset"] = len(h.binaryblock) + 4
    return h


with open(os.path.join(HERE, "nifti-maps.h"), "w") as f:
    f.write("/* Headers of maps, by nibabel; written by nifti-maps.py */\n")
    f.write("static const struct golden_map {\n\tconst char *name;\n\tint parts;\n\tconst char *header;\n} golden_maps[] = {\n")
    for name in NAMES:
        image = nib.load(os.path.join(HERE, "nifti", name))
        for parts in (0, 3):
            f.write("\t{ \"%s\", %d, \"%s\" },\n" % (name, parts, changed(image, parts).binaryblock.hex()))
    f.write("};\n")
