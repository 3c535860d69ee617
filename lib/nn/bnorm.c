#include "nn/bnorm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "base/par.h"

#define BLOCK_VALUES (32 * 1024) /* of one piece of work */
#define LANES 64                 /* channels at a time */
#define STRIP_VALUES (4 * 1024)  /* of rows that stay in the first-level cache while their channels pass */

/* Arrays are worked on as rows of c values: a pixel's channels, or where they are few those of `fold` pixels, so that
 * a row fills the lanes. */
struct job {
	const struct bnorm *b;
	int c, fold;
	size_t rows;
	int block, blocks;  /* rows of a piece of work, pieces */
	void *y, *dx, *dres;
	const void *x, *dy, *out;
	const struct operand_part *res;
	const float *mean, *scale, *shift, *slopes; /* [c]; slopes [3][c]: see backward_slopes */
	float folded[6][LANES];                     /* these, repeated */
	double *sums;                               /* [blocks][2][c] */
	int add_x, add_res;
};

static struct job
job_start(const struct bnorm *b, const void *x, size_t pixels, int may_fold)
{
	struct job j = { .b = b, .x = x, .fold = 1 };

	if (may_fold && LANES % b->c == 0 && pixels % (size_t)(LANES / b->c) == 0)
		j.fold = LANES / b->c;
	j.c = b->c * j.fold;
	j.rows = pixels / (size_t)j.fold;
	j.block = BLOCK_VALUES / j.c > 1 ? BLOCK_VALUES / j.c : 1;
	j.blocks = (int)((j.rows + (size_t)j.block - 1) / (size_t)j.block);
	return j;
}

/* table[c], repeated into `room` if rows are folded */
static const float *
repeat(float *room, const float *table, const struct job *j)
{
	int k;

	for (k = 0; j->fold > 1 && k < j->c; k++)
		room[k] = table[k % j->b->c];
	return j->fold > 1 ? room : table;
}

static void
use_save(struct job *j, const float *save)
{
	j->mean = repeat(j->folded[0], save, j);
	j->scale = repeat(j->folded[1], BNORM_SCALE(save, j->b->c), j);
	j->shift = repeat(j->folded[2], BNORM_SHIFT(save, j->b->c), j);
}

static int
block_rows(const struct job *j, int i, size_t *first)
{
	*first = (size_t)i * j->block;
	return j->rows - *first < (size_t)j->block ? (int)(j->rows - *first) : j->block;
}

/* Sums of a block are made strip by strip: memory is read in its order, and sums seldom put aside for other channels. */
static int
strip_rows(const struct job *j, int rows)
{
	int strip = STRIP_VALUES / j->c > 1 ? STRIP_VALUES / j->c : 1;

	return rows < strip ? rows : strip;
}

/* Runs body(ch, n) over the channels of a row, with an n the compiler knows where it can be. */
#define EACH_CHUNK(c, ch, body)                                \
	for (ch = 0; ch + LANES <= (c); ch += LANES)           \
		body(ch, LANES);                               \
	if (ch < (c))                                          \
	body(ch, (c) - ch)

/* --- sums over pixels, channel by channel --- */

/* g[n] = dy, or 0 where the ReLU was shut: at channels ch, ch + 1, ... of the row at `at`. x[n] are read already. */
KERNEL_PART void
gate(float *restrict g, const struct job *j, const float *x, size_t at, int ch, int n)
{
	const float *scale = j->scale + ch, *shift = j->shift + ch;
	float room[LANES], gates[LANES];
	const float *dy = elem_read(room, j->dy, at + ch, n, j->b->elem), *out;
	int k;

	if (!j->b->relu) {
		for (k = 0; k < n; k++)
			g[k] = dy[k];
	} else if (j->out) {
		out = elem_read(gates, j->out, at + ch, n, j->b->elem);
		for (k = 0; k < n; k++)
			g[k] = out[k] > 0 ? dy[k] : 0.0f;
	} else {
		for (k = 0; k < n; k++)
			g[k] = scale[k] * x[k] + shift[k] > 0 ? dy[k] : 0.0f;
	}
}

/* Added to, of g and g (x - mean) over some rows */
KERNEL_PART void
chunk_gradients(const struct job *j, double *sum, double *dot, size_t first, int rows, int ch, int n)
{
	double a[LANES], q[LANES];
	const float *mean = j->mean + ch;
	int k, r;

	memcpy(a, sum + ch, (size_t)n * sizeof *a);
	memcpy(q, dot + ch, (size_t)n * sizeof *q);
	for (r = 0; r < rows; r++) {
		size_t at = (first + (size_t)r) * j->c;
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

KERNEL static void
block_gradients(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	double *sum = j->sums + 2 * (size_t)i * j->c;
	int rows, n, ch;
	size_t first;

	memset(sum, 0, 2 * (size_t)j->c * sizeof *sum);
	for (rows = block_rows(j, i, &first); rows; rows -= n, first += (size_t)n) {
		n = strip_rows(j, rows);
#define BODY(ch, width) chunk_gradients(j, sum, sum + j->c, first, n, ch, width)
		EACH_CHUNK(j->c, ch, BODY);
#undef BODY
	}
}

/* Adds up, in order, the sums of all blocks and those of folded pixels: sums[2][c] of the batch norm's c channels. */
static const double *
sum_gradients(struct job *j)
{
	size_t n = 2 * (size_t)j->c, k;
	int i, c = j->b->c;

	j->sums = par_scratch(PAR_CALLER, n * (size_t)j->blocks * sizeof(double));
	par_for(j->blocks, block_gradients, j);
	for (i = 1; i < j->blocks; i++)
		for (k = 0; k < n; k++)
			j->sums[k] += j->sums[(size_t)i * n + k];
	for (i = c; i < j->c; i++) {
		j->sums[i % c] += j->sums[i];
		j->sums[j->c + i % c] += j->sums[j->c + i];
	}
	memmove(j->sums + c, j->sums + j->c, (size_t)c * sizeof *j->sums);
	return j->sums;
}

/* --- forward --- */

static void
set_channel(float *save, const struct bnorm *b, int ch, double mean, double var)
{
	double inv = 1 / sqrt(var + BNORM_EPS);

	save[ch] = (float)mean;
	save[b->c + ch] = (float)inv;
	BNORM_SCALE(save, b->c)[ch] = (float)(b->gamma[ch] * inv);
	BNORM_SHIFT(save, b->c)[ch] = (float)(b->beta[ch] - mean * b->gamma[ch] * inv);
}

void
bnorm_statistics(float *save, const struct bnorm *b, const double *moments, size_t pixels)
{
	double count = (double)pixels, *sums;
	int ch;

	for (ch = 0; !moments && ch < b->c; ch++)
		set_channel(save, b, ch, b->mean[ch], b->var[ch]);
	if (!moments)
		return;
	sums = par_scratch(PAR_CALLER, 2 * (size_t)b->c * sizeof *sums);
	memcpy(sums, moments, 2 * (size_t)b->c * sizeof *sums);
	for (ch = 0; ch < b->c; ch++) {
		double mean = sums[ch] / count, var = sums[b->c + ch] / count - mean * mean;

		var = var < 0 ? 0 : var;
		set_channel(save, b, ch, mean, var);
		b->mean[ch] = (float)((1 - BNORM_MOMENTUM) * b->mean[ch] + BNORM_MOMENTUM * mean);
		b->var[ch] = (float)((1 - BNORM_MOMENTUM) * b->var[ch] +
		                     BNORM_MOMENTUM * var * (count > 1 ? count / (count - 1) : 1));
	}
	b->count[0] += 1;
}

/* y = act(scale x + shift + res) of n channels of the row at `at` */
KERNEL_PART void
apply_chunk(const struct job *j, size_t at, int ch, int n)
{
	const float *scale = j->scale + ch, *shift = j->shift + ch, *a, *b, *x, *res;
	float floor = j->b->relu ? 0.0f : -INFINITY; /* NaN passes through: it must be seen */
	float low = j->res->relu ? 0.0f : -INFINITY, y[LANES], room[LANES];
	int k;

	x = elem_read(room, j->x, at + ch, n, j->b->elem);
	for (k = 0; k < n; k++)
		y[k] = scale[k] * x[k] + shift[k];
	if (j->res->x) {
		res = elem_read(room, j->res->x, at + ch, n, j->res->elem);
		a = j->res->scale ? j->res->scale + ch : NULL;
		b = a ? j->res->shift + ch : NULL;
		for (k = 0; k < n; k++) {
			float t = a ? a[k] * res[k] + b[k] : res[k];

			y[k] += t < low ? low : t;
		}
	}
	for (k = 0; k < n; k++)
		y[k] = y[k] < floor ? floor : y[k];
	elem_write(j->y, at + ch, y, n, 0, j->b->elem);
}

KERNEL static void
apply_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int rows, r, ch;
	size_t first;

	rows = block_rows(j, i, &first);
	for (r = 0; r < rows; r++) {
#define BODY(ch, n) apply_chunk(j, (first + (size_t)r) * j->c, ch, n)
		EACH_CHUNK(j->c, ch, BODY);
#undef BODY
	}
}

void
bnorm_apply(void *y, const float *save, const struct bnorm *b, const void *x, const struct operand_part *res,
            size_t pixels)
{
	struct job j = job_start(b, x, pixels, !res->scale);

	use_save(&j, save);
	j.y = y;
	j.res = res;
	par_for(j.blocks, apply_block, &j);
}

/* --- backward --- */

/* dx = a g + b (x - mean) + c and dres = g, for n channels of the row at `at` */
KERNEL_PART void
backward_chunk(const struct job *j, size_t at, int ch, int n)
{
	const float *a = j->slopes + ch, *b = a + j->c, *off = b + j->c, *mean = j->mean + ch, *x;
	float g[LANES], d[LANES], room[LANES];
	int k;

	x = elem_read(room, j->x, at + ch, n, j->b->elem);
	gate(g, j, x, at, ch, n);
	if (j->dres)
		elem_write(j->dres, at + ch, g, n, j->add_res, j->b->elem);
	for (k = 0; k < n; k++)
		d[k] = a[k] * g[k] + b[k] * (x[k] - mean[k]) + off[k];
	if (j->dx)
		elem_write(j->dx, at + ch, d, n, j->add_x, j->b->elem);
}

KERNEL static void
backward_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int rows, r, ch;
	size_t first;

	rows = block_rows(j, i, &first);
	for (r = 0; r < rows; r++) {
#define BODY(ch, n) backward_chunk(j, (first + (size_t)r) * j->c, ch, n)
		EACH_CHUNK(j->c, ch, BODY);
#undef BODY
	}
}

/* With g the gradient after the ReLU, m = mean, r = 1/sqrt(var + eps), M pixels:
 *   dbeta = sum g,  dgamma = r sum g (x - m)
 *   training:   dx = gamma r (g - dbeta/M - (x - m) r dgamma/M)
 *   evaluation: dx = gamma r g */
static void
backward_slopes(float *slopes, float *dgamma, float *dbeta, const double *sums, const float *save, const struct bnorm *b,
                double count, int training)
{
	int ch;

	for (ch = 0; ch < b->c; ch++) {
		double sum = sums[ch], dot = sums[b->c + ch], r = save[b->c + ch], gr = b->gamma[ch] * r;

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
	struct job j = job_start(b, x, pixels, 1);
	float *slopes = mem_array(3 * (size_t)b->c, sizeof *slopes);
	int i;

	use_save(&j, save);
	j.dx = dx;
	j.add_x = add_x;
	j.dres = dres;
	j.add_res = add_res;
	j.dy = dy;
	j.out = y;
	backward_slopes(slopes, dgamma, dbeta, sum_gradients(&j), save, b, (double)pixels, training);
	j.slopes = slopes;
	for (i = 0; j.fold > 1 && i < 3; i++)
		j.slopes = repeat(j.folded[3 + i], slopes + i * b->c, &j) - i * LANES; /* folded[3..5] follow each other */
	if (dx || dres)
		par_for(j.blocks, backward_block, &j);
	free(slopes);
}
