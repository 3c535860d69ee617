#include "image/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

/* One axis: output o is the sum over k < taps of weight[k*out + o] * input[start[o] + k]. */
struct axis {
	int out, taps;
	int *start;
	float *weight;
};

void
resampler_free(struct resampler *r)
{
	free(r->weight);
	free(r->row);
	free(r->start);
	memset(r, 0, sizeof *r);
}

static double
bilinear(double t)
{
	return fmax(0, 1 - fabs(t));
}

static double
bicubic(double t)
{
	const double a = -0.5;

	t = fabs(t);
	if (t < 1)
		return ((a + 2) * t - (a + 3)) * t * t + 1;
	if (t < 2)
		return (((t - 5) * t + 8) * t - 4) * a;
	return 0;
}

/* The weights of output o of x->out from `in` inputs. */
static void
fill_output(struct axis *x, int o, int in, enum resample_filter filter, int mirrored)
{
	double scale = (double)in / x->out, stretch = fmax(scale, 1), reach = (filter == RESAMPLE_BICUBIC ? 2 : 1) * stretch;
	double centre = (o + 0.5) * scale, sum = 0, t;
	int lo = (int)fmax(centre - reach + 0.5, 0), hi = (int)fmin(centre + reach + 0.5, in), k;
	int start = lo < in - x->taps ? lo : in - x->taps; /* taps beyond the end get weight 0 instead */
	float *w = x->weight + (mirrored ? x->out - 1 - o : o);

	for (k = lo; k < hi; k++) {
		t = (k + 0.5 - centre) / stretch;
		sum += filter == RESAMPLE_BICUBIC ? bicubic(t) : bilinear(t);
	}
	for (k = 0; k < x->taps; k++) {
		t = (start + k + 0.5 - centre) / stretch;
		if (start + k < lo || start + k >= hi)
			w[(size_t)k * (size_t)x->out] = 0;
		else
			w[(size_t)k * (size_t)x->out] = (float)((filter == RESAMPLE_BICUBIC ? bicubic(t) : bilinear(t)) / sum);
	}
	x->start[mirrored ? x->out - 1 - o : o] = start;
}

/* The most inputs an output can depend on. */
static int
count_taps(int out, int in, enum resample_filter filter)
{
	double stretch = fmax((double)in / out, 1), reach = (filter == RESAMPLE_BICUBIC ? 2 : 1) * stretch;

	return (int)fmin(ceil(2 * reach) + 1, in);
}

static void
reserve(struct resampler *r, size_t weights, size_t starts, size_t rows)
{
	if (r->weights < weights)
		r->weight = mem_grow(r->weight, r->weights = weights, sizeof *r->weight);
	if (r->starts < starts)
		r->start = mem_grow(r->start, r->starts = starts, sizeof *r->start);
	if (r->rows < rows)
		r->row = mem_grow(r->row, r->rows = rows, sizeof *r->row);
}

/* dst[x->out] from one row. */
KERNEL static void
filter_row(float *restrict dst, const float *restrict src, const float *restrict weight, const int *restrict start,
           int out, int taps)
{
	int o, k;

	for (o = 0; o < out; o++)
		dst[o] = weight[o] * src[start[o]];
	for (k = 1; k < taps; k++) {
		weight += out;
		src++;
		for (o = 0; o < out; o++)
			dst[o] += weight[o] * src[start[o]];
	}
}

/* dst[n] from `taps` rows of n, weights `step` apart. */
KERNEL static void
mix_rows(float *restrict dst, const float *restrict src, const float *weight, size_t step, int taps, int n)
{
	int i, k;

	for (i = 0; i < n; i++)
		dst[i] = weight[0] * src[i];
	for (k = 1; k < taps; k++) {
		const float *row = src + (size_t)k * (size_t)n;
		float g = weight[(size_t)k * step];

		for (i = 0; i < n; i++)
			dst[i] += g * row[i];
	}
}

void
resample(struct resampler *r, float *dst, int sh, int sw, const float *src, int c, int h, int w, struct box b,
         enum resample_filter filter, int flip)
{
	struct axis x = { .out = sw, .taps = count_taps(sw, b.w, filter) };
	struct axis y = { .out = sh, .taps = count_taps(sh, b.h, filter) };
	size_t wide = (size_t)sw;
	int k, i;

	reserve(r, wide * (size_t)x.taps + (size_t)sh * (size_t)y.taps, wide + (size_t)sh, (size_t)b.h * wide);
	x.weight = r->weight;
	y.weight = r->weight + wide * (size_t)x.taps;
	x.start = r->start;
	y.start = r->start + sw;
	for (i = 0; i < sw; i++)
		fill_output(&x, i, b.w, filter, flip);
	for (i = 0; i < sh; i++)
		fill_output(&y, i, b.h, filter, 0);
	for (k = 0; k < c; k++) {
		const float *from = src + ((size_t)k * (size_t)h + (size_t)b.y) * (size_t)w + b.x;

		for (i = 0; i < b.h; i++)
			filter_row(r->row + (size_t)i * wide, from + (size_t)i * (size_t)w, x.weight, x.start, sw, x.taps);
		for (i = 0; i < sh; i++)
			mix_rows(dst + ((size_t)k * (size_t)sh + (size_t)i) * wide, r->row + (size_t)y.start[i] * wide,
			         y.weight + i, (size_t)sh, y.taps, sw);
	}
}

/* The input of `in` that holds the centre of output o of `out`. */
static int
nearest(int o, int out, int in)
{
	return (int)((2 * (int64_t)o + 1) * in / (2 * out));
}

void
resample_nearest(struct resampler *r, uint8_t *dst, int sh, int sw, const uint8_t *src, int w, struct box b,
                 int flip)
{
	int x, y;

	if (r->starts < (size_t)sw)
		r->start = mem_grow(r->start, r->starts = (size_t)sw, sizeof *r->start);
	for (x = 0; x < sw; x++)
		r->start[flip ? sw - 1 - x : x] = b.x + nearest(x, sw, b.w);
	for (y = 0; y < sh; y++) {
		const uint8_t *row = src + ((size_t)b.y + (size_t)nearest(y, sh, b.h)) * (size_t)w;

		for (x = 0; x < sw; x++)
			*dst++ = row[r->start[x]];
	}
}
