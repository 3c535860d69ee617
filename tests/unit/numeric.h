/* numeric.h - what tests of numeric code share: random arrays, sums in double, finite differences */
#ifndef NUMERIC_H
#define NUMERIC_H

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

static inline float *
random_floats(size_t n, uint64_t seed)
{
	struct rng r = rng_at(seed, RNG_TEST, 0, 0);
	float *x = malloc(n * sizeof *x + 64);
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = (float)rng_range(&r, -1, 1);
	return x;
}

static inline double
inner(const float *a, const float *b, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

static inline double
norm(const float *a, size_t n)
{
	return sqrt(inner(a, a, n));
}

/* |a - b| / |b| */
static inline double
distance(const float *a, const float *b, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
	return sqrt(sum) / (norm(b, n) + 1e-30);
}

/* The gradient of f at x by central differences, for the entries i = 0, skip, 2 skip, ...: its relative distance
 * from `analytic` over those entries. */
static inline double
difference_error(double (*f)(void *ctx), void *ctx, float *x, const float *analytic, size_t n, size_t skip, float h)
{
	double wrong = 0, size = 0;
	size_t i;

	for (i = 0; i < n; i += skip) {
		float keep = x[i], up = keep + h, down = keep - h;
		double a, b, d;

		x[i] = up;
		a = f(ctx);
		x[i] = down;
		b = f(ctx);
		x[i] = keep;
		d = (a - b) / ((double)up - down);
		wrong += (d - analytic[i]) * (d - analytic[i]);
		size += d * d;
	}
	return sqrt(wrong) / (sqrt(size) + 1e-30);
}

#endif
