#include "predict/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Where windows of this size begin on an axis of `length`. */
static int *
places(int *count, int length, int size)
{
	int half = size > 1 ? size / 2 : 1, left = length - size, n = 1 + (left + half - 1) / half, i;
	int *at = mem_array((size_t)n, sizeof *at);

	for (i = 1; i < n; i++)
		at[i] = (int)((2 * (long long)i * left + n - 1) / (2 * (long long)(n - 1)));
	*count = n;
	return at;
}

static double
bell(int i, int size)
{
	double d = (i - (size - 1) / 2.0) / (size / 8.0);

	return exp(-d * d / 2);
}

static void
weigh(struct windows *s)
{
	int i, y, x, h = s->size[0], w = s->size[1];

	s->weight = mem_array((size_t)h * w, sizeof *s->weight);
	s->total = mem_array((size_t)s->h * s->w, sizeof *s->total);
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			s->weight[(size_t)y * w + x] = (float)(bell(y, h) * bell(x, w));
	for (i = 0; i < windows_count(s); i++)
		for (y = 0; y < h; y++) {
			float *row = s->total + (size_t)(s->at[0][i / s->n[1]] + y) * s->w + s->at[1][i % s->n[1]];

			for (x = 0; x < w; x++)
				row[x] += s->weight[(size_t)y * w + x];
		}
}

void
windows_plan(struct windows *s, int h, int w, int size)
{
	windows_free(s);
	s->h = h;
	s->w = w;
	s->size[0] = size < h ? size : h;
	s->size[1] = size < w ? size : w;
	s->at[0] = places(&s->n[0], h, s->size[0]);
	s->at[1] = places(&s->n[1], w, s->size[1]);
	weigh(s);
}

void
windows_free(struct windows *s)
{
	free(s->at[0]);
	free(s->at[1]);
	free(s->weight);
	free(s->total);
	memset(s, 0, sizeof *s);
}

int
windows_count(const struct windows *s)
{
	return s->n[0] * s->n[1];
}

/* Index of the first pixel of window i in a plane. */
static size_t
corner(const struct windows *s, int i)
{
	return (size_t)s->at[0][i / s->n[1]] * s->w + s->at[1][i % s->n[1]];
}

void
windows_cut(const struct windows *s, float *dst, int i, const float *src, int planes)
{
	int h = s->size[0], w = s->size[1], k, y;

	src += corner(s, i);
	for (k = 0; k < planes; k++, src += (size_t)s->h * s->w)
		for (y = 0; y < h; y++, dst += w)
			memcpy(dst, src + (size_t)y * s->w, (size_t)w * sizeof *dst);
}

void
windows_add(const struct windows *s, float *dst, int i, const float *src, int planes)
{
	int h = s->size[0], w = s->size[1], k, y, x;

	dst += corner(s, i);
	for (k = 0; k < planes; k++, dst += (size_t)s->h * s->w)
		for (y = 0; y < h; y++, src += w) {
			float *to = dst + (size_t)y * s->w;
			const float *g = s->weight + (size_t)y * w;

			for (x = 0; x < w; x++)
				to[x] += g[x] * src[x];
		}
}

void
windows_divide(const struct windows *s, float *dst, int planes)
{
	size_t area = (size_t)s->h * s->w, i;
	int k;

	for (k = 0; k < planes; k++, dst += area)
		for (i = 0; i < area; i++)
			dst[i] /= s->total[i];
}
