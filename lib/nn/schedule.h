/* schedule.h - how the learning rate and the EMA's momentum move during training
 *
 * The unit of k is the caller's: steps for self-supervised pretraining, epochs for fine-tuning.
 */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include <stdint.h>

enum schedule_kind { SCHEDULE_COSINE, SCHEDULE_CONSTANT };
#define SCHEDULE_WORDS "cosine|constant" /* in the order of the enum, for an option table */

struct schedule {
	enum schedule_kind kind;
	double base;   /* b: the rate after the warm-up */
	double start;  /* s0: the rate at k = 0 when there is a warm-up */
	double warmup; /* W units; 0: none */
	double total;  /* T units, the warm-up included; only the cosine asks */
};

/* Linear warm-up, then a half cosine down to 0 (Loshchilov & Hutter 2017, "SGDR", without restarts) or b:
 *
 *   k < W:   s0 + k (b - s0) / (W - 1)           W <= 1: s0
 *   k >= W:  b (1 + cos(pi (k-W) / (T-W))) / 2   constant: b
 *
 * Both k = W-1 and k = W give b. A k past T gives what T gives: 0, or b where no unit is left after
 * the warm-up (T <= W). */
double schedule_lr(const struct schedule *s, double k);

/* The EMA's momentum rises from tau0 to 1 (Grill et al. 2020, "BYOL"):
 *
 *   tau_k = 1 - (1 - tau0) (cos(pi k / total) + 1) / 2
 *
 * k counts the optimiser's steps from 0: update n (1-based) uses tau_{n-1}. total > 0; k past it gives 1. */
double schedule_tau(double tau0, int64_t k, int64_t total);

#endif
