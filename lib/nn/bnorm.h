/* bnorm.h - batch normalisation over N, H, W for each channel (Ioffe & Szegedy 2015, alg. 1), with what
 * follows it in a ResNet done in the same pass; arrays are pixels (of all images) by channels
 *
 *   y = act(gamma * (x - mean) / sqrt(var + eps) + beta + res),   act = ReLU or nothing, res optional
 *
 * Training uses the batch's mean and biased variance and moves the running statistics by
 * momentum (running variance unbiased, as PyTorch does); evaluation uses the running ones.
 * What is summed is double, in a fixed order: results don't depend on threads.
 *
 * bnorm_statistics reduces all that to y = act(scale * x + shift + res); whoever reads y may compute it so himself
 * (operand.h), or bnorm_apply writes it.
 */
#ifndef NN_BNORM_H
#define NN_BNORM_H

#include "nn/operand.h"

#define BNORM_EPS 1e-5
#define BNORM_MOMENTUM 0.1

struct bnorm {
	int c;                        /* channels */
	int relu;
	enum elem elem;               /* of x, y and their gradients */
	const float *gamma, *beta;    /* [c] parameters */
	float *mean, *var, *count;    /* [c], [c], [1] running statistics and num_batches_tracked */
};

/* What the passes share, [4][c]: mean, 1/sqrt(var + eps), scale = gamma/sqrt(var + eps), shift = beta - mean scale */
#define BNORM_SAVE(c) (4 * (size_t)(c))
#define BNORM_SCALE(save, c) ((save) + 2 * (size_t)(c))
#define BNORM_SHIFT(save, c) ((save) + 3 * (size_t)(c))

/* Fills save[BNORM_SAVE(c)]. `training`: from the moments of x[pixels,c] (moments.h), and the running statistics move; else,
 * with moments NULL, from those. Moments may lie where save does, which has room for them. */
void bnorm_statistics(float *save, const struct bnorm *b, const double *moments, size_t pixels);

/* y[pixels,c] from x and save. res: what to add before the ReLU, of y's shape (x NULL: nothing). y may be x. */
void bnorm_apply(void *y, const float *save, const struct bnorm *b, const void *x, const struct operand_part *res,
                 size_t pixels);

/* Adds to dgamma[c], dbeta[c] unless NULL; dx and dres (NULL: not wanted) are added to if add_x, add_res, else
 * written. Needs x and save of the forward pass and its `training`; with a res, also y. dx or dres may be dy. */
void bnorm_backward(void *dx, int add_x, void *dres, int add_res, float *dgamma, float *dbeta, const void *dy,
                    const void *x, const void *y, const float *save, const struct bnorm *b, size_t pixels,
                    int training);

#endif
