#include "nn/conv_winograd.h"

#include <string.h>

#include "base/par.h"
#include "cpu/cpu.h"
#include "cpu/product.h"
#include "nn/moments.h"
#include "nn/winograd_tiles.h"

/* How work is cut, by measurement: with the weights' transforms made once and kept for all, groups are
 * small and blocks of outputs large, so that inputs are seldom transformed again. Where few tiles would use
 * them, or they would take more than KEPT_FLOATS, every piece of work transforms the weights it needs, for
 * as many tiles as possible. */
#define KEPT_TILES 28
#define KEPT_OUT 128
#define KEPT_FLOATS ((size_t)4 << 20)
#define FRESH_TILES 128
#define FRESH_OUT 128

struct job {
	float *y;
	const struct operand *x;
	const float *w;
	size_t ks, os; /* floats from one input and one output channel of w to the next */
	int turned;    /* weights in reverse order */
	int add;
	struct tiles tiles;
	struct blocks in, out;
	int vrow, mrow; /* channels of a block, in whole vectors */
	size_t vplane, mplane, uplane;
	float *kept; /* transformed weights of all blocks, or NULL: every piece of work makes its own */
	double *moments, *parts; /* of y, or NULL; [groups][2][channels], NULL: not while it is made */
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

/* Panels of block (i, o) of the weights, for each of the 36 points */
static void
pack(float *u, const struct job *j, int i, int o)
{
	int k = blocks_length(&j->in, i), n = blocks_length(&j->out, o), nr = cpu()->nr, first;
	const float *w = j->w + (size_t)i * j->in.size * j->ks + (size_t)o * j->out.size * j->os;

	for (first = 0; first < winograd_lanes(n); first += nr)
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
	int tile = g * j->tiles.groups.size;

	for (t = 0; t < count; t++, v += j->vrow)
		tiles_input(v, j->vplane, &j->tiles, tile + t, j->x, i * j->in.size, k);
}

/* Those of n channels of a tile */
static void
tile_moments(double *sum, double *square, const float *y, const struct winograd_tile *t, int n)
{
	struct moments_area a = { .elem = ELEM_F32, .rows = t->bottom - t->top, .pixels = t->right - t->left, .c = n,
	                          .row = (size_t)t->row, .pixel = (size_t)t->pixel };

	a.x = y + t->top * t->row + t->left * t->pixel;
	moments_add(sum, square, &a);
}

/* What should be done to the outputs while they are near the core belongs here. */
static void
outputs(const struct job *j, const float *m, int g, int o)
{
	int count = blocks_length(&j->tiles.groups, g), n = blocks_length(&j->out, o), t, tile = g * j->tiles.groups.size;
	double *sum = j->parts ? j->parts + 2 * (size_t)g * j->out.total + o * j->out.size : NULL;
	struct winograd_tile where;

	if (sum) {
		memset(sum, 0, (size_t)n * sizeof *sum);
		memset(sum + j->out.total, 0, (size_t)n * sizeof *sum);
	}
	for (t = 0; t < count; t++, m += j->mrow) {
		float *y = j->y + tiles_output(&where, &j->tiles, tile + t, j->out.total) + o * j->out.size;

		cpu()->winograd_output(y, m, j->mplane, &where, n, j->add);
		if (sum)
			tile_moments(sum, sum + j->out.total, y, &where, n);
	}
}

/* Group b % groups, block b / groups of the outputs: successive pieces of work use the same weights. */
static void
convolve(void *ctx, int b, int worker)
{
	const struct job *j = ctx;
	int g = b % j->tiles.groups.count, o = b / j->tiles.groups.count, i, p;
	int count = blocks_length(&j->tiles.groups, g), n = winograd_lanes(blocks_length(&j->out, o));
	float *v = par_scratch(worker, WINOGRAD_POINTS * (j->vplane + j->mplane + j->uplane) * sizeof *v);
	float *m = v + WINOGRAD_POINTS * j->vplane, *u = m + WINOGRAD_POINTS * j->mplane;

	for (i = 0; i < j->in.count; i++) {
		inputs(v, j, g, i);
		if (j->kept)
			u = j->kept + WINOGRAD_POINTS * j->uplane * (o * j->in.count + i);
		else
			pack(u, j, i, o);
		for (p = 0; p < WINOGRAD_POINTS; p++)
			product_run(m + p * j->mplane, j->mrow, v + p * j->vplane, j->vrow, u + p * j->uplane,
			            count, n, blocks_length(&j->in, i), i > 0);
	}
	outputs(j, m, g, o);
}

static size_t
cut(struct job *j, const struct conv *c, int n, int cin, int cout, int tiles, int out)
{
	j->tiles = tiles_cut(c->h, c->w, n, tiles);
	j->in = blocks_cut(cin, WINOGRAD_BLOCK, WINOGRAD_LANES);
	j->out = blocks_cut(cout, out, 2 * WINOGRAD_LANES);
	j->vrow = winograd_lanes(j->in.size);
	j->mrow = winograd_lanes(j->out.size);
	j->vplane = winograd_plane((size_t)j->tiles.groups.size * j->vrow);
	j->mplane = winograd_plane((size_t)j->tiles.groups.size * j->mrow);
	j->uplane = winograd_plane(product_panels(j->in.size, j->mrow));
	return WINOGRAD_POINTS * j->uplane * j->in.count * j->out.count;
}

/* Room for the weights that are kept, and for the parts of moments */
static void
keep(struct job *j, size_t kept)
{
	size_t weights = (kept * sizeof(float) + 63) & ~(size_t)63;
	size_t parts = j->moments ? 2 * (size_t)j->tiles.groups.count * (size_t)j->out.total : 0;
	char *room = par_scratch(PAR_CALLER, weights + parts * sizeof(double));

	j->kept = (float *)room;
	j->parts = parts ? (double *)(room + weights) : NULL;
}

static void
run(struct job *j, const struct conv *c, int n, int cin, int cout)
{
	size_t kept = cut(j, c, n, cin, cout, KEPT_TILES, KEPT_OUT);

	if (j->tiles.groups.total <= FRESH_TILES || kept > KEPT_FLOATS) {
		cut(j, c, n, cin, cout, FRESH_TILES, FRESH_OUT);
		/* by the threads, for once: an output's sum is the same in every block (cpu/product.h) */
		if (j->tiles.groups.count * j->out.count < par_threads())
			cut(j, c, n, cin, cout, FRESH_TILES / 2, FRESH_OUT / 2);
	} else {
		keep(j, kept);
		par_for(j->in.count * j->out.count, pack_block, j);
	}
	par_for(j->tiles.groups.count * j->out.count, convolve, j);
	if (j->parts)
		moments_total(j->moments, j->parts, j->tiles.groups.count, cout);
	else if (j->moments) /* these may be cut by the threads */
		moments_of(j->moments, j->y, ELEM_F32, cout, (size_t)n * c->h * c->w);
}

void
conv_winograd_forward(float *y, double *moments, const struct operand *x, const float *w, const struct conv *c, int n,
                      int add)
{
	struct job j = { .y = y, .moments = moments, .x = x, .w = w, .add = add };

	j.ks = 9;
	j.os = 9 * (size_t)c->cin;
	run(&j, c, n, c->cin, c->cout);
}

/* The adjoint of a convolution is one of dy, the weights turned by 180 degrees, channels exchanged. */
void
conv_winograd_backward_data(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add)
{
	struct operand x = operand_plain(dy, ELEM_F32, c->cout, c->h, c->w);
	struct job j = { .y = dx, .x = &x, .w = w, .add = add, .turned = 1 };

	j.ks = 9 * (size_t)c->cin;
	j.os = 9;
	run(&j, c, n, c->cout, c->cin);
}
