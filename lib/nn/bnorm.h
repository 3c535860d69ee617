/* bnorm.h - batch normalisation over N, H, W for each channel (Ioffe & Szegedy 2015, alg. 1), with what
 * follows it in a ResNet done in the same pass
 *
 *   y = act(gamma * (x - mean) / sqrt(var + eps) + beta + res),   act = ReLU or nothing, res optional
 *
 * Training uses the batch's mean and biased variance and moves the running statistics by
 * momentum (running variance unbiased, as PyTorch does); evaluation uses the running ones.
 * Statistics are summed in double, in a fixed order: results don't depend on threads.
 */
#ifndef NN_BNORM_H
#define NN_BNORM_H

#define BNORM_EPS 1e-5
#define BNORM_MOMENTUM 0.1

struct bnorm {
	int c, hw;                    /* channels; pixels of an image, 1 after a linear layer */
	int relu;
	const float *gamma, *beta;    /* [c] parameters */
	float *mean, *var, *count;    /* [c], [c], [1] running statistics and num_batches_tracked */
};

/* y[n,c,hw] from x and res (NULL: none), both of y's shape. y may be x or res. save[2*c] receives mean and
 * 1/sqrt(var + eps) for the backward pass. `training`: the batch's statistics, and the running ones move. */
void bnorm_forward(float *y, float *save, const struct bnorm *b, const float *x, const float *res, int n,
                   int training);

/* Adds to dgamma[c], dbeta[c] unless NULL; dx and dres (NULL: not wanted) are added to if add_x, add_res, else
 * written. Needs x, y and save of the forward pass, and its `training`. dx or dres may be dy. */
void bnorm_backward(float *dx, int add_x, float *dres, int add_res, float *dgamma, float *dbeta, const float *dy,
                    const float *x, const float *y, const float *save, const struct bnorm *b, int n, int training);

#endif
