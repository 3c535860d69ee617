#include "nn/pool.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

#define CHUNK 64 /* channels at a time */

struct job {
	const struct operand *x;
	enum elem e;
	void *out, *out2;
	const void *in;
	uint8_t *from;
	const uint8_t *place;
	int c, c2, h, w, add, add2;
};

/* --- max pooling --- */

/* One output pixel: best[c] and its place from the 3x3 window whose first pixel is at line[0] of three rows; rows and
 * columns outside the image are skipped. */
KERNEL static void
window_max(float *restrict best, uint8_t *restrict place, const float *const line[3], int c, int first, int last)
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
	float *room = par_scratch(worker, (3 * width + 2 * (size_t)c) * sizeof(float)), *best = room + 3 * width;
	uint8_t *place = (uint8_t *)(best + c);

	for (p = 0; p < 3; p++)
		operand_row(room + p * width, ELEM_F32, c, x, i / oh, top + p, -1, x->w + 2);
	for (k = 0; k < ow; k++, at += (size_t)c) {
		const float *line[3];

		for (p = 0; p < 3; p++)
			line[p] = top + p < 0 || top + p >= x->h ? NULL : room + p * width + (size_t)k * 2 * c;
		window_max(best, j->from ? j->from + at : place, line, c, k == 0, 2 * k + 1 < x->w ? 2 : 1);
		elem_write(j->out, at, best, c, 0, j->e);
	}
}

void
maxpool_forward(void *y, enum elem e, uint8_t *from, const struct operand *x, int n)
{
	struct job j = { .out = y, .e = e, .from = from, .x = x };

	par_for(n * MAXPOOL_OUT(x->h), maxpool_row, &j);
}

/* Adds dy to the pixel `dx` of the window where the maximum was there. */
KERNEL static void
add_where(const struct job *j, size_t to, size_t at, uint8_t here)
{
	int k, ch, n;

	for (ch = 0; ch < j->c; ch += CHUNK) {
		const uint8_t *place = j->place + at + ch;
		float room[CHUNK], d[CHUNK];
		const float *dy;

		n = j->c - ch < CHUNK ? j->c - ch : CHUNK;
		dy = elem_read(room, j->in, at + ch, n, j->e);
		for (k = 0; k < n; k++)
			d[k] = place[k] == here ? dy[k] : 0.0f;
		elem_write(j->out, to + ch, d, n, 1, j->e);
	}
}

static void
maxpool_back_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	int oh = MAXPOOL_OUT(j->h), ow = MAXPOOL_OUT(j->w), c = j->c, i, k, p, q;
	size_t size = (size_t)j->h * j->w * c, at = (size_t)s * oh * ow * c;

	if (!j->add)
		memset(elem_at(j->out, (size_t)s * size, j->e), 0, size * elem_size(j->e));
	for (i = 0; i < oh; i++)
		for (k = 0; k < ow; k++, at += (size_t)c)
			for (p = i ? 0 : 1; p < 3 && 2 * i + p - 1 < j->h; p++)
				for (q = k ? 0 : 1; q < 3 && 2 * k + q - 1 < j->w; q++)
					add_where(j, (size_t)s * size + ((size_t)(2 * i + p - 1) * j->w + 2 * k + q - 1) * c, at,
					          (uint8_t)(3 * p + q));
}

void
maxpool_backward(void *dx, int add, const void *dy, enum elem e, const uint8_t *from, int n, int c, int h, int w)
{
	struct job j = { .out = dx, .in = dy, .e = e, .place = from, .c = c, .h = h, .w = w, .add = add };

	par_for(n, maxpool_back_image, &j);
}

/* --- global average --- */

KERNEL static void
gap_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	size_t at = (size_t)s * j->h * j->c;
	float *y = (float *)j->out + (size_t)s * j->c;
	int i, k, ch, n;

	for (ch = 0; ch < j->c; ch += CHUNK) {
		double sum[CHUNK] = { 0 };

		n = j->c - ch < CHUNK ? j->c - ch : CHUNK;
		for (i = 0; i < j->h; i++) {
			float room[CHUNK];
			const float *x = elem_read(room, j->in, at + (size_t)i * j->c + ch, n, j->e);

			for (k = 0; k < n; k++)
				sum[k] += x[k];
		}
		for (k = 0; k < n; k++)
			y[ch + k] = (float)(sum[k] / j->h);
	}
}

void
gap_forward(float *y, const void *x, enum elem e, int n, int c, int hw)
{
	struct job j = { .out = y, .in = x, .e = e, .c = c, .h = hw };

	par_for(n, gap_image, &j);
}

KERNEL static void
gap_back_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	const float *dy = (const float *)j->in + (size_t)s * j->c;
	float share = 1 / (float)j->h;
	int i, k, ch, n;

	for (ch = 0; ch < j->c; ch += CHUNK) {
		float d[CHUNK];

		n = j->c - ch < CHUNK ? j->c - ch : CHUNK;
		for (k = 0; k < n; k++)
			d[k] = dy[ch + k] * share;
		for (i = 0; i < j->h; i++)
			elem_write(j->out, ((size_t)s * j->h + i) * j->c + ch, d, n, j->add, j->e);
	}
}

void
gap_backward(void *dx, enum elem e, int add, const float *dy, int n, int c, int hw)
{
	struct job j = { .out = dx, .in = dy, .e = e, .c = c, .h = hw, .add = add };

	par_for(n, gap_back_image, &j);
}

/* --- upsampling and concatenation --- */

/* The gradient of pixel (i, k) of x: the sum of four pixels of dy. */
KERNEL_PART void
sum_quad(const struct job *j, int i, int k)
{
	int c = j->c + j->c2, ch, n, l;
	size_t upper = ((size_t)4 * i * j->w + 2 * k) * c, lower = upper + (size_t)2 * j->w * c;

	for (ch = 0; ch < j->c; ch += CHUNK) {
		float a[CHUNK], b[CHUNK], u[CHUNK], v[CHUNK], sum[CHUNK];
		const float *p, *q, *r, *t;

		n = j->c - ch < CHUNK ? j->c - ch : CHUNK;
		p = elem_read(a, j->in, upper + ch, n, j->e);
		q = elem_read(b, j->in, upper + c + ch, n, j->e);
		r = elem_read(u, j->in, lower + ch, n, j->e);
		t = elem_read(v, j->in, lower + c + ch, n, j->e);
		for (l = 0; l < n; l++)
			sum[l] = (p[l] + q[l]) + (r[l] + t[l]);
		elem_write(j->out, ((size_t)i * j->w + k) * j->c + ch, sum, n, j->add, j->e);
	}
}

/* The gradient of the skip's pixel number i: a part of dy. */
KERNEL_PART void
copy_skip(const struct job *j, size_t i)
{
	int c = j->c + j->c2, ch, n;

	for (ch = 0; ch < j->c2; ch += CHUNK) {
		float room[CHUNK];

		n = j->c2 - ch < CHUNK ? j->c2 - ch : CHUNK;
		elem_write(j->out2, i * j->c2 + ch, elem_read(room, j->in, i * c + j->c + ch, n, j->e), n, j->add2, j->e);
	}
}

/* Row i of x, counted through all images: rows 2i and 2i+1 of dy. */
KERNEL static void
upcat_back_row(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int k;

	for (k = 0; j->out && k < j->w; k++)
		sum_quad(j, i, k);
	for (k = 0; j->out2 && k < 4 * j->w; k++)
		copy_skip(j, (size_t)4 * i * j->w + k);
}

void
upcat_backward(void *dx, int add_x, void *dskip, int add_skip, const void *dy, enum elem e, int n, int cx, int cs, int h,
               int w)
{
	struct job j = { .out = dx, .out2 = dskip, .in = dy, .e = e, .c = cx, .c2 = cs, .h = h, .w = w, .add = add_x,
	                 .add2 = add_skip };

	par_for(n * h, upcat_back_row, &j);
}
