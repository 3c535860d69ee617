/* moments.h - for every channel the sum of values and that of their squares: what a batch norm wants to know of its input
 *
 * Who writes that input can add up a piece while it is still near the core; the batch norm then need not read it from
 * memory for this. Sums are double, where squares of float are exact: a variance made of them keeps 8 digits even if the
 * mean is 10^4 times the deviation. Moments are [2][c]: sums, then sums of squares.
 */
#ifndef NN_MOMENTS_H
#define NN_MOMENTS_H

#include <stddef.h>

#include "nn/elem.h"

/* Values x[rows][pixels][c], `row` and `pixel` values from one to the next */
struct moments_area {
	const void *x;
	enum elem elem;
	int rows, pixels, c;
	size_t row, pixel;
};

/* Adds those of an area to sum[c] and square[c], on the calling thread. */
void moments_add(double *sum, double *square, const struct moments_area *a);

/* moments[2][c] = parts[n][2][c] added up in order, on all threads. */
void moments_total(double *moments, const double *parts, int n, int c);

/* moments[2][c] of x[pixels][c], on all threads; in pieces that depend on the size alone. */
void moments_of(double *moments, const void *x, enum elem e, int c, size_t pixels);

#endif
