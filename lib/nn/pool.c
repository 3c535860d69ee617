#include "nn/pool.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

struct job {
	const struct operand *x;
	float *out, *out2;
	const float *in;
	uint8_t *from;
	const uint8_t *place;
	int c, c2, h, w, add, add2;
};

/* --- max pooling --- */

/* One output pixel: best[c] and its place from the 3x3 window whose first pixel is at line[0] of three rows; rows and
 * columns outside the image are skipped. */
KERNEL static void
window_max(float *best, uint8_t *place, const float *const line[3], int c, int first, int last)
{
	int p, q, k;

	for (k = 0; k < c; k++) {
		best[k] = -INFINITY;
		place[k] = 4;
	}
	for (p = 0; p < 3; p++)
		for (q = first; line[p] && q <= last; q++) {
			const float *x = line[p] + (size_t)q * c;

			for (k = 0; k < c; k++) {
				int take = !(x[k] <= best[k]); /* NaN too: it must be seen */

				best[k] = take ? x[k] : best[k];
				place[k] = take ? (uint8_t)(3 * p + q) : place[k];
			}
		}
}

/* Output row i counts through all images. */
static void
maxpool_row(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	const struct operand *x = j->x;
	int oh = MAXPOOL_OUT(x->h), ow = MAXPOOL_OUT(x->w), c = x->c, top = i % oh * 2 - 1, p, k;
	size_t width = (size_t)(x->w + 2) * c, at = (size_t)i * ow * c;
	float *room = par_scratch(worker, 3 * width * sizeof(float) + (size_t)c);
	uint8_t *place = (uint8_t *)(room + 3 * width);

	for (p = 0; p < 3; p++)
		operand_row(room + p * width, c, x, i / oh, top + p, -1, x->w + 2);
	for (k = 0; k < ow; k++, at += (size_t)c) {
		const float *line[3];

		for (p = 0; p < 3; p++)
			line[p] = top + p < 0 || top + p >= x->h ? NULL : room + p * width + (size_t)k * 2 * c;
		window_max(j->out + at, j->from ? j->from + at : place, line, c, k == 0, 2 * k + 1 < x->w ? 2 : 1);
	}
}

void
maxpool_forward(float *y, uint8_t *from, const struct operand *x, int n)
{
	struct job j = { .out = y, .from = from, .x = x };

	par_for(n * MAXPOOL_OUT(x->h), maxpool_row, &j);
}

KERNEL static void
add_where(float *restrict dx, const float *restrict dy, const uint8_t *restrict place, uint8_t here, int c)
{
	int k;

	for (k = 0; k < c; k++)
		dx[k] += place[k] == here ? dy[k] : 0.0f;
}

static void
maxpool_back_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	int oh = MAXPOOL_OUT(j->h), ow = MAXPOOL_OUT(j->w), c = j->c, i, k, p, q;
	float *dx = j->out + (size_t)s * j->h * j->w * c;
	size_t at = (size_t)s * oh * ow * c;

	if (!j->add)
		memset(dx, 0, (size_t)j->h * j->w * c * sizeof *dx);
	for (i = 0; i < oh; i++)
		for (k = 0; k < ow; k++, at += (size_t)c)
			for (p = i ? 0 : 1; p < 3 && 2 * i + p - 1 < j->h; p++)
				for (q = k ? 0 : 1; q < 3 && 2 * k + q - 1 < j->w; q++)
					add_where(dx + ((size_t)(2 * i + p - 1) * j->w + 2 * k + q - 1) * c, j->in + at,
					          j->place + at, (uint8_t)(3 * p + q), c);
}

void
maxpool_backward(float *dx, int add, const float *dy, const uint8_t *from, int n, int c, int h, int w)
{
	struct job j = { .out = dx, .in = dy, .place = from, .c = c, .h = h, .w = w, .add = add };

	par_for(n, maxpool_back_image, &j);
}

/* --- global average --- */

KERNEL static void
gap_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	const float *x = j->in + (size_t)s * j->h * j->c;
	double *sum = par_scratch(worker, (size_t)j->c * sizeof *sum);
	int i, ch;

	memset(sum, 0, (size_t)j->c * sizeof *sum);
	for (i = 0; i < j->h; i++, x += j->c)
		for (ch = 0; ch < j->c; ch++)
			sum[ch] += x[ch];
	for (ch = 0; ch < j->c; ch++)
		j->out[(size_t)s * j->c + ch] = (float)(sum[ch] / j->h);
}

void
gap_forward(float *y, const float *x, int n, int c, int hw)
{
	struct job j = { .out = y, .in = x, .c = c, .h = hw };

	par_for(n, gap_image, &j);
}

KERNEL static void
gap_back_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	const float *dy = j->in + (size_t)s * j->c;
	float *dx = j->out + (size_t)s * j->h * j->c, share = 1 / (float)j->h;
	int i, ch;

	for (i = 0; i < j->h; i++, dx += j->c)
		for (ch = 0; ch < j->c; ch++)
			dx[ch] = j->add ? dx[ch] + dy[ch] * share : dy[ch] * share;
}

void
gap_backward(float *dx, int add, const float *dy, int n, int c, int hw)
{
	struct job j = { .out = dx, .in = dy, .c = c, .h = hw, .add = add };

	par_for(n, gap_back_image, &j);
}

/* --- upsampling and concatenation --- */

KERNEL static void
put(float *restrict to, const float *restrict from, int n, int add)
{
	int i;

	for (i = 0; i < n; i++)
		to[i] = add ? to[i] + from[i] : from[i];
}

KERNEL static void
put_quad(float *restrict to, const float *restrict upper, const float *restrict lower, int n, int step, int add)
{
	int i;

	for (i = 0; i < n; i++) {
		float sum = (upper[i] + upper[step + i]) + (lower[i] + lower[step + i]);

		to[i] = add ? to[i] + sum : sum;
	}
}

/* Row i of x, counted through all images: rows 2i and 2i+1 of dy. */
static void
upcat_back_row(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->c + j->c2, k;
	const float *dy = j->in + (size_t)i * 4 * j->w * c, *lower = dy + (size_t)2 * j->w * c;
	float *dx = j->out ? j->out + (size_t)i * j->w * j->c : NULL;
	float *dskip = j->out2 ? j->out2 + (size_t)i * 4 * j->w * j->c2 : NULL;

	for (k = 0; dx && k < j->w; k++)
		put_quad(dx + (size_t)k * j->c, dy + (size_t)2 * k * c, lower + (size_t)2 * k * c, j->c, c, j->add);
	for (k = 0; dskip && k < 4 * j->w; k++)
		put(dskip + (size_t)k * j->c2, dy + (size_t)k * c + j->c, j->c2, j->add2);
}

void
upcat_backward(float *dx, int add_x, float *dskip, int add_skip, const float *dy, int n, int cx, int cs, int h, int w)
{
	struct job j = { .out = dx, .out2 = dskip, .in = dy, .c = cx, .c2 = cs, .h = h, .w = w, .add = add_x,
	                 .add2 = add_skip };

	par_for(n * h, upcat_back_row, &j);
}
