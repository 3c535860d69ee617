/* operand.h - what an operator reads: an image, channels last, that need not be stored as such
 *
 * Batch norm with its ReLU, nearest x2 upsampling and concatenation are cheap to do while a convolution reads
 * its input; then their results are never written to memory nor read from it. An operand is up to two parts whose
 * channels follow one another; the value of a part's channel c at a pixel is
 *
 *   act(scale[c] * x[c] + shift[c]),   act = ReLU or nothing; scale NULL: x[c] itself
 *
 * of the same pixel of x, or with `up` of the pixel at half the coordinates.
 */
#ifndef NN_OPERAND_H
#define NN_OPERAND_H

#include "nn/elem.h"

struct operand_part {
	const void *x;              /* [n,h,w,c]; with up [n,h/2,w/2,c] */
	enum elem elem;
	int c, up, relu;
	const float *scale, *shift; /* [c] or NULL */
};

struct operand {
	struct operand_part part[2];
	int parts;
	int c, h, w; /* channels of all parts; size of an image */
};

struct operand operand_plain(const void *x, enum elem e, int c, int h, int w);

/* Where the operand lies as [n,h,w,c] of e, if it does; else NULL. */
const void *operand_stored(const struct operand *op, enum elem e);

/* dst[count][ld] (the first c of each row) from columns col, col+1, ... of row `row` of image s; 0 outside the image. */
void operand_row(void *dst, enum elem e, int ld, const struct operand *op, int s, int row, int col, int count);

/* dst[count][ld] from pixels first, first+1, ... of all images' pixels in order. */
void operand_pixels(void *dst, enum elem e, int ld, const struct operand *op, size_t first, int count);

/* y[n,h,w,c] = x: writes n images down, on all threads. */
void operand_store(void *y, enum elem e, const struct operand *x, int n);

#endif
