#include "nn/bnorm.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

#define BLOCK_FLOATS (32 * 1024) /* of one piece of work */
#define LANES 64                 /* channels summed at once */

struct job {
	const struct bnorm *b;
	float *y, *dx, *dres;
	const float *x, *dy, *out, *save;
	const struct operand_part *res;
	double *sums; /* [blocks][2][c] */
	float *slopes; /* [3][c]: see backward_slopes */
	size_t pixels;
	int rows, blocks; /* pixels of a piece, pieces */
	int add_x, add_res;
};

static struct job
job_start(const struct bnorm *b, const float *x, size_t pixels)
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
	int c = j->b->c, ch, l, n, r;
	double *sum = j->sums + 2 * (size_t)i * c, *square = sum + c;
	size_t first, rows = (size_t)block_rows(j, i, &first);
	const float *x = j->x + first * c;

	for (ch = 0; ch < c; ch += LANES) {
		double a[LANES] = { 0 }, q[LANES] = { 0 };

		n = c - ch < LANES ? c - ch : LANES;
		for (r = 0; r < (int)rows; r++)
			for (l = 0; l < n; l++) {
				double d = x[(size_t)r * c + ch + l] - (double)j->x[ch + l];

				a[l] += d;
				q[l] += d * d;
			}
		memcpy(sum + ch, a, (size_t)n * sizeof *a);
		memcpy(square + ch, q, (size_t)n * sizeof *q);
	}
}

/* g[n] = dy, or 0 where the ReLU was shut: at channels ch, ch + 1, ... of the pixel at `at`. */
static inline void
gate(float *restrict g, const struct job *j, size_t at, int ch, int n)
{
	const float *scale = BNORM_SCALE(j->save, j->b->c) + ch, *shift = BNORM_SHIFT(j->save, j->b->c) + ch;
	const float *dy = j->dy + at + ch, *x = j->x + at + ch, *out = j->out ? j->out + at + ch : NULL;
	int k;

	if (!j->b->relu)
		memcpy(g, dy, (size_t)n * sizeof *g);
	else if (j->out)
		for (k = 0; k < n; k++)
			g[k] = out[k] > 0 ? dy[k] : 0.0f;
	else
		for (k = 0; k < n; k++)
			g[k] = scale[k] * x[k] + shift[k] > 0 ? dy[k] : 0.0f;
}

/* Of g and g (x - mean) */
KERNEL static void
block_gradients(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->b->c, ch, k, n, r;
	double *sum = j->sums + 2 * (size_t)i * c, *dot = sum + c;
	size_t first, rows = (size_t)block_rows(j, i, &first);

	for (ch = 0; ch < c; ch += LANES) {
		double a[LANES] = { 0 }, q[LANES] = { 0 };
		const float *mean = j->save + ch;

		n = c - ch < LANES ? c - ch : LANES;
		for (r = 0; r < (int)rows; r++) {
			size_t at = (first + (size_t)r) * c;
			const float *x = j->x + at + ch;
			float g[LANES];

			gate(g, j, at, ch, n);
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
batch_statistics(float *save, const struct bnorm *b, const float *x, size_t pixels)
{
	struct job j = job_start(b, x, pixels);
	const double *sums = sum_blocks(&j, block_moments);
	double count = (double)pixels;
	int ch;

	for (ch = 0; ch < b->c; ch++) {
		double d = sums[ch] / count, mean = x[ch] + d, var = sums[b->c + ch] / count - d * d;

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
bnorm_statistics(float *save, const struct bnorm *b, const float *x, size_t pixels, int training)
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

KERNEL static void
add_residual(float *y, const float *x, const struct operand_part *res, size_t first, int rows, const float *save, int c,
             int relu)
{
	const float *scale = BNORM_SCALE(save, c), *shift = BNORM_SHIFT(save, c), *r = res->x + first * c;
	float floor = relu ? 0.0f : -INFINITY; /* NaN passes through: it must be seen */
	int i, k;

	for (i = 0; i < rows; i++, x += c, y += c, r += c)
		if (res->scale)
			IVDEP
			for (k = 0; k < c; k++) {
				float v = scale[k] * x[k] + shift[k] + (res->scale[k] * r[k] + res->shift[k]);

				y[k] = v < floor ? floor : v;
			}
		else
			IVDEP
			for (k = 0; k < c; k++) {
				float v = scale[k] * x[k] + shift[k] + r[k];

				y[k] = v < floor ? floor : v;
			}
}

static void
apply_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int c = j->b->c;
	size_t first;
	int rows = block_rows(j, i, &first);

	if (j->res->x)
		add_residual(j->y + first * c, j->x + first * c, j->res, first, rows, j->save, c, j->b->relu);
	else
		operand_affine(j->y + first * c, c, j->x + first * c, c, rows, c, BNORM_SCALE(j->save, c),
		               BNORM_SHIFT(j->save, c), j->b->relu);
}

void
bnorm_apply(float *y, const float *save, const struct bnorm *b, const float *x, const struct operand_part *res,
            size_t pixels)
{
	struct job j = job_start(b, x, pixels);

	j.y = y;
	j.save = save;
	j.res = res;
	par_for(j.blocks, apply_block, &j);
}

/* --- backward --- */

static inline void
put(float *restrict to, const float *restrict from, int n, int add)
{
	int k;

	if (!add)
		memcpy(to, from, (size_t)n * sizeof *to);
	else
		for (k = 0; k < n; k++)
			to[k] += from[k];
}

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
			const float *a = j->slopes + ch, *b = a + c, *off = b + c, *mean = j->save + ch;
			const float *x = j->x + at + ch;
			float g[LANES], d[LANES];

			n = c - ch < LANES ? c - ch : LANES;
			gate(g, j, at, ch, n);
			if (j->dres)
				put(j->dres + at + ch, g, n, j->add_res);
			for (k = 0; k < n; k++)
				d[k] = a[k] * g[k] + b[k] * (x[k] - mean[k]) + off[k];
			if (j->dx)
				put(j->dx + at + ch, d, n, j->add_x);
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
bnorm_backward(float *dx, int add_x, float *dres, int add_res, float *dgamma, float *dbeta, const float *dy,
               const float *x, const float *y, const float *save, const struct bnorm *b, size_t pixels, int training)
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
