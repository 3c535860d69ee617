#include "image/blur.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/kernel.h"

#define MAX_RADIUS 512

/* g[0..radius] of the kernel's 2 radius + 1. */
static void
fill_gaussian(float *g, int radius, double sigma)
{
	double sum = 1;
	int k;

	for (k = 1; k <= radius; k++)
		sum += 2 * exp(-0.5 * k * k / (sigma * sigma));
	for (k = 0; k <= radius; k++)
		g[k] = (float)(exp(-0.5 * k * k / (sigma * sigma)) / sum);
}

/* dst = g[0] mid + sum_k g[k] (mid[-k step] + mid[+k step]) */
KERNEL static void
convolve_row(float *restrict dst, const float *restrict mid, const float *g, int radius, int n)
{
	int i, k;

	for (i = 0; i < n; i++)
		dst[i] = g[0] * mid[i];
	for (k = 1; k <= radius; k++) {
		const float *a = mid - k, *b = mid + k;

		for (i = 0; i < n; i++)
			dst[i] += g[k] * (a[i] + b[i]);
	}
}

KERNEL static void
add_rows(float *restrict dst, const float *restrict a, const float *restrict b, float g, int n)
{
	int i;

	for (i = 0; i < n; i++)
		dst[i] += g * (a[i] + b[i]);
}

KERNEL static void
scale_row(float *restrict dst, const float *restrict a, float g, int n)
{
	int i;

	for (i = 0; i < n; i++)
		dst[i] = g * a[i];
}

static int
reflect(int i, int n)
{
	i = i < 0 ? -i : i;
	return i < n ? i : 2 * (n - 1) - i;
}

static void
blur_across(float *dst, const float *src, float *padded, const float *g, int radius, int h, int w)
{
	int y, k;

	for (y = 0; y < h; y++) {
		const float *row = src + (size_t)y * (size_t)w;

		memcpy(padded + radius, row, (size_t)w * sizeof *row);
		for (k = 1; k <= radius; k++) {
			padded[radius - k] = row[reflect(-k, w)];
			padded[radius + w - 1 + k] = row[reflect(w - 1 + k, w)];
		}
		convolve_row(dst + (size_t)y * (size_t)w, padded + radius, g, radius, w);
	}
}

static void
blur_down(float *dst, const float *src, const float *g, int radius, int h, int w)
{
	size_t wide = (size_t)w;
	int y, k;

	for (y = 0; y < h; y++) {
		float *row = dst + (size_t)y * wide;

		scale_row(row, src + (size_t)y * wide, g[0], w);
		for (k = 1; k <= radius; k++)
			add_rows(row, src + (size_t)reflect(y - k, h) * wide, src + (size_t)reflect(y + k, h) * wide, g[k], w);
	}
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

void
blur_gaussian(float *x, float *work, int c, int h, int w, int radius, double sigma)
{
	float g[MAX_RADIUS + 1];
	size_t hw = (size_t)h * (size_t)w;
	int k;

	radius = least(least(radius, MAX_RADIUS), least(h, w) - 1);
	radius = (int)fmin(radius, ceil(6 * sigma));
	if (radius < 1)
		return;
	fill_gaussian(g, radius, sigma);
	for (k = 0; k < c; k++) {
		blur_across(work, x + (size_t)k * hw, work + hw, g, radius, h, w);
		blur_down(x + (size_t)k * hw, work, g, radius, h, w);
	}
}
