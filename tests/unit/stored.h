/* stored.h - what tests of bfloat16 share: arrays stored either way, and how far from the exact value is
 * allowed */
#ifndef STORED_H
#define STORED_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cpu/cpu.h"
#include "nn/compute.h"
#include "numeric.h"

#define STORED_GUARD 16 /* values behind an array that nobody may change */

struct stored {
	void *at;
	enum elem e;
	size_t n;
};

/* The same seed gives the same values, but for their rounding. */
static inline struct stored
stored_random(size_t n, enum elem e, uint64_t seed)
{
	struct stored s = {malloc((n + STORED_GUARD) * elem_size(e)), e, n};
	float *x = random_floats(n + STORED_GUARD, seed);
	size_t i;

	for (i = n; i < n + STORED_GUARD; i++)
		x[i] = 7;
	elem_write(s.at, 0, x, (int)(n + STORED_GUARD), 0, e);
	free(x);
	return s;
}

static inline double
stored_value(const struct stored *s, size_t i)
{
	return s->e == ELEM_F32 ? ((float *)s->at)[i] : bf16_float(((uint16_t *)s->at)[i]);
}

/* What arithmetic in bfloat16 makes of it */
static inline double
stored_rounded(const struct stored *s, size_t i)
{
	return bf16_float(bf16_of((float)stored_value(s, i)));
}

/* The error of value i in units of what is allowed: `exact` for sums in float, and a rounding of the result
 * to how it is stored. `between` is the size of a value that was rounded to the same on the way, or 0. */
static inline double
stored_error(const struct stored *s, size_t i, double want, double exact, double between)
{
	double rounding = s->e == ELEM_BF16 ? (fabs(want) + fabs(between)) * 0x1.01p-8 : fabs(want) * 0x1p-23;
	double error = fabs(stored_value(s, i) - want) / (exact + rounding + 1e-30);

	return isnan(error) ? INFINITY : error;
}

/* 0, or infinity if something was written behind the array */
static inline double
stored_overrun(const struct stored *s)
{
	size_t i;

	for (i = s->n; i < s->n + STORED_GUARD; i++)
		if (stored_value(s, i) != 7)
			return INFINITY;
	return 0;
}

static inline void
stored_free(struct stored *s)
{
	free(s->at);
}

/* Runs the test on each kind of processor with products of bfloat16 that can be had here, or says that there
 * is none. */
static inline void
each_bf16(void (*test)(void))
{
	static const char *const names[] = {"amx", "avx512bf16"};
	int i, runs = 0;

	for (i = 0; i < 2; i++) {
		struct err e;

		if (cpu_select(names[i], &e))
			continue;
		printf("# %s\n", names[i]);
		test();
		runs++;
	}
	if (!runs)
		printf("ok %d - # skip this processor has no products of bfloat16\n", ++check_count);
}

#endif
