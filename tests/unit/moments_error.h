/* moments_error.h - how far moments are from sums over x[pixels][c], one value after the other in double: the worst
 * difference over the sum of absolute values */
#ifndef MOMENTS_ERROR_H
#define MOMENTS_ERROR_H

#include <math.h>

#include "nn/elem.h"

static inline double
moments_error(const double *moments, const void *x, enum elem e, size_t pixels, int c)
{
	double most = 0, sum, square, size;
	size_t p;
	int ch;

	for (ch = 0; ch < c; ch++) {
		sum = square = size = 0;
		for (p = 0; p < pixels; p++) {
			float room;
			double v = *elem_read(&room, x, p * (size_t)c + (size_t)ch, 1, e);

			sum += v;
			size += fabs(v);
			square += v * v;
		}
		most = fmax(most, fabs(moments[ch] - sum) / (size + 1e-300));
		most = fmax(most, fabs(moments[c + ch] - square) / (square + 1e-300));
	}
	return most;
}

#endif
