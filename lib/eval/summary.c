#include "eval/summary.h"

#include <math.h>
#include <stdlib.h>

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
