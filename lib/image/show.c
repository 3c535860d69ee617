#include "image/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void
show_new(struct show *s, int w, int h)
{
	s->w = w;
	s->h = h;
	s->rgb = mem_array((size_t)w * (size_t)h, 3);
}

void
show_free(struct show *s)
{
	free(s->rgb);
	memset(s, 0, sizeof *s);
}

/* Puts the k-th smallest of x[n] at x[k], none greater before and none smaller after it (Hoare 1961, "Find"). */
static void
find(float *x, int64_t n, int64_t k)
{
	int64_t lo = 0, hi = n - 1, i, j;

	while (lo < hi) {
		float pivot = x[k], keep;

		for (i = lo, j = hi; i <= j;) {
			while (x[i] < pivot)
				i++;
			while (pivot < x[j])
				j--;
			if (i > j)
				break;
			keep = x[i];
			x[i++] = x[j];
			x[j--] = keep;
		}
		if (j < k)
			lo = i;
		if (k < i)
			hi = j;
	}
}

/* Changes the order of x. */
static float
percentile(float *x, int64_t n, double percent)
{
	double at = percent / 100 * (double)(n - 1);
	int64_t k = (int64_t)at, i;
	float next;

	find(x, n, k);
	if (k + 1 >= n)
		return x[k];
	for (next = x[k + 1], i = k + 2; i < n; i++)
		next = x[i] < next ? x[i] : next;
	return x[k] + (float)(at - (double)k) * (next - x[k]);
}

void
show_window(float *lo, float *hi, const float *x, int64_t n, const double percent[2])
{
	float *some = mem_array((size_t)n, sizeof *some);
	int64_t i, finite = 0;

	for (i = 0; i < n; i++)
		if (isfinite(x[i]))
			some[finite++] = x[i];
	*lo = finite ? percentile(some, finite, percent[0]) : 0;
	*hi = finite ? percentile(some, finite, percent[1]) : 0;
	free(some);
}

static uint8_t
byte(float v, float lo, float hi)
{
	float t = isfinite(v) && hi > lo ? (v - lo) / (hi - lo) : 0;

	return (uint8_t)(t <= 0 ? 0 : t >= 1 ? 255 : t * 255 + .5f);
}

void
show_bytes(uint8_t *to, const float *x, int64_t n, float lo, float hi)
{
	int64_t i;

	for (i = 0; i < n; i++)
		to[i] = byte(x[i], lo, hi);
}

void
show_image(struct show *s, const float *x, int channels, int h, int w, float lo, float hi, int zoom)
{
	size_t plane = channels == 3 ? (size_t)h * (size_t)w : 0;
	int i, j, k;

	show_new(s, w * zoom, h * zoom);
	for (j = 0; j < s->h; j++)
		for (i = 0; i < s->w; i++)
			for (k = 0; k < 3; k++)
				s->rgb[3 * ((size_t)j * (size_t)s->w + (size_t)i) + (size_t)k] =
					byte(x[(size_t)k * plane + (size_t)(j / zoom) * (size_t)w +
				               (size_t)(i / zoom)],
				             lo, hi);
}

const uint8_t *
show_colour(int k)
{
	static const uint8_t colour[7][3] = {
		{ 86, 180, 233 }, { 240, 228, 66 }, { 213, 94, 0 }, { 0, 158, 115 },
		{ 204, 121, 167 }, { 230, 159, 0 }, { 0, 114, 178 },
	};

	return colour[(k - 1) % 7];
}

/* Is the pixel (x,y) of the zoomed picture within a line's width of another label? */
static int
on_edge(const uint8_t *label, int h, int w, int zoom, int x, int y)
{
	static const int step[4][2] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
	int here = label[(size_t)(y / zoom) * (size_t)w + (size_t)(x / zoom)], line = (zoom + 1) / 2, k;

	for (k = 0; k < 4; k++) {
		int u = x + line * step[k][0], v = y + line * step[k][1];

		if (u < 0 || v < 0 || u >= w * zoom || v >= h * zoom)
			continue;
		if (label[(size_t)(v / zoom) * (size_t)w + (size_t)(u / zoom)] != here)
			return 1;
	}
	return 0;
}

void
show_labels(struct show *s, const uint8_t *label, int h, int w, int zoom, enum show_style style)
{
	int x, y, k, dash = 2 * zoom;

	for (y = 0; y < s->h; y++)
		for (x = 0; x < s->w; x++) {
			int here = label[(size_t)(y / zoom) * (size_t)w + (size_t)(x / zoom)];
			uint8_t *p = s->rgb + 3 * ((size_t)y * (size_t)s->w + (size_t)x);

			if (!here)
				continue;
			if (style != SHOW_FILL && !on_edge(label, h, w, zoom, x, y))
				continue;
			if (style == SHOW_DASHED && (x + y) / dash % 2)
				continue;
			for (k = 0; k < 3; k++)
				p[k] = style == SHOW_FILL ? (uint8_t)((p[k] + show_colour(here)[k]) / 2)
				                          : show_colour(here)[k];
		}
}

/* The largest cell. */
static void
cell_size(int64_t *w, int64_t *h, const struct show *cell, int n)
{
	int i;

	*w = *h = 0;
	for (i = 0; i < n; i++) {
		*w = cell[i].w > *w ? cell[i].w : *w;
		*h = cell[i].h > *h ? cell[i].h : *h;
	}
}

int
show_sheet_size(int *w, int *h, const struct show *cell, int n, int columns, int gap)
{
	int64_t cw, ch, rows = (n + columns - 1) / columns, width, height;

	cell_size(&cw, &ch, cell, n);
	width = (cw + gap) * columns - gap;
	height = (ch + gap) * rows - gap;
	if (width > INT32_MAX / 3 / height)
		return -1;
	*w = (int)width;
	*h = (int)height;
	return 0;
}

void
show_sheet(struct show *s, const struct show *cell, int n, int columns, int gap)
{
	int64_t cw, ch;
	int w, h, i, y;

	if (show_sheet_size(&w, &h, cell, n, columns, gap))
		BUG("a sheet that was not checked");
	cell_size(&cw, &ch, cell, n);
	show_new(s, w, h);
	for (i = 0; i < n; i++)
		for (y = 0; y < cell[i].h; y++) {
			int64_t row = (ch + gap) * (i / columns) + (ch - cell[i].h) / 2 + y;
			int64_t column = (cw + gap) * (i % columns) + (cw - cell[i].w) / 2;

			memcpy(s->rgb + 3 * (row * w + column), cell[i].rgb + 3 * (int64_t)y * cell[i].w,
			       3 * (size_t)cell[i].w);
		}
}
