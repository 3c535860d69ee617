#!/usr/bin/env python3
# nifti-written.nii: what nibabel writes for the image of tests/unit/nifti_write.c. nibabel leaves the scaling of
# integers NaN ("none"); the 1 and 0 that we write in its place are patched in.
import os, struct
import numpy as np, nibabel as nib

size, step = (7, 5, 3, 2), (1.25, 1.5, 8)
data = (np.arange(np.prod(size)) * 3 - 50).astype('<i2').reshape(size, order='F')
affine = np.diag(step + (1,)).astype(float)
affine[:3, 3] = [-s * (n - 1) / 2 for s, n in zip(step, size)]
image = nib.Nifti1Image(data, affine)
image.header.set_xyzt_units('mm', 'sec')
image.header.set_zooms(step + (.04,))
image.set_qform(affine, 1)
image.set_sform(affine, 1)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'nifti-written.nii')
nib.save(image, path)
with open(path, 'r+b') as f:
    f.seek(112)
    f.write(struct.pack('<ff', 1, 0))
