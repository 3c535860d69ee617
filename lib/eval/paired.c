#include "eval/paired.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "eval/summary.h"

#define EXACT 50

/* The continued fraction of the incomplete beta function I_x(a, b) by Lentz's method (Press et al., Numerical Recipes,
 * ch. 6.4); converges fast for x < (a+1)/(a+b+2). */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h, m, step, change = 0;
	int i, half;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (i = 1; i <= 1000 && fabs(change - 1) > 1e-16; i++)
		for (half = 0; half < 2; half++) {
			m = i;
			step = half ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
			            : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
			d = 1 + step * d;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = 1 + step / c;
			c = fabs(c) < tiny ? tiny : c;
			change = c * d;
			h *= change;
		}
	return h;
}

/* y = 1 - x, which the caller knows better */
static double
incomplete_beta(double a, double b, double x, double y)
{
	double front;

	if (x <= 0 || y <= 0)
		return x <= 0 ? 0 : 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, y) / b;
}

double
student_two_sided(double t, double df)
{
	double tt = t * t;

	if (isnan(t))
		return NAN;
	return isinf(tt) ? 0 : incomplete_beta(df / 2, 0.5, df / (df + tt), tt / (df + tt));
}

struct paired_t
paired_t(const double *d, int n)
{
	struct paired_t r = { NAN, NAN };
	double mean = summary_mean(d, n), sd = summary_sd(d, n);

	if (n < 2 || (summary_min(d, n) == summary_max(d, n) && d[0] == 0))
		return r;
	r.t = summary_min(d, n) == summary_max(d, n) ? copysign(INFINITY, d[0]) : mean / (sd / sqrt(n));
	r.p = student_two_sided(r.t, n - 1);
	return r;
}

static int
by_size(const void *a, const void *b)
{
	double x = fabs(*(const double *)a), y = fabs(*(const double *)b);

	return (x > y) - (x < y);
}

/* Twice the ranks of d[n], which is put in order of size: whole numbers also where ranks are shared. *ties receives the
 * sum of k^3 - k over groups of k equal ones. */
static void
double_ranks(int *rank, double *d, int n, double *ties)
{
	int i, k, last;

	qsort(d, (size_t)n, sizeof *d, by_size);
	*ties = 0;
	for (i = 0; i < n; i = last) {
		for (last = i + 1; last < n && fabs(d[last]) == fabs(d[i]); last++)
			;
		for (k = i; k < last; k++)
			rank[k] = i + 1 + last;
		*ties += pow(last - i, 3) - (last - i);
	}
}

/* Of the 2^n ways to throw signs, the part in which the double ranks of one sign sum to w or less. Counts are below
 * 2^53, so the sums are exact. */
static double
signs_at_most(const int *rank, int n, int w)
{
	double *ways = mem_array((size_t)w + 1, sizeof *ways), sum = 0;
	int i, k;

	ways[0] = 1;
	for (i = 0; i < n; i++)
		for (k = w; k >= rank[i]; k--)
			ways[k] += ways[k - rank[i]];
	for (k = 0; k <= w; k++)
		sum += ways[k];
	free(ways);
	return ldexp(sum, -n);
}

struct paired_wilcoxon
paired_wilcoxon(const double *d, int n)
{
	struct paired_wilcoxon r = { 0, 0, 1 };
	double *x = mem_array((size_t)n + 1, sizeof *x), ties, up = 0, down = 0, all;
	int *rank = mem_array((size_t)n + 1, sizeof *rank), i;

	for (i = 0; i < n; i++)
		if (d[i] != 0)
			x[r.n++] = d[i];
	double_ranks(rank, x, r.n, &ties);
	for (i = 0; i < r.n; i++)
		*(x[i] > 0 ? &up : &down) += rank[i];
	all = up + down;
	r.w = (up < down ? up : down) / 2;
	if (r.n > EXACT)
		r.p = erfc((all / 4 - r.w) / sqrt(2 * (r.n * (r.n + 1.0) * (2.0 * r.n + 1) / 24 - ties / 48)));
	else if (r.n)
		r.p = fmin(1, 2 * signs_at_most(rank, r.n, (int)(2 * r.w)));
	free(x);
	free(rank);
	return r;
}

void
paired_holm(double *adjusted, const double *p, int n)
{
	int *order = mem_array((size_t)n + 1, sizeof *order), m = 0, i, k, held;
	double before = 0;

	for (i = 0; i < n; i++) /* insertion sort: there are few */
		if (!isnan(p[i])) {
			for (k = m++; k > 0 && p[order[k - 1]] > p[i]; k--)
				order[k] = order[k - 1];
			order[k] = i;
		}
	for (i = 0; i < n; i++)
		adjusted[i] = p[i];
	for (i = 0; i < m; i++) {
		held = order[i];
		before = fmin(1, fmax(before, adjusted[held] * (m - i)));
		adjusted[held] = before;
	}
	free(order);
}
