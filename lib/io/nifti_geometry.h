/* nifti_geometry.h - where a volume lies in the patient, as its header says
 *
 * World coordinates (mm; x to the right, y to the front, z to the head of the patient) of the voxel (i,j,k),
 * counted from 0, are
 *
 *   world = A (i,j,k,1)
 *
 * A is taken from the sform where sform_code is above 0; else from the qform where qform_code is (a rotation from the
 * quaternion with a = sqrt(1 - b^2 - c^2 - d^2), columns times the spacing, the third also times qfac, and an offset); else
 * it is the spacing alone, and says nothing of the patient (nifti1.h, methods 3, 2 and 1). Other units are taken to mm.
 */
#ifndef IO_NIFTI_GEOMETRY_H
#define IO_NIFTI_GEOMETRY_H

#include "io/nifti.h"

enum nifti_origin { NIFTI_SPACING, NIFTI_QFORM, NIFTI_SFORM };

struct nifti_geometry {
	int64_t dim[3];
	double spacing[3];
	double affine[3][4];
	enum nifti_origin origin; /* where the affine comes from */
};

/* From the header that was read with the volume. -1: what it says is no place: numbers that are not finite, a quaternion
 * longer than 1, voxels without a volume. */
int nifti_geometry(struct nifti_geometry *g, const struct nifti *n, struct err *e);

/* How far apart two volumes of the same size lie: the greatest distance, mm, that a corner voxel of one has from that of
 * the other; no voxel between them is farther. */
double nifti_geometry_apart(const struct nifti_geometry *a, const struct nifti_geometry *b);

/* How far apart, in edges of a voxel (the least of both volumes), what belongs together may lie: the channels of an image, an
 * image and its masks, a prediction and the truth. Rounding to three digits does less to a header of 256 voxels; a step
 * aside by one voxel, a turn or a mirroring does more. */
#define NIFTI_APART 0.1

/* -1, and the numbers that differ, if a and b are not of one size, or lie more than `tolerance` edges apart, or their extents
 * (size times spacing) differ by more: "spacing 1.5x1.5x8 against 1.5x1.5x10 mm, up to 14 mm apart". Where one says nothing
 * of the patient, only size and extent are compared. */
int nifti_geometry_match(const struct nifti_geometry *a, const struct nifti_geometry *b, double tolerance, struct err *e);

/* The same of two files to NIFTI_APART, and of their numbers of frames; by_voxel: as if they said nothing of the patient. A
 * header that says what is no place says nothing. */
int nifti_match(const struct nifti *a, const struct nifti *b, int by_voxel, struct err *e);

const char *nifti_origin_name(enum nifti_origin origin); /* "sform", "qform", "spacing" */

#endif
