#include "nn/moments.h"

#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

#define LANES 64                 /* channels at a time */
#define STRIP_VALUES (4 * 1024)  /* of pixels that stay in the first-level cache while their channels pass */
#define BLOCK_VALUES (32 * 1024) /* of one piece of work */
#define TOTAL_VALUES 512         /* of moments that are added up together */

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* Of n channels from `at` on, n being known to the compiler where it can be */
KERNEL_PART void
add_lanes(double *sum, double *square, const struct moments_area *a, size_t at, int rows, int pixels, int n)
{
	double s[LANES], q[LANES];
	float room[LANES];
	int r, p, k;

	memcpy(s, sum, (size_t)n * sizeof *s);
	memcpy(q, square, (size_t)n * sizeof *q);
	for (r = 0; r < rows; r++, at += a->row)
		for (p = 0; p < pixels; p++) {
			const float *x = elem_read(room, a->x, at + (size_t)p * a->pixel, n, a->elem);

			for (k = 0; k < n; k++) {
				double d = x[k];

				s[k] += d;
				q[k] += d * d;
			}
		}
	memcpy(sum, s, (size_t)n * sizeof *s);
	memcpy(square, q, (size_t)n * sizeof *q);
}

/* Strip by strip: memory is read in its order, and sums seldom put aside for other channels. */
KERNEL static void
add_strips(double *sum, double *square, const struct moments_area *a)
{
	int strip = STRIP_VALUES / a->c > 1 ? STRIP_VALUES / a->c : 1, rows, pixels, r, p, ch;

	pixels = least(strip, a->pixels);
	rows = pixels < a->pixels ? 1 : strip / (pixels ? pixels : 1);
	for (r = 0; r < a->rows; r += rows)
		for (p = 0; p < a->pixels; p += pixels) {
			size_t at = (size_t)r * a->row + (size_t)p * a->pixel;
			int high = least(rows, a->rows - r), wide = least(pixels, a->pixels - p);

			for (ch = 0; ch + LANES <= a->c; ch += LANES)
				add_lanes(sum + ch, square + ch, a, at + (size_t)ch, high, wide, LANES);
			if (ch < a->c)
				add_lanes(sum + ch, square + ch, a, at + (size_t)ch, high, wide, a->c - ch);
		}
}

/* Few channels without gaps: several pixels fill the lanes. */
static void
add_folded(double *sum, double *square, const struct moments_area *a)
{
	int fold = LANES / a->c, whole = a->pixels / fold, k;
	struct moments_area wide = *a, rest = *a;
	double s[LANES] = { 0 }, q[LANES] = { 0 };

	wide.c = LANES;
	wide.pixel = LANES;
	wide.pixels = whole;
	add_strips(s, q, &wide);
	for (k = 0; k < LANES; k++) {
		sum[k % a->c] += s[k];
		square[k % a->c] += q[k];
	}
	rest.x = elem_at(a->x, (size_t)whole * LANES, a->elem);
	rest.pixels = a->pixels % fold;
	if (rest.pixels)
		add_strips(sum, square, &rest);
}

void
moments_add(double *sum, double *square, const struct moments_area *a)
{
	if (a->c < LANES && LANES % a->c == 0 && a->pixel == (size_t)a->c && a->pixels >= LANES / a->c)
		add_folded(sum, square, a);
	else
		add_strips(sum, square, a);
}

struct total {
	double *moments;
	const double *parts;
	int n, values;
};

KERNEL static void
add_parts(void *ctx, int i, int worker)
{
	const struct total *t = ctx;
	int first = i * TOTAL_VALUES, n = least(TOTAL_VALUES, t->values - first), part, k;
	const double *from = t->parts + first;
	double *to = t->moments + first;

	memcpy(to, from, (size_t)n * sizeof *to);
	for (part = 1; part < t->n; part++) {
		from += t->values;
		for (k = 0; k < n; k++)
			to[k] += from[k];
	}
}

void
moments_total(double *moments, const double *parts, int n, int c)
{
	struct total t = { moments, parts, n, 2 * c };

	par_for((t.values + TOTAL_VALUES - 1) / TOTAL_VALUES, add_parts, &t);
}

struct job {
	struct moments_area a; /* of all pixels */
	double *parts;
	size_t pixels;
	int block;
};

static void
add_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	double *part = j->parts + 2 * (size_t)i * (size_t)j->a.c;
	size_t first = (size_t)i * (size_t)j->block;
	struct moments_area a = j->a;

	(void)worker;
	memset(part, 0, 2 * (size_t)a.c * sizeof *part);
	a.x = elem_at(a.x, first * (size_t)a.c, a.elem);
	a.pixels = j->pixels - first < (size_t)j->block ? (int)(j->pixels - first) : j->block;
	moments_add(part, part + a.c, &a);
}

void
moments_of(double *moments, const void *x, enum elem e, int c, size_t pixels)
{
	struct job j = { .a = { .x = x, .elem = e, .rows = 1, .c = c, .pixel = (size_t)c }, .pixels = pixels };
	int blocks;

	j.block = BLOCK_VALUES / c > 1 ? BLOCK_VALUES / c : 1;
	blocks = (int)((pixels + (size_t)j.block - 1) / (size_t)j.block);
	j.parts = par_scratch(PAR_CALLER, 2 * (size_t)c * (size_t)blocks * sizeof(double));
	par_for(blocks, add_block, &j);
	moments_total(moments, j.parts, blocks, c);
}
