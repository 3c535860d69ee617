/* linear.h - fully connected layer
 *
 *   y[n,o] = bias[o] + sum_i w[o,i] x[n,i]
 *
 * Cut over outputs (forward, weights) and inputs (data) in fixed blocks: results don't depend on threads.
 */
#ifndef NN_LINEAR_H
#define NN_LINEAR_H

/* y[n,out] from x[n,in], w[out,in]; bias[out] or NULL. */
void linear_forward(float *y, const float *x, const float *w, const float *bias, int n, int in, int out);

/* dx[n,in] from dy[n,out]: added if `add`, else written. */
void linear_backward_data(float *dx, const float *dy, const float *w, int n, int in, int out, int add);

/* Adds to dw[out,in] and, unless NULL, dbias[out]. */
void linear_backward_weights(float *dw, float *dbias, const float *dy, const float *x, int n, int in, int out);

#endif
