/* conv_pointwise.h - both gradients of a 1x1 convolution with stride 1 at once
 *
 * Its output has often four times the channels of its input, or the other way round, and few weights: what
 * takes long is reading dy, which both gradients need. Here every tile of it is read once, and multiplied twice while it
 * is in cache. Arguments as in conv.h, without bias; conv.c is the only caller.
 */
#ifndef NN_CONV_POINTWISE_H
#define NN_CONV_POINTWISE_H

#include "nn/conv.h"

/* Whether it is such a convolution, in float and with weights that stay in cache */
int conv_pointwise_can(const struct conv *c);

void conv_pointwise_backward(void *dx, int add, float *dw, const void *dy, const struct operand *x, const float *w,
                             const struct conv *c, int n);

#endif
