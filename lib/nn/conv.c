#include "nn/conv.h"

#include <string.h>

#include "base/par.h"
#include "nn/gemm.h"

#define TILE_FLOATS (256 * 1024) /* patches of a tile: about half of a second-level cache */
#define TILE_PIXELS 192          /* but no fewer than keep a product efficient */
#define PARTIAL_FLOATS (16 << 20) /* memory for partial sums of a weight gradient */
#define MAX_PARTIALS 8

void
conv_init(struct conv *c, int cin, int cout, int k, int stride, int pad, int h, int w)
{
	*c = (struct conv){ .cin = cin, .cout = cout, .k = k, .stride = stride, .pad = pad, .h = h, .w = w };
	c->oh = (h + 2 * pad - k) / stride + 1;
	c->ow = (w + 2 * pad - k) / stride + 1;
}

/* A tile is a run of whole output rows. */
static int
tile_rows(const struct conv *c)
{
	int depth = c->cin * c->k * c->k, pixels = TILE_FLOATS / depth;

	if (pixels < TILE_PIXELS)
		pixels = TILE_PIXELS;
	return pixels <= c->ow ? 1 : pixels / c->ow < c->oh ? pixels / c->ow : c->oh;
}

static int
tile_count(const struct conv *c)
{
	int rows = tile_rows(c);

	return (c->oh + rows - 1) / rows;
}

static int
is_plain(const struct conv *c)
{
	return c->k == 1 && c->stride == 1 && c->pad == 0;
}

/* For kernel column q: output columns [*from,*to) read inside the image. */
static void
inside(int *from, int *to, const struct conv *c, int q)
{
	int low = c->pad - q, high = c->w + c->pad - q;

	*from = low <= 0 ? 0 : (low + c->stride - 1) / c->stride;
	*to = high <= 0 ? 0 : (high + c->stride - 1) / c->stride;
	if (*to > c->ow)
		*to = c->ow;
	if (*from > *to)
		*from = *to;
}

static void
gather_row(float *dst, const float *src, const struct conv *c, int q)
{
	int from, to, j;

	inside(&from, &to, c, q);
	memset(dst, 0, (size_t)from * sizeof *dst);
	src += from * c->stride + q - c->pad;
	if (c->stride == 1)
		memcpy(dst + from, src, (size_t)(to - from) * sizeof *dst);
	else
		for (j = from; j < to; j++)
			dst[j] = src[(j - from) * c->stride];
	memset(dst + to, 0, (size_t)(c->ow - to) * sizeof *dst);
}

/* col[cin*k*k, rows*ow] of output rows row0..row0+rows-1 of one image. */
static void
im2col(float *col, const float *x, const struct conv *c, int row0, int rows)
{
	int ch, p, q, i;

	for (ch = 0; ch < c->cin; ch++, x += (size_t)c->h * c->w)
		for (p = 0; p < c->k; p++)
			for (q = 0; q < c->k; q++)
				for (i = row0; i < row0 + rows; i++, col += c->ow) {
					int y = i * c->stride + p - c->pad;

					if (y < 0 || y >= c->h)
						memset(col, 0, (size_t)c->ow * sizeof *col);
					else
						gather_row(col, x + (size_t)y * c->w, c, q);
				}
}

/* The adjoint: adds col back to where im2col took it from. */
static void
col2im(float *dx, const float *col, const struct conv *c, int row0, int rows)
{
	int ch, p, q, i, j;

	for (ch = 0; ch < c->cin; ch++, dx += (size_t)c->h * c->w)
		for (p = 0; p < c->k; p++)
			for (q = 0; q < c->k; q++)
				for (i = row0; i < row0 + rows; i++, col += c->ow) {
					int y = i * c->stride + p - c->pad, from, to;
					float *dst;

					if (y < 0 || y >= c->h)
						continue;
					inside(&from, &to, c, q);
					dst = dx + (size_t)y * c->w + from * c->stride + q - c->pad;
					for (j = from; j < to; j++)
						dst[(j - from) * c->stride] += col[j];
				}
}

struct job {
	const struct conv *c;
	float *out;
	const float *a, *b, *bias;
	float *partial;
	int n, tiles, rows, add, parts;
};

static float *
worker_scratch(const struct job *j, int worker)
{
	const struct conv *c = j->c;

	return par_scratch(worker, (size_t)c->cin * c->k * c->k * j->rows * c->ow * sizeof(float));
}

static struct job
job_start(const struct conv *c, int n)
{
	return (struct job){ .c = c, .n = n, .tiles = tile_count(c), .rows = tile_rows(c) };
}

/* Patches of tile t of image x: gathered into scratch, or for a plain product where they lie. */
static const float *
patches(const struct job *j, const float *x, int t, int worker, int *pixels, int *stride)
{
	const struct conv *c = j->c;
	int row0 = t * j->rows, rows = row0 + j->rows < c->oh ? j->rows : c->oh - row0;
	float *col;

	*pixels = rows * c->ow;
	if (is_plain(c)) {
		*stride = c->h * c->w;
		return x + (size_t)row0 * c->ow;
	}
	*stride = *pixels;
	col = worker_scratch(j, worker);
	im2col(col, x, c, row0, rows);
	return col;
}

static void
forward_tile(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	int s = i / j->tiles, t = i % j->tiles, depth = c->cin * c->k * c->k, area = c->oh * c->ow, pixels, ld, o, k;
	const float *col = patches(j, j->a + (size_t)s * c->cin * c->h * c->w, t, worker, &pixels, &ld);
	float *y = j->out + (size_t)s * c->cout * area + (size_t)t * j->rows * c->ow;

	gemm(GEMM_N, GEMM_N, c->cout, pixels, depth, j->b, depth, col, ld, j->add ? 1.0f : 0.0f, y, area);
	for (o = 0; j->bias && o < c->cout; o++)
		for (k = 0; k < pixels; k++)
			y[(size_t)o * area + k] += j->bias[o];
}

static void
forward(float *y, const float *x, const float *w, const float *bias, const struct conv *c, int n, int add)
{
	struct job j = job_start(c, n);

	j.out = y;
	j.a = x;
	j.b = w;
	j.bias = bias;
	j.add = add;
	par_for(n * j.tiles, forward_tile, &j);
}

void
conv_forward(float *y, const float *x, const float *w, const float *bias, const struct conv *c, int n)
{
	forward(y, x, w, bias, c, n, 0);
}

/* With stride 1 the gradient is itself a convolution, of dy with the weights turned by 180 degrees and their channels
 * exchanged: gathering is faster than scattering, and tiles are independent. */
static void
backward_data_gather(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add)
{
	int area = c->k * c->k, o, i, k;
	float *turned = par_scratch(PAR_CALLER, (size_t)c->cout * c->cin * area * sizeof *turned);
	struct conv back;

	for (i = 0; i < c->cin; i++)
		for (o = 0; o < c->cout; o++)
			for (k = 0; k < area; k++)
				turned[((size_t)i * c->cout + o) * area + k] =
					w[((size_t)o * c->cin + i) * area + area - 1 - k];
	conv_init(&back, c->cout, c->cin, c->k, 1, c->k - 1 - c->pad, c->oh, c->ow);
	forward(dx, dy, turned, NULL, &back, n, add);
}

/* Tiles of one image overlap in dx, so an image is one piece of work. */
static void
backward_data_sample(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	int depth = c->cin * c->k * c->k, area = c->oh * c->ow, t;
	size_t size = (size_t)c->cin * c->h * c->w;
	const float *dy = j->a + (size_t)s * c->cout * area;
	float *dx = j->out + (size_t)s * size, *col;

	if (is_plain(c)) {
		gemm(GEMM_T, GEMM_N, depth, area, c->cout, j->b, depth, dy, area, j->add ? 1.0f : 0.0f, dx, area);
		return;
	}
	if (!j->add)
		memset(dx, 0, size * sizeof *dx);
	col = worker_scratch(j, worker);
	for (t = 0; t < j->tiles; t++) {
		int row0 = t * j->rows, rows = row0 + j->rows < c->oh ? j->rows : c->oh - row0, pixels = rows * c->ow;

		gemm(GEMM_T, GEMM_N, depth, pixels, c->cout, j->b, depth, dy + (size_t)row0 * c->ow, area, 0, col,
		     pixels);
		col2im(dx, col, c, row0, rows);
	}
}

void
conv_backward_data(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add)
{
	struct job j = job_start(c, n);

	if (c->stride == 1 && c->k > 1) {
		backward_data_gather(dx, dy, w, c, n, add);
		return;
	}
	j.out = dx;
	j.a = dy;
	j.b = w;
	j.add = add;
	par_for(n, backward_data_sample, &j);
}

/* Part i sums the samples i, i + parts, ...: few enough to hold, fixed whatever the threads. */
static void
weights_part(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	int depth = c->cin * c->k * c->k, area = c->oh * c->ow, s, t, pixels, ld;
	float *dw = j->partial + (size_t)i * c->cout * depth;

	for (s = i; s < j->n; s += j->parts)
		for (t = 0; t < j->tiles; t++) {
			const float *col = patches(j, j->b + (size_t)s * c->cin * c->h * c->w, t, worker, &pixels, &ld);
			const float *dy = j->a + (size_t)s * c->cout * area + (size_t)t * j->rows * c->ow;

			gemm(GEMM_N, GEMM_T, c->cout, depth, pixels, dy, area, col, ld, s == i && t == 0 ? 0.0f : 1.0f,
			     dw, depth);
		}
}

static void
sum_row(void *ctx, int o, int worker)
{
	const struct job *j = ctx;
	size_t depth = (size_t)j->c->cin * j->c->k * j->c->k, size = depth * j->c->cout, k;
	float *dw = j->out + o * depth;
	int i;

	for (i = 0; i < j->parts; i++) {
		const float *p = j->partial + i * size + o * depth;

		for (k = 0; k < depth; k++)
			dw[k] += p[k];
	}
}

static void
add_bias_gradient(float *dbias, const float *dy, const struct conv *c, int n)
{
	int area = c->oh * c->ow, o, s, k;

	for (o = 0; o < c->cout; o++) {
		double sum = 0;

		for (s = 0; s < n; s++) {
			const float *d = dy + ((size_t)s * c->cout + o) * area;

			for (k = 0; k < area; k++)
				sum += d[k];
		}
		dbias[o] += (float)sum;
	}
}

void
conv_backward_weights(float *dw, float *dbias, const float *dy, const float *x, const struct conv *c, int n)
{
	struct job j = job_start(c, n);
	size_t size = (size_t)c->cout * c->cin * c->k * c->k;

	j.out = dw;
	j.a = dy;
	j.b = x;
	j.parts = (int)(PARTIAL_FLOATS / size);
	j.parts = j.parts < 2 ? 2 : j.parts > MAX_PARTIALS ? MAX_PARTIALS : j.parts;
	if (j.parts > n)
		j.parts = n;
	j.partial = par_scratch(PAR_CALLER, size * (size_t)j.parts * sizeof(float));
	par_for(j.parts, weights_part, &j);
	par_for(c->cout, sum_row, &j);
	if (dbias)
		add_bias_gradient(dbias, dy, c, n);
}
