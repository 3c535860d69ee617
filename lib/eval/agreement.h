/* agreement.h - what n patients tell: means and spreads, agreement of predicted with true values, and how sure that is
 *
 * With true values t, predicted ones p and differences d = p - t:
 *
 *   mean, sd, median, min, max   of p; sd with n - 1
 *   r         Pearson's correlation of p and t; NAN where either is the same for all
 *   bias      mean of d                                  mae   mean of |d|
 *   sd_diff   deviation of d
 *   loa_low   bias - 1.96 sd_diff                        limits of agreement (Bland & Altman 1986), between which 95 % of
 *   loa_high  bias + 1.96 sd_diff                        normally distributed differences lie
 *
 * The interval of each is the bootstrap's, by percentiles (Efron 1979): in replicate b n patients are drawn with
 * replacement by rng_at(seed, RNG_RESAMPLE, 0, b), the statistic is computed from them, and low and high are the 2.5th and
 * 97.5th percentile of the replicates. A replicate without a value (r of a patient drawn n times) is left out. With few
 * patients such intervals are too narrow; of one patient there is none (NAN).
 */
#ifndef EVAL_AGREEMENT_H
#define EVAL_AGREEMENT_H

#include <stdint.h>

enum statistic {
	STAT_MEAN, STAT_SD, STAT_MEDIAN, STAT_MIN, STAT_MAX,
	STAT_R, STAT_BIAS, STAT_MAE, STAT_SD_DIFF, STAT_LOA_LOW, STAT_LOA_HIGH, STATISTICS
};
const char *statistic_name(enum statistic s); /* "mean", "sd", ..., as above */

/* Of p[n] and t[n], which hold no NANs; up to STAT_MAX t may be NULL. NAN for none. */
double statistic(enum statistic s, const double *p, const double *t, int n);

struct estimate {
	double value, low, high;
};

/* replicates 0: no interval. Parallel; the same for any number of threads. */
struct estimate statistic_estimate(enum statistic s, const double *p, const double *t, int n, int replicates,
                                   uint64_t seed);

#endif
