#include "image/colour.h"

#include <math.h>

#include "base/kernel.h"

#define RED 0.299f
#define GREEN 0.587f
#define BLUE 0.114f

#define LANES 64 /* sums side by side: the loops vectorise, in a fixed order */

KERNEL static void
affine(float *x, int64_t n, float a, float b)
{
	int64_t i;

	for (i = 0; i < n; i++)
		x[i] = a * x[i] + b;
}

void
colour_affine(float *x, int c, int64_t step, int64_t n, float a, float b)
{
	int k;

	for (k = 0; k < c; k++)
		affine(x + k * step, n, a, b);
}

void
colour_brightness(float *x, int c, int64_t step, int64_t n, float f)
{
	colour_affine(x, c, step, n, f, 0);
}

KERNEL static double
sum(const float *x, int64_t n)
{
	double s[LANES] = { 0 }, rest = 0;
	int64_t i;
	int l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += (double)x[i + l];
	for (; i < n; i++)
		rest += (double)x[i];
	for (l = 0; l < LANES; l++)
		rest += s[l];
	return rest;
}

double
colour_sum(const float *x, int c, int64_t step, int64_t n)
{
	double s = 0;
	int k;

	if (c == 3)
		return RED * sum(x, n) + GREEN * sum(x + step, n) + BLUE * sum(x + 2 * step, n);
	for (k = 0; k < c; k++)
		s += sum(x + k * step, n);
	return s / c;
}

void
colour_contrast(float *x, int c, int64_t step, int64_t n, float f, double mean)
{
	colour_affine(x, c, step, n, f, (float)(mean * (1 - (double)f)));
}

/* Both x -> g + f (x - g); f = 0 makes it grey. */
KERNEL static void
saturate(float *restrict r, float *restrict g, float *restrict b, int64_t n, float f)
{
	int64_t i;

	for (i = 0; i < n; i++) {
		float grey = RED * r[i] + GREEN * g[i] + BLUE * b[i];

		r[i] = grey + f * (r[i] - grey);
		g[i] = grey + f * (g[i] - grey);
		b[i] = grey + f * (b[i] - grey);
	}
}

void
colour_saturation(float *x, int c, int64_t step, int64_t n, float f)
{
	if (c == 3)
		saturate(x, x + step, x + 2 * step, n, f);
}

void
colour_grey(float *x, int c, int64_t step, int64_t n)
{
	colour_saturation(x, c, step, n, 0);
}

static inline float
within_1(float t)
{
	t = t > 0 ? t : 0;
	return t < 1 ? t : 1;
}

/* HSV with the hue in sixths of the circle, red at 0: a channel is max - chroma * t, t the part of chroma that it lacks.
 * Saturation need not be divided out and back: chroma = max - min is all that the channels depend on, so the
 * turn works for values of any sign. */
KERNEL static void
turn_hue(float *restrict r, float *restrict g, float *restrict b, int64_t n, float sixths)
{
	int64_t i;

	for (i = 0; i < n; i++) {
		float x = r[i], y = g[i], z = b[i];
		float max = x > y ? x : y, min = x < y ? x : y, chroma, per, hue;

		max = max > z ? max : z;
		min = min < z ? min : z;
		chroma = max - min;
		per = 1 / (chroma > 0 ? chroma : 1);
		hue = max == x ? (y - z) * per : max == y ? 2 + (z - x) * per : 4 + (x - y) * per;
		hue += sixths; /* -1..5 and -3..3 */
		hue += hue < 0 ? 6.0f : 0.0f;
		hue -= hue > 6 ? 6.0f : 0.0f;
		r[i] = max - chroma * within_1(2 - fabsf(hue - 3));
		g[i] = max - chroma * within_1(fabsf(hue - 2) - 1);
		b[i] = max - chroma * within_1(fabsf(hue - 4) - 1);
	}
}

void
colour_hue(float *x, int c, int64_t step, int64_t n, float turn)
{
	if (c == 3)
		turn_hue(x, x + step, x + 2 * step, n, 6 * turn);
}

KERNEL static void
solarize(float *x, int64_t n, float t, float total)
{
	int64_t i;

	for (i = 0; i < n; i++)
		x[i] = x[i] < t ? x[i] : total - x[i];
}

void
colour_solarize(float *x, int c, int64_t step, int64_t n, float t, float total)
{
	int k;

	for (k = 0; k < c; k++)
		solarize(x + k * step, n, t, total);
}

KERNEL static void
clamp(float *x, int64_t n, float lo, float hi)
{
	int64_t i;

	for (i = 0; i < n; i++) {
		float v = x[i] > lo ? x[i] : lo;

		x[i] = v < hi ? v : hi;
	}
}

void
colour_clamp(float *x, int c, int64_t step, int64_t n, float lo, float hi)
{
	int k;

	for (k = 0; k < c; k++)
		clamp(x + k * step, n, lo, hi);
}

KERNEL static int
range(float *min, float *max, const float *x, int64_t n)
{
	float lo[LANES], hi[LANES], odd[LANES] = { 0 }, a = x[0], b = x[0], rest = 0;
	int64_t i;
	int l;

	for (l = 0; l < LANES; l++)
		lo[l] = hi[l] = x[0];
	for (i = 0; i + LANES <= n; i += LANES) {
		for (l = 0; l < LANES; l++)
			lo[l] = x[i + l] < lo[l] ? x[i + l] : lo[l];
		for (l = 0; l < LANES; l++)
			hi[l] = x[i + l] > hi[l] ? x[i + l] : hi[l];
		for (l = 0; l < LANES; l++)
			odd[l] += x[i + l] * 0; /* NaN once an infinity or a NaN has passed */
	}
	for (; i < n; i++) {
		a = x[i] < a ? x[i] : a;
		b = x[i] > b ? x[i] : b;
		rest += x[i] * 0;
	}
	for (l = 0; l < LANES; l++) {
		a = lo[l] < a ? lo[l] : a;
		b = hi[l] > b ? hi[l] : b;
		rest += odd[l];
	}
	*min = a;
	*max = b;
	return isnan(rest) ? -1 : 0;
}

int
colour_range(float *lo, float *hi, const float *x, int64_t n)
{
	return range(lo, hi, x, n);
}
