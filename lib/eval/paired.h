/* paired.h - is one of two better? Tests on the differences of pairs, d[n], none of them NAN
 *
 * All p-values are two-sided. Both tests take the pairs to be independent of each other; runs that differ in their
 * seed are, slices of one patient are not.
 */
#ifndef EVAL_PAIRED_H
#define EVAL_PAIRED_H

/* Student's t: t = mean(d) / (sd(d) / sqrt(n)) with n - 1 degrees of freedom. Supposes differences that are
 * normally distributed. NAN for less than two pairs; where all differences are the same, t is infinite and p 0, or both
 * NAN if they are 0. */
struct paired_t {
	double t, p;
};
struct paired_t paired_t(const double *d, int n);

/* Wilcoxon's signed-rank test (Wilcoxon 1945). Differences of 0 are left out; the others are ranked by size, equal ones
 * sharing the mean of their ranks; w is the smaller of the sums of the ranks of positive and of negative ones.
 *
 * Up to 50 differences p is exact: the probability, when each sign is a coin's throw and the ranks stay as they are,
 * ties included, of a sum as far from the middle or farther. From 51 on it is that of a normal distribution of the same
 * mean and variance. So with n pairs p cannot be less than 2^(1-n): it takes six to get below 0.05. n counts the
 * differences that are not 0; with none w is 0 and p is 1. */
struct paired_wilcoxon {
	int n;
	double w, p;
};
struct paired_wilcoxon paired_wilcoxon(const double *d, int n);

/* Holm's correction (1979) of n p-values that are looked at together: the smallest times n, the next times n - 1, ...,
 * each at least the one before and at most 1. NANs stay and don't count. adjusted may be p. */
void paired_holm(double *adjusted, const double *p, int n);

/* The probability that Student's t with df > 0 degrees of freedom is farther from 0 than |t|. */
double student_two_sided(double t, double df);

#endif
