#include "nn/linear.h"

#include <stddef.h>

#include "base/par.h"
#include "nn/gemm.h"

#define BLOCK 256

struct job {
	float *out, *dbias;
	const float *a, *w, *bias;
	int n, in, outs, add;
};

static int
blocks(int n)
{
	return (n + BLOCK - 1) / BLOCK;
}

static int
block_size(int n, int i)
{
	return n - i * BLOCK < BLOCK ? n - i * BLOCK : BLOCK;
}

static void
forward_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int first = i * BLOCK, size = block_size(j->outs, i), s, o;
	float *y = j->out + first;

	gemm(GEMM_N, GEMM_T, j->n, size, j->in, j->a, j->in, j->w + (size_t)first * j->in, j->in, 0, y, j->outs);
	for (s = 0; j->bias && s < j->n; s++)
		for (o = 0; o < size; o++)
			y[(size_t)s * j->outs + o] += j->bias[first + o];
}

void
linear_forward(float *y, const float *x, const float *w, const float *bias, int n, int in, int out)
{
	struct job j = { .out = y, .a = x, .w = w, .bias = bias, .n = n, .in = in, .outs = out };

	par_for(blocks(out), forward_block, &j);
}

static void
data_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;

	gemm(GEMM_N, GEMM_N, j->n, block_size(j->in, i), j->outs, j->a, j->outs, j->w + i * BLOCK, j->in,
	     j->add ? 1.0f : 0.0f, j->out + i * BLOCK, j->in);
}

void
linear_backward_data(float *dx, const float *dy, const float *w, int n, int in, int out, int add)
{
	struct job j = { .out = dx, .a = dy, .w = w, .n = n, .in = in, .outs = out, .add = add };

	par_for(blocks(in), data_block, &j);
}

static void
weights_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int first = i * BLOCK, size = block_size(j->outs, i), s, o;

	gemm(GEMM_T, GEMM_N, size, j->in, j->n, j->a + first, j->outs, j->w, j->in, 1, j->out + (size_t)first * j->in,
	     j->in);
	for (o = first; j->dbias && o < first + size; o++) {
		double sum = 0;

		for (s = 0; s < j->n; s++)
			sum += j->a[(size_t)s * j->outs + o];
		j->dbias[o] += (float)sum;
	}
}

void
linear_backward_weights(float *dw, float *dbias, const float *dy, const float *x, int n, int in, int out)
{
	struct job j = { .out = dw, .dbias = dbias, .a = dy, .w = x, .n = n, .in = in, .outs = out };

	par_for(blocks(out), weights_block, &j);
}
