/* converge.h - how many epochs training takes, and how much faster one arm is than another
 *
 * A run is one training, its curve the validation score after 1, 2, ..., N epochs, where more is better; an arm is the
 * runs that differ only in their seed. For every arm alike:
 *
 *   final value  of a run: the mean of its last k scores, as they are (k = 1: the score after the last epoch)
 *                of an arm: the mean over its runs
 *   best arm     the one with the highest final value
 *   threshold    for a share p: p times the best arm's final value. One number for all arms
 *   epochs       of a run: the smallest n for which the score after n epochs is at least the threshold; no smoothing, and
 *                no matter whether it falls below again. A run that never gets there is censored: it takes more than
 *                the N epochs it was given, and counts as N
 *                of an arm: the mean over its runs
 *   speed-up     of an arm against a reference arm: epochs of the reference / epochs of the arm
 *
 * With censored runs the epochs of an arm are too low, so a speed-up is too low if the reference has some, too high if
 * the arm has, and either if both have.
 *
 * Confidence intervals are bootstrap percentiles (Efron 1979): the runs of each arm are drawn anew, as many as there
 * are, with replacement and independently of the other arms, and everything above is computed from the drawn ones, the
 * best arm and the threshold included. In replicate b an arm draws from rng_at(seed, RNG_RESAMPLE, crc32 of its name, b),
 * so that neither the order of the arms nor another arm changes what is drawn. With few seeds such intervals are too
 * narrow.
 */
#ifndef EVAL_CONVERGE_H
#define EVAL_CONVERGE_H

#include <stdint.h>

struct curve {
	char *seed;       /* as the user calls it */
	double *score;    /* [n] */
	int n, arm;
	double final;
};

struct arm {
	char *name;
	int *run, n;      /* places in converge.curve */
};

struct converge {
	struct curve *curve;
	int curves;
	struct arm *arm;  /* in order of appearance */
	int arms, last;   /* last: the k of final values */
};

void converge_init(struct converge *c, int last);
void converge_free(struct converge *c);

int converge_arm(const struct converge *c, const char *name); /* its place, or -1 */

/* Adds a run with n > 0 scores, which are copied. -1: this arm has that seed already. */
int converge_add(struct converge *c, const char *arm, const char *seed, const double *score, int n);

/* Epochs until the threshold, or 0: never. */
int curve_epochs(const struct curve *c, double threshold);

double converge_final(const struct converge *c, int arm);
int converge_best(const struct converge *c);
double converge_threshold(const struct converge *c, double share);

struct converge_epochs {
	double mean, sd;
	int censored;     /* runs that count as the epochs they were given */
};
struct converge_epochs converge_epochs(const struct converge *c, int arm, double threshold);

/* Mean epochs[replicates][arms] of runs drawn anew, as above. */
void converge_bootstrap(double *epochs, const struct converge *c, double share, int replicates, uint64_t seed);

/* The interval of the speed-up of `arm` against `reference` that holds `level` (0.95) of the replicates, in its middle.
 * NAN, NAN when one of the two has a single run. */
void converge_interval(double interval[2], const struct converge *c, const double *epochs, int replicates, int arm,
                       int reference, double level);

#endif
