/* conv_direct.h - convolutions as products over gathered patches (im2col), tile by tile in cache
 *
 * A tile is a run of output pixels; the patch of each is a row of k*k*cin values, in the order (row, column,
 * channel), so that a row of a patch is k*cin contiguous values of a channels-last image. 1x1 with stride 1 needs no
 * patches: the image's pixels are the rows. Arguments as in conv.h, without bias; conv.c is the only caller.
 */
#ifndef NN_CONV_DIRECT_H
#define NN_CONV_DIRECT_H

#include "nn/conv.h"

void conv_direct_forward(void *y, const struct operand *x, const float *w, const struct conv *c, int n);
void conv_direct_backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add);
void conv_direct_backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n);

#endif
