#include "eval/agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "base/rng.h"
#include "eval/summary.h"

#define LEVEL 0.95

const char *
statistic_name(enum statistic s)
{
	static const char *const name[STATISTICS] = { "mean", "sd", "median", "min", "max", "r", "bias", "mae", "sd_diff",
		                                      "loa_low", "loa_high" };

	return name[s];
}

static double
median(const double *x, int n)
{
	double *sorted = mem_array((size_t)n + 1, sizeof *sorted), m;

	memcpy(sorted, x, (size_t)n * sizeof *sorted);
	summary_sort(sorted, n);
	m = summary_quantile(sorted, n, 0.5);
	free(sorted);
	return m;
}

static double
pearson(const double *x, const double *y, int n)
{
	double mx = summary_mean(x, n), my = summary_mean(y, n), xx = 0, yy = 0, xy = 0;
	int i;

	for (i = 0; i < n; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		yy += (y[i] - my) * (y[i] - my);
		xy += (x[i] - mx) * (y[i] - my);
	}
	/* told by the values themselves: rounding of a mean can make a little variance of none */
	if (n < 2 || summary_min(x, n) == summary_max(x, n) || summary_min(y, n) == summary_max(y, n))
		return NAN;
	return fmin(1, fmax(-1, xy / sqrt(xx) / sqrt(yy)));
}

static double
of_differences(enum statistic s, const double *p, const double *t, int n)
{
	double *d = mem_array((size_t)n + 1, sizeof *d), bias, sd, mae = 0;
	int i;

	for (i = 0; i < n; i++) {
		d[i] = p[i] - t[i];
		mae += fabs(d[i]);
	}
	bias = summary_mean(d, n);
	sd = summary_sd(d, n);
	free(d);
	switch (s) {
	case STAT_BIAS: return bias;
	case STAT_MAE: return n ? mae / n : NAN;
	case STAT_LOA_LOW: return bias - 1.96 * sd;
	case STAT_LOA_HIGH: return bias + 1.96 * sd;
	default: return sd;
	}
}

double
statistic(enum statistic s, const double *p, const double *t, int n)
{
	switch (s) {
	case STAT_MEAN: return summary_mean(p, n);
	case STAT_SD: return summary_sd(p, n);
	case STAT_MEDIAN: return median(p, n);
	case STAT_MIN: return summary_min(p, n);
	case STAT_MAX: return summary_max(p, n);
	case STAT_R: return pearson(p, t, n);
	default: return of_differences(s, p, t, n);
	}
}

struct bootstrap {
	enum statistic s;
	const double *p, *t;
	int n;
	uint64_t seed;
	double *value; /* [replicates] */
};

static void
replicate(void *ctx, int b, int worker)
{
	const struct bootstrap *x = ctx;
	struct rng rng = rng_at(x->seed, RNG_RESAMPLE, 0, (uint64_t)b);
	double *p = mem_array(2 * (size_t)x->n, sizeof *p), *t = p + x->n;
	int i;

	(void)worker;
	for (i = 0; i < x->n; i++) {
		int k = (int)rng_below(&rng, (uint64_t)x->n);

		p[i] = x->p[k];
		t[i] = x->t ? x->t[k] : 0;
	}
	x->value[b] = statistic(x->s, p, t, x->n);
	free(p);
}

struct estimate
statistic_estimate(enum statistic s, const double *p, const double *t, int n, int replicates, uint64_t seed)
{
	struct estimate e = { statistic(s, p, t, n), NAN, NAN };
	struct bootstrap x = { s, p, t, n, seed, NULL };
	int b, m = 0;

	if (n < 2)
		return e;
	x.value = mem_array((size_t)replicates + 1, sizeof *x.value);
	par_for(replicates, replicate, &x);
	for (b = 0; b < replicates; b++)
		if (!isnan(x.value[b]))
			x.value[m++] = x.value[b];
	summary_sort(x.value, m);
	e.low = summary_quantile(x.value, m, (1 - LEVEL) / 2);
	e.high = summary_quantile(x.value, m, (1 + LEVEL) / 2);
	free(x.value);
	return e;
}
