/* conv.h - 2D convolution (cross-correlation, as everywhere in deep learning), images channels last
 *
 *   y[n,i,j,o] = bias[o] + sum_{c,p,q} w[o,c,p,q] x[n, i*stride+p-pad, j*stride+q-pad, c]     (0 outside)
 *
 * Square kernels; weights in PyTorch's order (cout,cin,k,k), packed at each call. conv.c chooses the algorithm;
 * conv_direct.c, which can do all, gathers patches and multiplies. Work is cut by the problem: results don't depend on
 * threads.
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

/* y[n,oh,ow,cout] from x (n images of h,w,cin), w[cout,cin,k,k]; bias[cout] or NULL. moments[2][cout]: filled with those
 * of y (moments.h), unless NULL. */
void conv_forward(void *y, double *moments, const struct operand *x, const float *w, const float *bias,
                  const struct conv *c, int n);

/* Gradients from that of the output, dy[n,oh,ow,cout]; x and w as in the forward pass. Each may be NULL, not wanted:
 * dx[n,h,w,cin] is written, or added to if `add`; dw[cout,cin,k,k] and dbias[cout] are added to. x is only read for dw, w
 * for dx. */
void conv_backward(void *dx, int add, float *dw, float *dbias, const void *dy, const struct operand *x, const float *w,
                   const struct conv *c, int n);

#endif
