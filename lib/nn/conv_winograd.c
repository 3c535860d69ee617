#include "nn/conv_winograd.h"

#include "base/par.h"
#include "cpu/cpu.h"
#include "cpu/product.h"
#include "nn/winograd_tiles.h"

#define TILES 56    /* of a group, at most */
#define CHANNELS WINOGRAD_BLOCK
#define KEPT_FLOATS ((size_t)8 << 20) /* transformed weights up to this size are kept for all groups */

struct job {
	float *y;
	const struct operand *x;
	const float *w;
	size_t ks, os; /* floats from one input and one output channel of w to the next */
	int turned;    /* weights in reverse order */
	int add;
	struct tiles tiles;
	struct blocks in, out;
	size_t vplane, mplane, uplane;
	float *kept; /* transformed weights of all blocks, or NULL: every piece of work makes its own */
};

int
conv_winograd_can(const struct conv *c)
{
	return c->k == 3 && c->stride == 1 && c->pad == 1;
}

int
conv_winograd_reads(const struct operand *x)
{
	int i;

	for (i = 0; i < x->parts; i++)
		if ((x->part[i].scale && !x->part[i].relu) || (x->parts > 1 && x->part[i].c % WINOGRAD_BLOCK))
			return 0;
	return 1;
}

static int
round_up(int n)
{
	return (n + WINOGRAD_LANES - 1) / WINOGRAD_LANES * WINOGRAD_LANES;
}

/* Panels of block (i, o) of the weights, for each of the 36 points */
static void
pack(float *u, const struct job *j, int i, int o)
{
	int k = blocks_length(&j->in, i), n = blocks_length(&j->out, o), nr = cpu()->nr, first;
	const float *w = j->w + (size_t)i * j->in.size * j->ks + (size_t)o * j->out.size * j->os;

	for (first = 0; first < round_up(n); first += nr)
		cpu()->winograd_weights(u + (size_t)first * k, j->uplane, nr, w + first * j->os, j->ks, j->os,
		                        j->turned, k, n - first);
}

static void
pack_block(void *ctx, int b, int worker)
{
	const struct job *j = ctx;

	pack(j->kept + WINOGRAD_POINTS * j->uplane * b, j, b % j->in.count, b / j->in.count);
}

/* v[36][tile][channel] of group g and block i of the input channels */
static void
inputs(float *v, const struct job *j, int g, int i)
{
	int count = blocks_length(&j->tiles.groups, g), k = blocks_length(&j->in, i), t;

	for (t = 0; t < count; t++, v += round_up(j->in.size))
		tiles_input(v, j->vplane, &j->tiles, g * j->tiles.groups.size + t, j->x, i * j->in.size, k);
}

static void
outputs(const struct job *j, const float *m, int g, int o)
{
	int count = blocks_length(&j->tiles.groups, g), n = blocks_length(&j->out, o), t;
	struct winograd_tile tile;

	for (t = 0; t < count; t++, m += round_up(j->out.size)) {
		size_t at = tiles_place(&tile, &j->tiles, g * j->tiles.groups.size + t, WINOGRAD_OUT, 0, j->out.total);

		cpu()->winograd_output(j->y + at * j->out.total + o * j->out.size, m, j->mplane, &tile, n, j->add);
	}
}

/* Group b % groups, block b / groups of the output channels: successive pieces of work use the same weights. */
static void
convolve(void *ctx, int b, int worker)
{
	const struct job *j = ctx;
	int g = b % j->tiles.groups.count, o = b / j->tiles.groups.count, i, p;
	int vrow = round_up(j->in.size), mrow = round_up(j->out.size);
	float *v = par_scratch(worker, WINOGRAD_POINTS * (j->vplane + j->mplane + j->uplane) * sizeof *v);
	float *m = v + WINOGRAD_POINTS * j->vplane, *u = m + WINOGRAD_POINTS * j->mplane;

	for (i = 0; i < j->in.count; i++) {
		inputs(v, j, g, i);
		if (j->kept)
			u = j->kept + WINOGRAD_POINTS * j->uplane * (o * j->in.count + i);
		else
			pack(u, j, i, o);
		for (p = 0; p < WINOGRAD_POINTS; p++)
			product_run(m + p * j->mplane, mrow, v + p * j->vplane, vrow, u + p * j->uplane,
			            blocks_length(&j->tiles.groups, g), round_up(blocks_length(&j->out, o)),
			            blocks_length(&j->in, i), i > 0);
	}
	outputs(j, m, g, o);
}

static void
run(struct job *j, const struct conv *c, int n, int cin, int cout)
{
	size_t kept;

	j->tiles = tiles_cut(c->h, c->w, n, TILES);
	j->in = blocks_cut(cin, CHANNELS, WINOGRAD_LANES);
	j->out = blocks_cut(cout, CHANNELS, 2 * WINOGRAD_LANES);
	j->vplane = winograd_plane((size_t)j->tiles.groups.size * round_up(j->in.size));
	j->mplane = winograd_plane((size_t)j->tiles.groups.size * round_up(j->out.size));
	j->uplane = winograd_plane(product_panels(j->in.size, round_up(j->out.size)));
	kept = WINOGRAD_POINTS * j->uplane * j->in.count * j->out.count;
	if (j->tiles.groups.count > 2 && kept <= KEPT_FLOATS) {
		j->kept = par_scratch(PAR_CALLER, kept * sizeof(float));
		par_for(j->in.count * j->out.count, pack_block, j);
	}
	par_for(j->tiles.groups.count * j->out.count, convolve, j);
}

void
conv_winograd_forward(float *y, const struct operand *x, const float *w, const struct conv *c, int n, int add)
{
	struct job j = { .y = y, .x = x, .w = w, .add = add };

	j.ks = 9;
	j.os = 9 * (size_t)c->cin;
	run(&j, c, n, c->cin, c->cout);
}

/* The transpose of a convolution is one of dy, the weights turned by 180 degrees and their channels exchanged. */
void
conv_winograd_backward_data(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add)
{
	struct operand x = operand_plain(dy, c->cout, c->h, c->w);
	struct job j = { .y = dx, .x = &x, .w = w, .add = add, .turned = 1 };

	j.ks = 9 * (size_t)c->cin;
	j.os = 9;
	run(&j, c, n, c->cout, c->cin);
}
