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

/* --- frame by frame: memory is that of one frame, whatever the number of them --- */

struct nifti_frames {
	struct nifti head;   /* of the file; no data */
	struct nifti frame;  /* what nifti_next read, with dim[3] 1; no header */
	int64_t next;        /* number of frames read */
	char *path;
	struct nifti_source *source;
};

int nifti_open(struct nifti_frames *f, const char *path, struct err *e);

/* 1: f->frame is the next one; 0: there are no more, and the file is whole; -1: error. The caller still closes f. */
int nifti_next(struct nifti_frames *f, struct err *e);
void nifti_close(struct nifti_frames *f);

/* --- writing --- */

/* Writes a new NIfTI-1 file from dim, spacing, dtype, slope, inter and data (header is ignored): units mm and
 * seconds, an sform and qform that put the middle of the volume at the origin, axes L->R, P->A, I->S. gzipped
 * when path ends in .gz, with no time stamp, so equal content gives equal bytes. Appears whole or not
 * at all. */
int nifti_write(const char *path, const struct nifti *n, struct err *e);

/* A map of a volume: a mask, or probabilities of classes, that lies on it voxel by voxel in any viewer. Version, byte order,
 * axes, spacing, units, qform, sform and all that is said of the acquisition are those of the volume, bit for bit. Of the
 * fields are new: datatype, bitpix and vox_offset; scl_slope 1 and scl_inter 0; cal_min, cal_max, glmin, glmax and the
 * intent, which speak of the volume's values, are zero. Extensions are left out: they too belong to the volume's values,
 * and may hold what is said of a patient.
 *
 * With parts, a voxel has so many values (classes): they are axis 4, and the volume's frames, if there are several,
 * axis 5, so that frames can be written as they come. */
struct nifti_map {
	struct nifti_put *put;
	char *path;
	int swap;     /* the volume has the other byte order */
	enum ten_dtype dtype;
	int64_t left; /* values still to come */
};

/* like: of the volume, its header that was read; dtype U8 or F32; parts 0: one value, no axis of its own. Compressed when
 * path ends in .gz; the file appears when it is closed. */
int nifti_map_open(struct nifti_map *m, const char *path, const struct nifti *like, enum ten_dtype dtype, int parts,
                   struct err *e);

/* The next values, x fastest. */
int nifti_map_put(struct nifti_map *m, const void *values, int64_t n, struct err *e);
int nifti_map_close(struct nifti_map *m, struct err *e); /* fewer values than the volume has: BUG() */
void nifti_map_discard(struct nifti_map *m);             /* harmless on a closed or zeroed m */

#endif
