#include "nn/bnorm.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

#define BLOCK_FLOATS (32 * 1024) /* of one piece of work */
#define LANES 64                 /* channels summed at once */

struct job {
	const struct bnorm *b;
	void *y, *dx, *dres;
	const void *x, *dy, *out;
	const float *save;
	const struct operand_part *res;
	double *sums; /* [blocks][2][c] */
	float *slopes; /* [3][c]: see backward_slopes */
	size_t pixels;
	int rows, blocks; /* pixels of a piece, pieces */
	int add_x, add_res;
};

static struct job
job_start(const struct bnorm *b, const void *x, size_t pixels)
{
	struct job j = { .b = b, .x = x, .pixels = pixels };

	j.rows = BLOCK_FLOATS / b->c > 1 ? BLOCK_FLOATS / b->c : 1;
	j.blocks = (int)((pixels + j.rows - 1) / j.rows);
	return j;
}

static int
block_rows(const struct job *j, int i, size_t *first)
{
	*first = (size_t)i * j->rows;
	return j->pixels - *first < (size_t)j->rows ? (int)(j->pixels - *first) : j->rows;
}

/* --- sums over pixels, channel by channel --- */

/* Of x - x0 and its square, x0 being the first pixel's value: no cancellation when the mean is large. */
KERNEL static void
block_moments(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->b->c, ch, k, n, r, rows;
	double *sum = j->sums + 2 * (size_t)i * c, *square = sum + c;
	size_t first;

	rows = block_rows(j, i, &first);
	for (ch = 0; ch < c; ch += LANES) {
		double a[LANES] = { 0 }, q[LANES] = { 0 };
		float room[LANES], room0[LANES];
		const float *x0;

		n = c - ch < LANES ? c - ch : LANES;
		x0 = elem_read(room0, j->x, (size_t)ch, n, j->b->elem);
		for (r = 0; r < rows; r++) {
			const float *x = elem_read(room, j->x, (first + (size_t)r) * c + ch, n, j->b->elem);

			for (k = 0; k < n; k++) {
				double d = x[k] - (double)x0[k];

				a[k] += d;
				q[k] += d * d;
			}
		}
		memcpy(sum + ch, a, (size_t)n * sizeof *a);
		memcpy(square + ch, q, (size_t)n * sizeof *q);
	}
}

/* g[n] = dy, or 0 where the ReLU was shut: at channels ch, ch + 1, ... of the pixel at `at`. x[n] are read already. */
static inline void
gate(float *restrict g, const struct job *j, const float *x, size_t at, int ch, int n)
{
	const float *scale = BNORM_SCALE(j->save, j->b->c) + ch, *shift = BNORM_SHIFT(j->save, j->b->c) + ch;
	float room[LANES], gates[LANES];
	const float *dy = elem_read(room, j->dy, at + ch, n, j->b->elem), *out;
	int k;

	if (!j->b->relu) {
		memcpy(g, dy, (size_t)n * sizeof *g);
	} else if (j->out) {
		out = elem_read(gates, j->out, at + ch, n, j->b->elem);
		for (k = 0; k < n; k++)
			g[k] = out[k] > 0 ? dy[k] : 0.0f;
	} else {
		for (k = 0; k < n; k++)
			g[k] = scale[k] * x[k] + shift[k] > 0 ? dy[k] : 0.0f;
	}
}

/* Of g and g (x - mean) */
KERNEL static void
block_gradients(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->b->c, ch, k, n, r, rows;
	double *sum = j->sums + 2 * (size_t)i * c, *dot = sum + c;
	size_t first;

	rows = block_rows(j, i, &first);
	for (ch = 0; ch < c; ch += LANES) {
		double a[LANES] = { 0 }, q[LANES] = { 0 };
		const float *mean = j->save + ch;

		n = c - ch < LANES ? c - ch : LANES;
		for (r = 0; r < rows; r++) {
			size_t at = (first + (size_t)r) * c;
			float g[LANES], room[LANES];
			const float *x = elem_read(room, j->x, at + ch, n, j->b->elem);

			gate(g, j, x, at, ch, n);
			for (k = 0; k < n; k++) {
				a[k] += g[k];
				q[k] += (double)g[k] * (x[k] - mean[k]);
			}
		}
		memcpy(sum + ch, a, (size_t)n * sizeof *a);
		memcpy(dot + ch, q, (size_t)n * sizeof *q);
	}
}

/* Runs a summing piece over all blocks and adds the blocks up in order: sums[2][c]. */
static const double *
sum_blocks(struct job *j, void (*piece)(void *ctx, int i, int worker))
{
	size_t n = 2 * (size_t)j->b->c, k;
	int i;

	j->sums = par_scratch(PAR_CALLER, n * ((size_t)j->blocks + 1) * sizeof(double));
	par_for(j->blocks, piece, j);
	for (i = 1; i < j->blocks; i++)
		for (k = 0; k < n; k++)
			j->sums[k] += j->sums[(size_t)i * n + k];
	return j->sums;
}

/* --- forward --- */

static void
batch_statistics(float *save, const struct bnorm *b, const void *x, size_t pixels)
{
	struct job j = job_start(b, x, pixels);
	const double *sums = sum_blocks(&j, block_moments);
	double count = (double)pixels;
	int ch;

	for (ch = 0; ch < b->c; ch++) {
		float room;
		double d = sums[ch] / count, mean = *elem_read(&room, x, (size_t)ch, 1, b->elem) + d;
		double var = sums[b->c + ch] / count - d * d;

		if (var < 0)
			var = 0;
		save[ch] = (float)mean;
		save[b->c + ch] = (float)(1 / sqrt(var + BNORM_EPS));
		BNORM_SCALE(save, b->c)[ch] = (float)(b->gamma[ch] / sqrt(var + BNORM_EPS));
		BNORM_SHIFT(save, b->c)[ch] = (float)(b->beta[ch] - mean * b->gamma[ch] / sqrt(var + BNORM_EPS));
		b->mean[ch] = (float)((1 - BNORM_MOMENTUM) * b->mean[ch] + BNORM_MOMENTUM * mean);
		b->var[ch] = (float)((1 - BNORM_MOMENTUM) * b->var[ch] +
		                     BNORM_MOMENTUM * var * (count > 1 ? count / (count - 1) : 1));
	}
	b->count[0] += 1;
}

void
bnorm_statistics(float *save, const struct bnorm *b, const void *x, size_t pixels, int training)
{
	int ch;

	if (training) {
		batch_statistics(save, b, x, pixels);
		return;
	}
	for (ch = 0; ch < b->c; ch++) {
		double inv = 1 / sqrt(b->var[ch] + BNORM_EPS);

		save[ch] = b->mean[ch];
		save[b->c + ch] = (float)inv;
		BNORM_SCALE(save, b->c)[ch] = (float)(b->gamma[ch] * inv);
		BNORM_SHIFT(save, b->c)[ch] = (float)(b->beta[ch] - b->mean[ch] * b->gamma[ch] * inv);
	}
}

/* y = act(scale x + shift + res) of one chunk of a pixel's channels */
static inline void
add_residual(float *restrict y, const float *x, const float *res, const struct job *j, int ch, int n)
{
	const float *scale = BNORM_SCALE(j->save, j->b->c) + ch, *shift = BNORM_SHIFT(j->save, j->b->c) + ch;
	const float *a = j->res->scale ? j->res->scale + ch : NULL, *b = a ? j->res->shift + ch : NULL;
	float floor = j->b->relu ? 0.0f : -INFINITY; /* NaN passes through: it must be seen */
	int k;

	if (a)
		for (k = 0; k < n; k++)
			y[k] = scale[k] * x[k] + shift[k] + (a[k] * res[k] + b[k]);
	else
		for (k = 0; k < n; k++)
			y[k] = scale[k] * x[k] + shift[k] + res[k];
	for (k = 0; k < n; k++)
		y[k] = y[k] < floor ? floor : y[k];
}

KERNEL static void
apply_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->b->c, rows, r, ch, n;
	static const float none[LANES];
	size_t first;

	rows = block_rows(j, i, &first);
	for (r = 0; r < rows; r++)
		for (ch = 0; ch < c; ch += LANES) {
			size_t at = (first + (size_t)r) * c + ch;
			float y[LANES], room[LANES], other[LANES];
			const float *res = none;

			n = c - ch < LANES ? c - ch : LANES;
			if (j->res->x)
				res = elem_read(other, j->res->x, at, n, j->res->elem);
			add_residual(y, elem_read(room, j->x, at, n, j->b->elem), res, j, ch, n);
			elem_write(j->y, at, y, n, 0, j->b->elem);
		}
}

void
bnorm_apply(void *y, const float *save, const struct bnorm *b, const void *x, const struct operand_part *res,
            size_t pixels)
{
	struct job j = job_start(b, x, pixels);

	j.y = y;
	j.save = save;
	j.res = res;
	par_for(j.blocks, apply_block, &j);
}

/* --- backward --- */

/* dx = a g + b (x - mean) + c and dres = g */
KERNEL static void
backward_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->b->c, rows, r, k, ch, n;
	size_t first;

	rows = block_rows(j, i, &first);
	for (r = 0; r < rows; r++)
		for (ch = 0; ch < c; ch += LANES) {
			size_t at = (first + (size_t)r) * c;
			const float *a = j->slopes + ch, *b = a + c, *off = b + c, *mean = j->save + ch, *x;
			float g[LANES], d[LANES], room[LANES];

			n = c - ch < LANES ? c - ch : LANES;
			x = elem_read(room, j->x, at + ch, n, j->b->elem);
			gate(g, j, x, at, ch, n);
			if (j->dres)
				elem_write(j->dres, at + ch, g, n, j->add_res, j->b->elem);
			for (k = 0; k < n; k++)
				d[k] = a[k] * g[k] + b[k] * (x[k] - mean[k]) + off[k];
			if (j->dx)
				elem_write(j->dx, at + ch, d, n, j->add_x, j->b->elem);
		}
}

/* With g the gradient after the ReLU, m = mean, r = 1/sqrt(var + eps), M pixels:
 *   dbeta = sum g,  dgamma = r sum g (x - m)
 *   training:   dx = gamma r (g - dbeta/M - (x - m) r dgamma/M)
 *   evaluation: dx = gamma r g */
static void
backward_slopes(float *slopes, float *dgamma, float *dbeta, const double *sums, const struct job *j, int training)
{
	const struct bnorm *b = j->b;
	double count = (double)j->pixels;
	int ch;

	for (ch = 0; ch < b->c; ch++) {
		double sum = sums[ch], dot = sums[b->c + ch], r = j->save[b->c + ch], gr = b->gamma[ch] * r;

		if (dgamma)
			dgamma[ch] += (float)(r * dot);
		if (dbeta)
			dbeta[ch] += (float)sum;
		slopes[ch] = (float)gr;
		slopes[b->c + ch] = training ? (float)(-gr * r * r * dot / count) : 0;
		slopes[2 * b->c + ch] = training ? (float)(-gr * sum / count) : 0;
	}
}

void
bnorm_backward(void *dx, int add_x, void *dres, int add_res, float *dgamma, float *dbeta, const void *dy,
               const void *x, const void *y, const float *save, const struct bnorm *b, size_t pixels, int training)
{
	struct job j = job_start(b, x, pixels);
	size_t sums;

	j.dx = dx;
	j.add_x = add_x;
	j.dres = dres;
	j.add_res = add_res;
	j.dy = dy;
	j.out = y;
	j.save = save;
	sum_blocks(&j, block_gradients);
	sums = 2 * (size_t)b->c * sizeof(double);
	j.slopes = (float *)((char *)j.sums + sums); /* the blocks' sums have been added up: their room is free */
	backward_slopes(j.slopes, dgamma, dbeta, j.sums, &j, training);
	if (dx || dres)
		par_for(j.blocks, backward_block, &j);
}
