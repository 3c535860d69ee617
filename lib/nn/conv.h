/* conv.h - 2D convolution (cross-correlation, as everywhere in deep learning), images channels last
 *
 *   y[n,i,j,o] = bias[o] + sum_{c,p,q} w[o,c,p,q] x[n, i*stride+p-pad, j*stride+q-pad, c]     (0 outside)
 *
 * Square kernels; weights in PyTorch's order (cout,cin,k,k), packed at each call. conv.c chooses the algorithm,
 * conv_direct.c gathers patches and multiplies. Work is cut by the problem: results don't depend on threads.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

#include "nn/operand.h"

struct conv {
	int cin, cout;
	int k, stride, pad;
	int h, w;   /* of the input */
	int oh, ow; /* of the output; conv_init computes them */

	/* How products are computed, how dx and how y and dy are stored: all float after conv_init. What isn't float
	 * needs bfloat16 products (compute_has). */
	enum elem arithmetic, in, out;
};

void conv_init(struct conv *c, int cin, int cout, int k, int stride, int pad, int h, int w);

/* y[n,oh,ow,cout] from x (n images of h,w,cin), w[cout,cin,k,k]; bias[cout] or NULL. */
void conv_forward(void *y, const struct operand *x, const float *w, const float *bias, const struct conv *c, int n);

/* dx[n,h,w,cin] from dy[n,oh,ow,cout]: added if `add`, else written. */
void conv_backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add);

/* Adds to dw[cout,cin,k,k] and, unless NULL, dbias[cout]. */
void conv_backward_weights(float *dw, float *dbias, const void *dy, const struct operand *x, const struct conv *c, int n);

#endif
