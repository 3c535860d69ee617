/* summary.h - a few numbers about many */
#ifndef EVAL_SUMMARY_H
#define EVAL_SUMMARY_H

#include <stddef.h>

double summary_mean(const double *x, int n);  /* NAN for none */
double summary_sd(const double *x, int n);    /* with n - 1; NAN for less than two */
double summary_min(const double *x, int n);
double summary_max(const double *x, int n);

/* The p-quantile, 0 <= p <= 1, of x in ascending order: between the neighbours of place p(n-1), counted from 0,
 * linearly (Hyndman & Fan's type 7, the default of numpy and R). NAN for none. */
double summary_quantile(const double *sorted, int n, double p);

/* The same of values that are not sorted, none of them negative or NAN, in linear time. */
double summary_quantile_unsorted(const double *x, size_t n, double p);

void summary_sort(double *x, int n); /* ascending; no NANs */

#endif
