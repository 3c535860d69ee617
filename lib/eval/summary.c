#include "eval/summary.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

double
summary_mean(const double *x, int n)
{
	double sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += x[i];
	return n ? sum / n : NAN;
}

double
summary_sd(const double *x, int n)
{
	double mean = summary_mean(x, n), sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return n > 1 ? sqrt(sum / (n - 1)) : NAN;
}

double
summary_min(const double *x, int n)
{
	double min = n ? x[0] : NAN;
	int i;

	for (i = 1; i < n; i++)
		min = x[i] < min ? x[i] : min;
	return min;
}

double
summary_max(const double *x, int n)
{
	double max = n ? x[0] : NAN;
	int i;

	for (i = 1; i < n; i++)
		max = x[i] > max ? x[i] : max;
	return max;
}

double
summary_quantile(const double *sorted, int n, double p)
{
	double place = p * (n - 1), low = floor(place);
	int i = (int)low;

	if (n < 1)
		return NAN;
	if (i >= n - 1)
		return sorted[n - 1];
	return sorted[i] + (place - low) * (sorted[i + 1] - sorted[i]);
}

static uint64_t
bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

/* The value at this rank, from 0. Numbers that are not negative are ordered as their bits are: a byte of it after the
 * other is found by counting. */
static double
ranked(const double *x, size_t n, size_t rank)
{
	uint64_t found = 0;
	double value;
	size_t i;
	int shift, byte;

	for (shift = 56; shift >= 0; shift -= 8) {
		size_t count[256] = { 0 };

		for (i = 0; i < n; i++)
			if (((bits_of(x[i]) ^ found) >> shift) < 256)
				count[bits_of(x[i]) >> shift & 255]++;
		for (byte = 0; rank >= count[byte]; byte++)
			rank -= count[byte];
		found |= (uint64_t)byte << shift;
	}
	memcpy(&value, &found, sizeof value);
	return value;
}

double
summary_quantile_unsorted(const double *x, size_t n, double p)
{
	double place = p * (double)(n - 1), low = floor(place), here, next = INFINITY;
	size_t i, rank = n ? (size_t)low : 0, until = 0;

	if (!n)
		return NAN;
	here = ranked(x, n, rank);
	for (i = 0; i < n; i++) {
		until += x[i] <= here;
		next = x[i] > here && x[i] < next ? x[i] : next;
	}
	if (until > rank + 1 || rank + 1 >= n)
		return here;
	return here + (place - low) * (next - here);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
summary_sort(double *x, int n)
{
	qsort(x, (size_t)n, sizeof *x, ascending);
}
