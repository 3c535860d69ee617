/* stats.h - mean, deviation and range of pixels
 *
 * Values are taken in blocks; each block's mean and sum of squared deviations are computed in two passes in
 * double, and blocks are merged in their order (Chan, Golub & LeVeque 1979):
 *
 *   d = mean_b - mean_a;  mean = mean_a + d n_b/n;  m2 = m2_a + m2_b + d^2 n_a n_b / n
 *
 * so nothing cancels, however large the mean, and results don't depend on threads.
 */
#ifndef IMAGE_STATS_H
#define IMAGE_STATS_H

#include <stdint.h>

#include "ten/tensor.h"

struct stats {       /* all zero: no values yet */
	uint64_t n;
	double mean, m2; /* m2: sum of squared deviations from the mean */
	double min, max;
};

void stats_add(struct stats *s, const float *x, int64_t n);

/* Elements from..from+n-1 of t, whatever its dtype; wide ones (64-bit, I32, U32) without passing through float. */
void stats_add_tensor(struct stats *s, const struct tensor *t, int64_t from, int64_t n);
void stats_merge(struct stats *a, const struct stats *b); /* a gets b's values after its own */

/* Population deviation, sqrt(m2/n); 0 for no values. */
double stats_deviation(const struct stats *s);

#endif
