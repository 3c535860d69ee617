#include "image/stats.h"

#include <math.h>

#include "base/kernel.h"

#define BLOCK 2048 /* values per block: passes over it stay in the first-level cache */
#define LANES 32   /* sums side by side, so that the loops vectorise with a fixed order */

KERNEL static void
widen(double *restrict dst, const float *restrict x, int n)
{
	int i;

	for (i = 0; i < n; i++)
		dst[i] = (double)x[i];
}

KERNEL static double
sum(const double *x, int n)
{
	double s[LANES] = { 0 }, sum = 0;
	int i, l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += x[i + l];
	for (; i < n; i++)
		sum += x[i];
	for (l = 0; l < LANES; l++)
		sum += s[l];
	return sum;
}

KERNEL static double
sum_squares(const double *x, double mean, int n)
{
	double s[LANES] = { 0 }, sum = 0;
	int i, l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += (x[i + l] - mean) * (x[i + l] - mean);
	for (; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	for (l = 0; l < LANES; l++)
		sum += s[l];
	return sum;
}

KERNEL static void
range(double *min, double *max, const double *x, int n)
{
	double lo[LANES], hi[LANES], least = x[0], most = x[0];
	int i, l;

	for (l = 0; l < LANES; l++)
		lo[l] = hi[l] = x[0];
	for (i = 0; i + LANES <= n; i += LANES) {
		for (l = 0; l < LANES; l++)
			lo[l] = x[i + l] < lo[l] ? x[i + l] : lo[l];
		for (l = 0; l < LANES; l++)
			hi[l] = x[i + l] > hi[l] ? x[i + l] : hi[l];
	}
	for (; i < n; i++) {
		least = x[i] < least ? x[i] : least;
		most = x[i] > most ? x[i] : most;
	}
	for (l = 0; l < LANES; l++) {
		least = lo[l] < least ? lo[l] : least;
		most = hi[l] > most ? hi[l] : most;
	}
	*min = least;
	*max = most;
}

void
stats_merge(struct stats *a, const struct stats *b)
{
	double n = (double)a->n + (double)b->n, d = b->mean - a->mean;

	if (!b->n)
		return;
	if (!a->n) {
		*a = *b;
		return;
	}
	a->mean += d * ((double)b->n / n);
	a->m2 += b->m2 + d * d * ((double)a->n * ((double)b->n / n));
	a->min = fmin(a->min, b->min);
	a->max = fmax(a->max, b->max);
	a->n += b->n;
}

static void
add_block(struct stats *s, const double *x, int n)
{
	struct stats b = { .n = (uint64_t)n };

	b.mean = sum(x, n) / n;
	b.m2 = sum_squares(x, b.mean, n);
	range(&b.min, &b.max, x, n);
	stats_merge(s, &b);
}

void
stats_add(struct stats *s, const float *x, int64_t n)
{
	double block[BLOCK];
	int64_t at;
	int m;

	for (at = 0; at < n; at += m) {
		m = (int)(n - at < BLOCK ? n - at : BLOCK);
		widen(block, x + at, m);
		add_block(s, block, m);
	}
}

static int
is_wide(enum ten_dtype d)
{
	return d == TEN_I32 || d == TEN_U32 || d == TEN_I64 || d == TEN_U64 || d == TEN_F64;
}

void
stats_add_tensor(struct stats *s, const struct tensor *t, int64_t from, int64_t n)
{
	double wide[BLOCK];
	float x[BLOCK];
	int64_t at;
	int i, m;

	for (at = 0; at < n; at += m) {
		m = (int)(n - at < BLOCK ? n - at : BLOCK);
		if (is_wide(t->dtype)) {
			for (i = 0; i < m; i++)
				wide[i] = tensor_get(t, from + at + i);
			add_block(s, wide, m);
		} else {
			tensor_to_f32(x, t, from + at, m);
			stats_add(s, x, m);
		}
	}
}

double
stats_deviation(const struct stats *s)
{
	return s->n ? sqrt(s->m2 / (double)s->n) : 0;
}
