#include "nn/conv.h"

#include <stdlib.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "base/par.h"
#include "nn/compute.h"
#include "nn/conv_direct.h"
#include "nn/conv_lines.h"
#include "nn/conv_pointwise.h"
#include "nn/conv_winograd.h"
#include "nn/moments.h"

#define BLOCK 1024 /* pixels of one piece of work */

void
conv_init(struct conv *c, int cin, int cout, int k, int stride, int pad, int h, int w)
{
	*c = (struct conv){ .cin = cin, .cout = cout, .k = k, .stride = stride, .pad = pad, .h = h, .w = w };
	c->oh = (h + 2 * pad - k) / stride + 1;
	c->ow = (w + 2 * pad - k) / stride + 1;
}

/* With fewer channels to read than that, its transforms cost more than the multiplications they save. */
static int
by_winograd(const struct conv *c, int read)
{
	return compute_used() == COMPUTE_FAST && c->arithmetic == ELEM_F32 && conv_winograd_can(c) && read >= 16;
}

struct bias {
	void *y;
	const float *bias;
	size_t pixels;
	int channels;
	enum elem e;
};

KERNEL static void
add_bias(void *ctx, int i, int worker)
{
	const struct bias *b = ctx;
	size_t p = (size_t)i * BLOCK, end = p + BLOCK < b->pixels ? p + BLOCK : b->pixels;

	for (; p < end; p++)
		elem_write(b->y, p * b->channels, b->bias, b->channels, 1, b->e);
}

void
conv_forward(void *y, double *moments, const struct operand *x, const float *w, const float *bias,
             const struct conv *c, int n)
{
	struct bias b = { .y = y, .bias = bias, .pixels = (size_t)n * c->oh * c->ow, .channels = c->cout,
	                  .e = c->out };
	double *soon = bias ? NULL : moments;

	if (by_winograd(c, c->cin) && conv_winograd_reads(x))
		conv_winograd_forward(y, soon, x, w, c, n, 0);
	else if (conv_lines_can(c))
		conv_lines_forward(y, soon, x, w, c, n);
	else
		conv_direct_forward(y, soon, x, w, c, n);
	if (bias)
		par_for((int)((b.pixels + BLOCK - 1) / BLOCK), add_bias, &b);
	if (moments && bias)
		moments_of(moments, y, c->out, c->cout, b.pixels);
}

static void
backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add)
{
	if (by_winograd(c, c->cout))
		conv_winograd_backward_data(dx, dy, w, c, n, add);
	else if (conv_lines_can(c))
		conv_lines_backward_data(dx, dy, w, c, n, add);
	else
		conv_direct_backward_data(dx, dy, w, c, n, add);
}

static void
backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n)
{
	if (by_winograd(c, c->cin) && conv_winograd_reads(x))
		conv_winograd_backward_weights(dw, dy, x, c, n);
	else if (conv_lines_can(c))
		conv_lines_backward_weights(dw, dy, x, c, n);
	else
		conv_direct_backward_weights(dw, dy, x, c, n);
}

KERNEL static void
add_bias_gradient(float *dbias, const void *dy, const struct conv *c, int n)
{
	size_t pixels = (size_t)n * c->oh * c->ow, p;
	double *sum = mem_array((size_t)c->cout, sizeof *sum);
	float *room = mem_array((size_t)c->cout, sizeof *room);
	int o;

	for (p = 0; p < pixels; p++) {
		const float *d = elem_read(room, dy, p * c->cout, c->cout, c->out);

		for (o = 0; o < c->cout; o++)
			sum[o] += d[o];
	}
	for (o = 0; o < c->cout; o++)
		dbias[o] += (float)sum[o];
	free(sum);
	free(room);
}

void
conv_backward(void *dx, int add, float *dw, float *dbias, const void *dy, const struct operand *x, const float *w,
              const struct conv *c, int n)
{
	if (dx && dw && conv_pointwise_can(c)) {
		conv_pointwise_backward(dx, add, dw, dy, x, w, c, n);
	} else {
		if (dw)
			backward_weights(dw, dy, x, c, n);
		if (dx)
			backward_data(dx, dy, w, c, n, add);
	}
	if (dbias)
		add_bias_gradient(dbias, dy, c, n);
}
