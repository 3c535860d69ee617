/* loss.h - losses, each with its gradient
 *
 * Sums are made in double over blocks of a fixed size and added in a fixed order: results don't depend on
 * threads.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stdint.h>

/* --- segmentation --- */

/* With P the softmax of the logits over classes, Y the one-hot mask, and sums over all counted pixels of all samples
 * of the batch together, I_c = sum P_c Y_c:
 *
 *   jaccard  mean over all k classes of [c occurs in Y] (1 - I_c / max(U_c, 1e-7)),
 *            U_c = sum (P_c + Y_c) - I_c
 *   dice     the same with 2 I_c / max(sum (P_c + Y_c), 1e-7) (Milletari et al. 2016, without the squares)
 *   ce       cross-entropy, mean over counted pixels of -log P_t, t the pixel's true class
 *   dice+ce  their sum
 *   focal    mean over counted pixels of -(1 - P_t)^2 log P_t (Lin et al. 2017, gamma 2, no class weights)
 *
 * A class that does not occur adds 0 to jaccard and dice but is counted in the mean (as in
 * segmentation_models.pytorch, from_logits and multiclass).
 *
 * Counted are all pixels but those with the ignore label, of which nothing is known: these belong to no sum and to no
 * mean's number of pixels (as with ignore_index of torch.nn.functional.cross_entropy), a class does not occur by them,
 * and their gradient is exactly 0, whatever the logits are there. So the loss is that of the counted pixels alone. */
enum seg_loss { SEG_JACCARD, SEG_DICE, SEG_CE, SEG_DICE_CE, SEG_FOCAL };
#define SEG_LOSS_WORDS "jaccard|dice|ce|dice+ce|focal" /* in the order of the enum, for an option table */

/* The loss of logits (n,k,hw) against mask (n,hw), whose values are below k or `ignore`, which is -1 (none) or k..255
 * (the caller has checked; k <= 255). dlogits (n,k,hw) receives the gradient; NULL for the value alone; it may be
 * logits. If no pixel counts, the loss is 0, and so is the gradient. */
double seg_loss(enum seg_loss kind, float *dlogits, const float *logits, const uint8_t *mask, int ignore, int n, int k,
                int64_t hw);

/* --- classification --- */

/* Cross-entropy of logits (n,k) with labels (n) in 0..k-1, smoothed (Szegedy et al. 2016, "Rethinking the Inception
 * architecture"): with P the softmax over classes and s the smoothing, 0..1, the mean over samples of
 *
 *   - (1 - s) log P_label - s/k sum_c log P_c
 *
 * as torch.nn.functional.cross_entropy(label_smoothing=s). dlogits (n,k) receives the gradient; NULL for the value
 * alone; it may be logits. */
double class_loss(float *dlogits, const float *logits, const int64_t *label, int n, int k, double smoothing);

/* --- BYOL --- */

/* 2 - 2 mean_b cos(p_b, z_b) for p, z (n,d), in [0,4]; each vector is divided by max(norm, 1e-12) (as
 * torch.nn.functional.normalize). dp (n,d) receives the gradient with respect to p, z being constant; NULL
 * for the value alone. dp may be p. The loss of a pair of views is the sum of two such terms. */
double byol_loss(float *dp, const float *p, const float *z, int n, int d);

/* Collapse monitor: mean over the d dimensions of the standard deviation over the batch (unbiased, divided by
 * n-1) of the normalised rows of z (n,d). Near 1/sqrt(d) when the directions spread evenly, 0 when all are
 * one. NAN for n < 2. */
double embedding_spread(const float *z, int n, int d);

#endif
