/* patches.h - the rows a convolution multiplies its weights by (im2col), gathered piece by piece
 *
 * The patch of an output pixel is a row of k*k*cin values, in the order (row, column, channel), so that a row of a
 * patch is k*cin contiguous values of a channels-last image. Output pixels are counted through all images. They are
 * gathered by units: lines of the output, or single pixels where kernels of 1x1 with stride 1 make the image's pixels
 * the patches (`flat`).
 */
#ifndef NN_PATCHES_H
#define NN_PATCHES_H

#include "nn/conv.h"

struct patches {
	const struct conv *c;
	const struct operand *x;
	int flat;
	int depth, ld; /* values of a patch; from one to the next */
	int unit;      /* output pixels of a unit */
	size_t units;  /* of all images */
};

/* Values from one row of n to the next, for fast products: bfloat16 is multiplied fastest from rows that are whole
 * multiples of 64 bytes; zeros fill them. */
int patches_row(enum elem e, int n);

/* Patches are of the convolution's arithmetic; x may be NULL where none are gathered. */
struct patches patches_of(const struct conv *c, const struct operand *x, int n);

/* Bytes of the room for so many units, a multiple of 64 */
size_t patches_bytes(const struct patches *p, int units);

/* [units*unit][ld] from unit `first` on: gathered into `room`, or where they lie. */
const void *patches_gather(const struct patches *p, void *room, size_t first, int units);

#endif
