/* conv_lines.h - 3x3 convolutions with stride 1 and padding 1 in bfloat16, without patches
 *
 * Rows of an image lie one after the other with zero pixels between them, and images with a zero row between them:
 * one line of pixels, in which the neighbour above or below is always `pitch` pixels away and the padding is there.
 * So one line replaces the nine shifted copies that patches are; what is computed at the zero pixels is not used.
 * Arguments as in conv.h, without bias; conv.c is the only caller.
 */
#ifndef NN_CONV_LINES_H
#define NN_CONV_LINES_H

#include "nn/conv.h"

int conv_lines_can(const struct conv *c);

void conv_lines_forward(void *y, double *moments, const struct operand *x, const float *w, const struct conv *c, int n);
void conv_lines_backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add);
void conv_lines_backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n);

#endif
