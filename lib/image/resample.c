#include "image/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

#define LANES 16 /* rows side by side, so that columns are mixed as vectors, like rows */

/* One axis: output o is the sum over k < taps of weight[k*out + o] * input[start[o] + k]. */
struct axis {
	int in, out, taps;
	double scale, stretch, reach;
	int *start;
	float *weight;
	double *exact; /* [taps*out + out] the weights before they are divided by their sums, and these */
};

void
resampler_free(struct resampler *r)
{
	free(r->weight);
	free(r->exact);
	free(r->lanes);
	free(r->row);
	free(r->start);
	memset(r, 0, sizeof *r);
}

static inline double
bilinear(double t)
{
	return t < 1 ? 1 - t : 0;
}

static inline double
bicubic(double t)
{
	const double a = -0.5;
	double near = ((a + 2) * t - (a + 3)) * t * t + 1, far = (((t - 5) * t + 8) * t - 4) * a;

	return t < 1 ? near : t < 2 ? far : 0;
}

/* Where the inputs of each output begin; at the end of the axis they begin earlier, and the first get weight 0. */
KERNEL static void
fill_starts(int *start, int out, int in, int taps, double scale, double reach, int mirrored)
{
	int i;

	for (i = 0; i < out; i++) {
		double lo = ((mirrored ? out - 1 - i : i) + 0.5) * scale - reach + 0.5;
		int first = lo > 0 ? (int)lo : 0;

		start[i] = first < in - taps ? first : in - taps;
	}
}

/* w[out] = f of tap k, added to sum[out]. */
KERNEL static void
fill_tap(double *restrict w, double *restrict sum, const int *restrict start, int k, int out, double scale,
         double stretch, int cubic, int mirrored)
{
	int i;

	for (i = 0; i < out; i++) {
		double t = fabs(start[i] + k + 0.5 - ((mirrored ? out - 1 - i : i) + 0.5) * scale) / stretch;

		w[i] = cubic ? bicubic(t) : bilinear(t);
		sum[i] += w[i];
	}
}

KERNEL static void
divide(float *restrict weight, const double *restrict exact, const double *restrict sum, int n)
{
	int i;

	for (i = 0; i < n; i++)
		weight[i] = (float)(exact[i] / sum[i]);
}

static void
fill_axis(struct axis *x, enum resample_filter filter, int mirrored)
{
	size_t n = (size_t)x->out;
	double *sum = x->exact + (size_t)x->taps * n;
	int k;

	memset(sum, 0, n * sizeof *sum);
	fill_starts(x->start, x->out, x->in, x->taps, x->scale, x->reach, mirrored);
	for (k = 0; k < x->taps; k++)
		fill_tap(x->exact + (size_t)k * n, sum, x->start, k, x->out, x->scale, x->stretch,
		         filter == RESAMPLE_BICUBIC, mirrored);
	for (k = 0; k < x->taps; k++)
		divide(x->weight + (size_t)k * n, x->exact + (size_t)k * n, sum, x->out);
}

/* taps: the most inputs an output can depend on, those less than reach from its centre. */
static struct axis
plan_axis(int out, int in, enum resample_filter filter)
{
	struct axis x = { .in = in, .out = out, .scale = (double)in / out };

	x.stretch = fmax(x.scale, 1);
	x.reach = (filter == RESAMPLE_BICUBIC ? 2 : 1) * x.stretch;
	x.taps = (int)fmin(ceil(2 * x.reach), in);
	return x;
}

/* Room for n elements of which nothing is to be kept, at a multiple of 64. */
static void *
room(void *p, size_t *have, size_t n, size_t size)
{
	if (*have >= n)
		return p;
	free(p);
	return mem_aligned((*have = n) * size);
}

static void
reserve(struct resampler *r, struct axis *x, struct axis *y, int c)
{
	size_t nx = (size_t)x->taps * (size_t)x->out, ny = (size_t)y->taps * (size_t)y->out;
	size_t most = (nx > ny ? nx : ny) + (size_t)(x->out > y->out ? x->out : y->out);

	r->weight = room(r->weight, &r->weights, nx + ny, sizeof *r->weight);
	r->exact = room(r->exact, &r->exacts, most, sizeof *r->exact);
	r->start = room(r->start, &r->starts, (size_t)x->out + (size_t)y->out, sizeof *r->start);
	r->lanes = room(r->lanes, &r->lane, LANES * ((size_t)x->in + (size_t)x->out), sizeof *r->lanes);
	r->row = room(r->row, &r->rows, (size_t)c * (size_t)y->in * (size_t)x->out, sizeof *r->row);
	x->weight = r->weight;
	y->weight = r->weight + nx;
	x->start = r->start;
	y->start = r->start + x->out;
	x->exact = y->exact = r->exact;
}

typedef float quad __attribute__((vector_size(16)));

/* to[j*ts + i] = from[i*fs + j], i and j from 0 to 3 */
static inline void
turn_four(float *restrict to, size_t ts, const float *restrict from, size_t fs)
{
	quad a, b, c, d, low[2], high[2];

	memcpy(&a, from, sizeof a);
	memcpy(&b, from + fs, sizeof b);
	memcpy(&c, from + 2 * fs, sizeof c);
	memcpy(&d, from + 3 * fs, sizeof d);
	low[0] = __builtin_shufflevector(a, b, 0, 4, 1, 5);
	low[1] = __builtin_shufflevector(c, d, 0, 4, 1, 5);
	high[0] = __builtin_shufflevector(a, b, 2, 6, 3, 7);
	high[1] = __builtin_shufflevector(c, d, 2, 6, 3, 7);
	a = __builtin_shufflevector(low[0], low[1], 0, 1, 4, 5);
	b = __builtin_shufflevector(low[0], low[1], 2, 3, 6, 7);
	c = __builtin_shufflevector(high[0], high[1], 0, 1, 4, 5);
	d = __builtin_shufflevector(high[0], high[1], 2, 3, 6, 7);
	memcpy(to, &a, sizeof a);
	memcpy(to + ts, &b, sizeof b);
	memcpy(to + 2 * ts, &c, sizeof c);
	memcpy(to + 3 * ts, &d, sizeof d);
}

/* to[j*ts + i] = from[i*fs + j], i < h, j < w */
KERNEL static void
turn(float *restrict to, size_t ts, const float *restrict from, size_t fs, int h, int w)
{
	int i, j, l, four = h & ~3;

	for (j = 0; j + 4 <= w; j += 4)
		for (i = 0; i < four; i += 4)
			turn_four(to + (size_t)j * ts + i, ts, from + (size_t)i * fs + j, fs);
	for (l = j; l < w; l++)
		for (i = 0; i < four; i++)
			to[(size_t)l * ts + (size_t)i] = from[(size_t)i * fs + (size_t)l];
	for (l = 0; l < w; l++)
		for (i = four; i < h; i++)
			to[(size_t)l * ts + (size_t)i] = from[(size_t)i * fs + (size_t)l];
}

/* dst[n][LANES] from one tap of src[][LANES], or from four. */
KERNEL static void
mix_lanes(float *restrict dst, const float *restrict src, const float *restrict weight, const int *restrict start,
          int n, int add)
{
	int o, l;

	for (o = 0; o < n; o++) {
		const float *p = src + LANES * (size_t)start[o];

		for (l = 0; l < LANES; l++)
			dst[LANES * o + l] = (add ? dst[LANES * o + l] : 0) + weight[o] * p[l];
	}
}

KERNEL static void
mix_lanes_of_four(float *restrict dst, const float *restrict src, const float *restrict weight,
                  const int *restrict start, int n, int add)
{
	int o, l;

	for (o = 0; o < n; o++) {
		const float *p = src + LANES * (size_t)start[o];
		float a = weight[o], b = weight[n + o], c = weight[2 * n + o], d = weight[3 * n + o];

		for (l = 0; l < LANES; l++)
			dst[LANES * o + l] = (add ? dst[LANES * o + l] : 0) + a * p[l] + b * p[LANES + l] +
			                     c * p[2 * LANES + l] + d * p[3 * LANES + l];
	}
}

/* dst (n,x->out) from n <= LANES rows of src, `stride` apart. */
static void
filter_rows(float *dst, float *lanes, const float *src, size_t stride, int n, const struct axis *x)
{
	float *mixed = lanes + LANES * (size_t)x->in;
	size_t step = (size_t)x->out;
	int k;

	turn(lanes, LANES, src, stride, n, x->in);
	for (k = 0; k + 4 <= x->taps; k += 4)
		mix_lanes_of_four(mixed, lanes + LANES * (size_t)k, x->weight + (size_t)k * step, x->start, x->out, k > 0);
	for (; k < x->taps; k++)
		mix_lanes(mixed, lanes + LANES * (size_t)k, x->weight + (size_t)k * step, x->start, x->out, k > 0);
	turn(dst, step, mixed, LANES, x->out, n);
}

void
resample_across(struct resampler *r, int sh, int sw, const float *src, int c, int h, int w, struct box b,
                enum resample_filter filter, int flip)
{
	struct axis x = plan_axis(sw, b.w, filter), y = plan_axis(sh, b.h, filter);
	int k, i;

	reserve(r, &x, &y, c);
	fill_axis(&x, filter, flip);
	fill_axis(&y, filter, 0);
	r->h = b.h;
	r->sh = sh;
	r->sw = sw;
	r->taps = y.taps;
	r->start_y = y.start;
	r->weight_y = y.weight;
	for (k = 0; k < c; k++) {
		const float *from = src + ((size_t)k * (size_t)h + (size_t)b.y) * (size_t)w + b.x;
		float *to = r->row + (size_t)k * (size_t)b.h * (size_t)sw;

		for (i = 0; i < b.h; i += LANES)
			filter_rows(to + (size_t)i * (size_t)sw, r->lanes, from + (size_t)i * (size_t)w, (size_t)w,
			            b.h - i < LANES ? b.h - i : LANES, &x);
	}
}

/* dst[n] from one row, or from four, whose weights are `step` apart. */
KERNEL static void
mix_row(float *restrict dst, const float *restrict row, float weight, int n, int add)
{
	int i;

	for (i = 0; i < n; i++)
		dst[i] = (add ? dst[i] : 0) + weight * row[i];
}

KERNEL static void
mix_four_rows(float *restrict dst, const float *restrict row, const float *w, size_t step, int n, int add)
{
	const float *p = row, *q = p + n, *r = q + n, *s = r + n;
	float a = w[0], b = w[step], c = w[2 * step], d = w[3 * step];
	int i;

	for (i = 0; i < n; i++)
		dst[i] = (add ? dst[i] : 0) + a * p[i] + b * q[i] + c * r[i] + d * s[i];
}

void
resample_down(const struct resampler *r, float *dst, int k, int from, int n)
{
	size_t wide = (size_t)r->sw, step = (size_t)r->sh;
	int y, t;

	for (y = from; y < from + n; y++, dst += wide) {
		const float *row = r->row + ((size_t)k * (size_t)r->h + (size_t)r->start_y[y]) * wide, *w = r->weight_y + y;

		for (t = 0; t + 4 <= r->taps; t += 4) {
			mix_four_rows(dst, row, w, step, r->sw, t > 0);
			row += 4 * wide;
			w += 4 * step;
		}
		for (; t < r->taps; t++, row += wide, w += step)
			mix_row(dst, row, *w, r->sw, t > 0);
	}
}

void
resample(struct resampler *r, float *dst, int sh, int sw, const float *src, int c, int h, int w, struct box b,
         enum resample_filter filter, int flip)
{
	int k;

	resample_across(r, sh, sw, src, c, h, w, b, filter, flip);
	for (k = 0; k < c; k++)
		resample_down(r, dst + (size_t)k * (size_t)sh * (size_t)sw, k, 0, sh);
}

/* The input of `in` that holds the centre of output o of `out`. */
static int
nearest(int o, int out, int in)
{
	return (int)((2 * (int64_t)o + 1) * in / (2 * (int64_t)out));
}

void
resample_nearest(struct resampler *r, uint8_t *dst, int sh, int sw, const uint8_t *src, int w, struct box b,
                 int flip)
{
	int x, y;

	r->start = room(r->start, &r->starts, (size_t)sw, sizeof *r->start);
	for (x = 0; x < sw; x++)
		r->start[flip ? sw - 1 - x : x] = b.x + nearest(x, sw, b.w);
	for (y = 0; y < sh; y++) {
		const uint8_t *row = src + ((size_t)b.y + (size_t)nearest(y, sh, b.h)) * (size_t)w;

		for (x = 0; x < sw; x++)
			*dst++ = row[r->start[x]];
	}
}
