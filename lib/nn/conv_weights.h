/* conv_weights.h - a convolution's weights, and the sums of their gradient, in the order of patches
 *
 * PyTorch's order is (cout,cin,k,k); in a patch the kernel's rows and columns come before the channels.
 */
#ifndef NN_CONV_WEIGHTS_H
#define NN_CONV_WEIGHTS_H

#include "nn/conv.h"

/* A weight gradient is computed in pieces whose partial sums are added up in the end: as many as there is room for. */
#define PARTIAL_FLOATS (2 << 20) /* that room */
#define MAX_PARTIALS 8
#define WEIGHT_PIECES 8          /* at least, by cutting the sums themselves if need be */

/* w[cout][cin,k,k] as [cout][k,k,cin]; w itself if k is 1, else in room, of its size. */
const float *conv_weights_kernel_first(float *room, const float *w, const struct conv *c);

/* The same turned by 180 degrees, [k,k][cout,cin]: the matrix by which dy's patches are multiplied. */
const float *conv_weights_turned(float *room, const float *w, const struct conv *c);

/* Adds `parts` sums, [cout][k,k,cin] each, to dw[cout][cin,k,k]; the first of them is overwritten. */
void conv_weights_add(float *dw, float *sums, int parts, const struct conv *c);

#endif
