/* conv.h - 2D convolution (cross-correlation, as everywhere in deep learning)
 *
 *   y[n,o,i,j] = bias[o] + sum_{c,p,q} w[o,c,p,q] x[n,c, i*stride+p-pad, j*stride+q-pad]     (0 outside)
 *
 * Square kernels. Computed as matrix products over patches gathered tile by tile (im2col); 1x1 with stride 1
 * is a plain product without gathering. Work is cut by (sample, tile): results don't depend on threads.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

struct conv {
	int cin, cout;
	int k, stride, pad;
	int h, w;   /* of the input */
	int oh, ow; /* of the output; conv_init computes them */
};

void conv_init(struct conv *c, int cin, int cout, int k, int stride, int pad, int h, int w);

/* y[n,cout,oh,ow] from x[n,cin,h,w], w[cout,cin,k,k]; bias[cout] or NULL. */
void conv_forward(float *y, const float *x, const float *w, const float *bias, const struct conv *c, int n);

/* dx[n,cin,h,w] from dy[n,cout,oh,ow]: added if `add`, else written. */
void conv_backward_data(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add);

/* Adds to dw[cout,cin,k,k] and, unless NULL, dbias[cout]. */
void conv_backward_weights(float *dw, float *dbias, const float *dy, const float *x, const struct conv *c, int n);

#endif
