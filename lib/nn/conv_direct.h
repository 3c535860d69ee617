/* conv_direct.h - convolutions as products over gathered patches (patches.h), tile by tile in cache
 *
 * Arguments as in conv.h, without bias; conv.c is the only caller.
 */
#ifndef NN_CONV_DIRECT_H
#define NN_CONV_DIRECT_H

#include "nn/conv.h"

void conv_direct_forward(void *y, double *moments, const struct operand *x, const float *w, const struct conv *c, int n);
void conv_direct_backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add);
void conv_direct_backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n);

#endif
