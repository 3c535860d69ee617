#include "nn/pool.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

/* One job struct serves all: planes are independent, so each is a piece of work. */
struct job {
	float *out, *out2;
	const float *in, *in2;
	uint8_t *from;
	const uint8_t *place;
	int c, c2, h, w, add, add2;
};

static void
maxpool_plane(void *ctx, int plane, int worker)
{
	const struct job *j = ctx;
	int oh = MAXPOOL_OUT(j->h), ow = MAXPOOL_OUT(j->w), i, k, p, q;
	const float *x = j->in + (size_t)plane * j->h * j->w;
	size_t at = (size_t)plane * oh * ow;

	for (i = 0; i < oh; i++)
		for (k = 0; k < ow; k++, at++) {
			float best = -INFINITY;
			int place = 4;

			for (p = i ? 0 : 1; p < 3 && 2 * i + p - 1 < j->h; p++)
				for (q = k ? 0 : 1; q < 3 && 2 * k + q - 1 < j->w; q++) {
					float v = x[(size_t)(2 * i + p - 1) * j->w + 2 * k + q - 1];

					if (v > best || isnan(v)) {
						best = v;
						place = 3 * p + q;
					}
				}
			j->out[at] = best;
			if (j->from)
				j->from[at] = (uint8_t)place;
		}
}

void
maxpool_forward(float *y, uint8_t *from, const float *x, int n, int c, int h, int w)
{
	struct job j = { .out = y, .from = from, .in = x, .h = h, .w = w };

	par_for(n * c, maxpool_plane, &j);
}

static void
maxpool_back_plane(void *ctx, int plane, int worker)
{
	const struct job *j = ctx;
	int oh = MAXPOOL_OUT(j->h), ow = MAXPOOL_OUT(j->w), i, k;
	float *dx = j->out + (size_t)plane * j->h * j->w;
	size_t at = (size_t)plane * oh * ow;

	if (!j->add)
		memset(dx, 0, (size_t)j->h * j->w * sizeof *dx);
	for (i = 0; i < oh; i++)
		for (k = 0; k < ow; k++, at++) {
			int p = j->place[at] / 3, q = j->place[at] % 3;

			dx[(size_t)(2 * i + p - 1) * j->w + 2 * k + q - 1] += j->in[at];
		}
}

void
maxpool_backward(float *dx, int add, const float *dy, const uint8_t *from, int n, int c, int h, int w)
{
	struct job j = { .out = dx, .in = dy, .place = from, .h = h, .w = w, .add = add };

	par_for(n * c, maxpool_back_plane, &j);
}

void
gap_forward(float *y, const float *x, int n, int c, int hw)
{
	int i, k;

	for (i = 0; i < n * c; i++) {
		double sum = 0;

		for (k = 0; k < hw; k++)
			sum += x[(size_t)i * hw + k];
		y[i] = (float)(sum / hw);
	}
}

void
gap_backward(float *dx, int add, const float *dy, int n, int c, int hw)
{
	int i, k;

	for (i = 0; i < n * c; i++, dx += hw) {
		float d = dy[i] / (float)hw;

		for (k = 0; k < hw; k++)
			dx[k] = add ? dx[k] + d : d;
	}
}

static void
double_row(float *y, const float *x, int w)
{
	int k;

	for (k = 0; k < w; k++)
		y[2 * k] = y[2 * k + 1] = x[k];
}

static void
upcat_plane(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int s = i / (j->c + j->c2), ch = i % (j->c + j->c2), r;
	size_t area = (size_t)j->h * j->w;
	float *y = j->out + (size_t)i * 4 * area;

	if (ch >= j->c) {
		memcpy(y, j->in2 + ((size_t)s * j->c2 + ch - j->c) * 4 * area, 4 * area * sizeof *y);
		return;
	}
	for (r = 0; r < j->h; r++, y += 4 * (size_t)j->w) {
		double_row(y, j->in + ((size_t)s * j->c + ch) * area + (size_t)r * j->w, j->w);
		memcpy(y + 2 * (size_t)j->w, y, 2 * (size_t)j->w * sizeof *y);
	}
}

void
upcat_forward(float *y, const float *x, const float *skip, int n, int cx, int cs, int h, int w)
{
	struct job j = { .out = y, .in = x, .in2 = skip, .c = cx, .c2 = cs, .h = h, .w = w };

	par_for(n * (cx + cs), upcat_plane, &j);
}

static void
sum_quads(float *dx, const float *dy, int h, int w, int add)
{
	int i, k;

	for (i = 0; i < h; i++, dx += w, dy += 4 * (size_t)w) {
		const float *low = dy + 2 * (size_t)w;

		for (k = 0; k < w; k++) {
			float d = (dy[2 * k] + dy[2 * k + 1]) + (low[2 * k] + low[2 * k + 1]);

			dx[k] = add ? dx[k] + d : d;
		}
	}
}

static void
upcat_back_plane(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int s = i / (j->c + j->c2), ch = i % (j->c + j->c2);
	size_t area = (size_t)j->h * j->w, k;
	const float *dy = j->in + (size_t)i * 4 * area;
	float *d;

	if (ch < j->c) {
		if (j->out)
			sum_quads(j->out + ((size_t)s * j->c + ch) * area, dy, j->h, j->w, j->add);
		return;
	}
	if (!j->out2)
		return;
	d = j->out2 + ((size_t)s * j->c2 + ch - j->c) * 4 * area;
	if (j->add2)
		for (k = 0; k < 4 * area; k++)
			d[k] += dy[k];
	else
		memcpy(d, dy, 4 * area * sizeof *d);
}

void
upcat_backward(float *dx, int add_x, float *dskip, int add_skip, const float *dy, int n, int cx, int cs, int h, int w)
{
	struct job j = { .out = dx, .out2 = dskip, .in = dy, .c = cx, .c2 = cs, .h = h, .w = w, .add = add_x,
	                 .add2 = add_skip };

	par_for(n * (cx + cs), upcat_back_plane, &j);
}
