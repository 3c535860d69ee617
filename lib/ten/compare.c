#include "ten/compare.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"

#define BLOCK 1024 /* values that are looked at together: most are equal in most comparisons */
#define LANES 32

/* |a - b|. 64-bit integers would lose their last digits as doubles; their distance fits 64 bits unsigned. */
static double
distance(const struct tensor *a, int64_t i, const struct tensor *b, int64_t k)
{
	uint64_t x, y;

	if (a->dtype == TEN_I64) { /* the sign bit flipped, order is that of unsigned numbers */
		x = (uint64_t)((const int64_t *)a->data)[i] ^ (uint64_t)1 << 63;
		y = (uint64_t)((const int64_t *)b->data)[k] ^ (uint64_t)1 << 63;
	} else if (a->dtype == TEN_U64) {
		x = ((const uint64_t *)a->data)[i];
		y = ((const uint64_t *)b->data)[k];
	} else {
		return fabs(tensor_get(a, i) - tensor_get(b, k));
	}
	return (double)(x > y ? x - y : y - x);
}

static void
compare_one(struct compare *c, const struct tensor *a, int64_t i, const struct tensor *b, int64_t k, int same)
{
	double y = tensor_get(b, k), d = 0, rel = 0;

	if (!same) {
		d = distance(a, i, b, k);
		if (!isfinite(y) || !isfinite(d))
			d = INFINITY;
		rel = d == 0 ? 0 : d == INFINITY || y == 0 ? INFINITY : d / fabs(y);
	}
	if (d == INFINITY || d > c->atol + c->rtol * fabs(y)) {
		if (!c->differ++)
			c->first = i;
	}
	c->max_abs = d > c->max_abs ? d : c->max_abs;
	c->max_rel = rel > c->max_rel ? rel : c->max_rel;
	c->diff2 += d * d;
	c->ref2 += isfinite(y) ? y * y : 0;
}

KERNEL static double
sum_squares(const float *x, int64_t n)
{
	double s[LANES] = { 0 }, sum = 0;
	int64_t i;
	int l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++) {
			double v = (double)x[i + l], y = v - v == 0 ? v : 0; /* finite, or nothing */

			s[l] += y * y;
		}
	for (; i < n; i++)
		sum += x[i] - x[i] == 0 ? (double)x[i] * (double)x[i] : 0;
	for (l = 0; l < LANES; l++)
		sum += s[l];
	return sum;
}

/* Do floats hold every value of the type? */
static int
is_narrow(enum ten_dtype d)
{
	return ten_dtype_size(d) <= 2 || d == TEN_F32;
}

/* n values, the same bits in both: only b's squares are of interest. */
static void
add_equal(struct compare *c, const struct tensor *b, int64_t k, int64_t n)
{
	float x[BLOCK];

	tensor_to_f32(x, b, k, n);
	c->ref2 += sum_squares(x, n);
}

void
compare_values(struct compare *c, const struct tensor *a, int64_t i, const struct tensor *b, int64_t k, int64_t n)
{
	size_t size = ten_dtype_size(a->dtype);
	const char *x = (const char *)a->data + (size_t)i * size, *y = (const char *)b->data + (size_t)k * size;
	int64_t j, to;

	if (a->dtype != b->dtype)
		BUG("comparing '%s' of different types", a->name);
	c->values += (uint64_t)n;
	for (j = 0; j < n; j = to) {
		to = n - j < BLOCK ? n : j + BLOCK;
		if (is_narrow(a->dtype) && !memcmp(x + (size_t)j * size, y + (size_t)j * size, (size_t)(to - j) * size))
			add_equal(c, b, k + j, to - j);
		else
			for (; j < to; j++)
				compare_one(c, a, i + j, b, k + j, !memcmp(x + (size_t)j * size, y + (size_t)j * size, size));
	}
}

void
compare_merge(struct compare *dst, const struct compare *src)
{
	dst->values += src->values;
	dst->differ += src->differ;
	dst->max_abs = src->max_abs > dst->max_abs ? src->max_abs : dst->max_abs;
	dst->max_rel = src->max_rel > dst->max_rel ? src->max_rel : dst->max_rel;
	dst->diff2 += src->diff2;
	dst->ref2 += src->ref2;
}

double
compare_norm(const struct compare *c)
{
	if (c->diff2 == 0)
		return 0;
	return c->ref2 > 0 ? sqrt(c->diff2 / c->ref2) : INFINITY;
}
