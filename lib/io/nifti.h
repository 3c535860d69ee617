/* nifti.h - NIfTI-1 and NIfTI-2 images, plain or gzipped (.nii, .nii.gz), single files
 *
 * Voxels are stored x fastest: [t][z][y][x]; a 2D slice is therefore (H,W) = (y,x) as it lies in the file.
 * Reading takes both byte orders and the integer and real types of 8 to 64 bits; the others (complex, RGB,
 * float128, bits) are refused by name, as are .hdr/.img pairs, more than four dimensions, and anything but a
 * regular file. Gzip is known by content, not by suffix. A plain file's size is checked against the header
 * before memory is had; a gzip stream gets memory as it delivers. A stream that is cut short or damaged
 * anywhere, be it in its checksum, is an error; bytes after the data are not. Messages name the file.
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
	double spacing[4];      /* mm, mm, mm, s: absolute pixdim in the file's units; 1 for absent or 0 */
	enum ten_dtype dtype;   /* of data: native byte order */
	double slope, inter;    /* value = slope * stored + inter; 1, 0: no scaling (slope 0 or NaN) */
	void *data;             /* dim[0]*dim[1]*dim[2]*dim[3] stored values, 64-byte aligned */
	unsigned char *header;  /* the file's bytes before the data, untouched: header and extensions */
	size_t header_size;
};

/* Header only (data NULL): cheap, for counting slices. */
int nifti_read_header(struct nifti *n, const char *path, struct err *e);
int nifti_read(struct nifti *n, const char *path, struct err *e);
void nifti_free(struct nifti *n); /* data and header; leaves n zeroed */

/* Writes a new NIfTI-1 file from dim, spacing, dtype, slope, inter and data (header is ignored): units mm and
 * seconds, an sform and qform that put the middle of the volume at the origin, axes L->R, P->A, I->S. gzipped
 * when path ends in .gz, with no time stamp, so equal content gives equal bytes. Appears whole or not
 * at all. */
int nifti_write(const char *path, const struct nifti *n, struct err *e);

#endif
