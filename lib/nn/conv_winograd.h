/* conv_winograd.h - 3x3 convolutions with stride 1 and padding 1 by Winograd F(4x4,3x3) (cpu/winograd.h)
 *
 * Images have their channels last: x[n,h,w,cin], y[n,h,w,cout]; weights are PyTorch's w[cout,cin,3,3]. Any
 * size and any number of channels. The cost is 36 multiply-adds for 16 outputs where the direct sum takes
 * 144, and the transforms, which grow with cin + cout only: worth it from about 16 channels on both sides.
 * The error is about twice that of the direct sum in single precision.
 *
 * Tiles of all images are numbered on and cut into groups; a piece of work is a group and a block of output
 * channels, small enough to stay near the core from the first transform to the last. The cut is given by
 * the problem, so results don't depend on threads.
 */
#ifndef NN_CONV_WINOGRAD_H
#define NN_CONV_WINOGRAD_H

#include "nn/conv.h"

/* Whether these functions compute c at all. */
int conv_winograd_can(const struct conv *c);

/* And whether they read x: if there are two parts, both of a multiple of 64 channels, and scaled ones with
 * a ReLU. */
int conv_winograd_reads(const struct operand *x);

/* y = x * w, or += with add. moments[2][cout]: filled with those of y, unless NULL. */
void conv_winograd_forward(float *y, double *moments, const struct operand *x, const float *w, const struct conv *c,
                           int n, int add);

/* dx[n,h,w,cin] from dy[n,h,w,cout]: added if `add`, else written. */
void conv_winograd_backward_data(float *dx, const float *dy, const float *w, const struct conv *c, int n,
                                 int add);

/* Adds to dw[cout,cin,3,3]. */
void conv_winograd_backward_weights(float *dw, const float *dy, const struct operand *x, const struct conv *c,
                                    int n);

#endif
