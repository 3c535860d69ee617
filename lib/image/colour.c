#include "image/colour.h"

#include <math.h>

#include "base/kernel.h"

#define RED 0.299f
#define GREEN 0.587f
#define BLUE 0.114f

#define LANES 16 /* sums side by side: the loops vectorise, in a fixed order */

KERNEL static void
affine(float *x, int64_t n, float a, float b)
{
	int64_t i;

	for (i = 0; i < n; i++)
		x[i] = a * x[i] + b;
}

void
colour_affine(float *x, int c, int64_t hw, float a, float b)
{
	affine(x, c * hw, a, b);
}

void
colour_brightness(float *x, int c, int64_t hw, float f)
{
	affine(x, c * hw, f, 0);
}

KERNEL static double
mean(const float *x, int64_t n)
{
	double s[LANES] = { 0 }, sum = 0;
	int64_t i;
	int l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += (double)x[i + l];
	for (; i < n; i++)
		sum += (double)x[i];
	for (l = 0; l < LANES; l++)
		sum += s[l];
	return sum / (double)n;
}

void
colour_contrast(float *x, int c, int64_t hw, float f)
{
	double m;

	if (c == 3)
		m = RED * mean(x, hw) + GREEN * mean(x + hw, hw) + BLUE * mean(x + 2 * hw, hw);
	else
		m = mean(x, c * hw);
	affine(x, c * hw, f, (float)(m * (1 - (double)f)));
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
colour_saturation(float *x, int c, int64_t hw, float f)
{
	if (c == 3)
		saturate(x, x + hw, x + 2 * hw, hw, f);
}

void
colour_grey(float *x, int c, int64_t hw)
{
	colour_saturation(x, c, hw, 0);
}

/* One channel of HSV: v - chroma * clamp(min(k, 4 - k), 0, 1), k = (n + hue) mod 6, hue in sixths of the circle,
 * n = 5, 3, 1 for R, G, B. */
static inline float
channel(float hue, float n, float v, float chroma)
{
	float k = n + hue, t;

	k -= 6 * floorf(k * (1.0f / 6));
	t = k < 4 - k ? k : 4 - k;
	t = t < 0 ? 0 : t;
	t = t > 1 ? 1 : t;
	return v - chroma * t;
}

/* Saturation need not be divided out and back: chroma = max - min is all that the channels depend on, so the
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
		hue += sixths;
		r[i] = channel(hue, 5, max, chroma);
		g[i] = channel(hue, 3, max, chroma);
		b[i] = channel(hue, 1, max, chroma);
	}
}

void
colour_hue(float *x, int c, int64_t hw, float turn)
{
	if (c == 3)
		turn_hue(x, x + hw, x + 2 * hw, hw, 6 * turn);
}

KERNEL static void
solarize(float *x, int64_t n, float t, float total)
{
	int64_t i;

	for (i = 0; i < n; i++)
		x[i] = x[i] < t ? x[i] : total - x[i];
}

void
colour_solarize(float *x, int c, int64_t hw, float t, float total)
{
	solarize(x, c * hw, t, total);
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
colour_clamp(float *x, int c, int64_t hw, float lo, float hi)
{
	clamp(x, c * hw, lo, hi);
}

KERNEL static int
range(float *min, float *max, const float *x, int64_t n)
{
	float lo[LANES], hi[LANES], odd[LANES] = { 0 }, a = x[0], b = x[0], sum = 0;
	int64_t i;
	int l;

	for (l = 0; l < LANES; l++)
		lo[l] = hi[l] = x[0];
	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++) {
			lo[l] = x[i + l] < lo[l] ? x[i + l] : lo[l];
			hi[l] = x[i + l] > hi[l] ? x[i + l] : hi[l];
			odd[l] += x[i + l] * 0; /* NaN once an infinity or a NaN has passed */
		}
	for (; i < n; i++) {
		a = x[i] < a ? x[i] : a;
		b = x[i] > b ? x[i] : b;
		sum += x[i] * 0;
	}
	for (l = 0; l < LANES; l++) {
		a = lo[l] < a ? lo[l] : a;
		b = hi[l] > b ? hi[l] : b;
		sum += odd[l];
	}
	*min = a;
	*max = b;
	return isnan(sum) ? -1 : 0;
}

int
colour_range(float *lo, float *hi, const float *x, int c, int64_t hw)
{
	return range(lo, hi, x, c * hw);
}
