/* nifti.h - NIfTI-1 and NIfTI-2 images, plain or gzipped (.nii, .nii.gz), single files
 *
 * Voxels are stored x fastest: [t][z][y][x]; a 2D slice is therefore (H,W) = (y,x) as it lies in the file.
 * Nothing is allocated that the file has not been seen to hold.
 */
#ifndef IO_NIFTI_H
#define IO_NIFTI_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ten/tensor.h"

struct nifti {
	int version;            /* 1 or 2 */
	int64_t dim[4];         /* x, y, z, t; absent ones are 1 */
	double spacing[4];      /* mm, mm, mm, s; as in the file, pixdim 1..4 in absolute value */
	enum ten_dtype dtype;   /* of data: native byte order */
	double slope, inter;    /* value = slope * stored + inter; 1 and 0 when the file asks for no scaling */
	void *data;             /* dim[0]*dim[1]*dim[2]*dim[3] stored values, 64-byte aligned */
	unsigned char *header;  /* the file's bytes before the data, untouched: header and extensions */
	size_t header_size;
};

/* Header only (data NULL): cheap, for counting slices. */
int nifti_read_header(struct nifti *n, const char *path, struct err *e);
int nifti_read(struct nifti *n, const char *path, struct err *e);
void nifti_free(struct nifti *n); /* data and header; leaves n zeroed */

/* Writes a new NIfTI-1 file from dim, spacing, dtype, slope, inter and data (header is ignored): units mm and
 * seconds, an sform and qform that put the middle of the volume at the origin, axes L->R, P->A, I->S. gzipped when path
 * ends in .gz, with no time stamp, so equal content gives equal bytes. Appears whole or not at all. */
int nifti_write(const char *path, const struct nifti *n, struct err *e);

#endif
