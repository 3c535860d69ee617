/* The gradient of the weights: for each of the 36 points a product of transformed gradients and inputs,
 * contracted over tiles. A piece of work holds the sums of a block of weights near the core while tiles
 * pass by; only what comes out at the end, 9 values for 36, is ever added up between pieces. */
#include "nn/conv_winograd.h"

#include <string.h>

#include "base/par.h"
#include "cpu/cpu.h"
#include "cpu/product.h"
#include "nn/winograd_tiles.h"

#define TILES 42    /* of a group, at most */
#define CHANNELS WINOGRAD_BLOCK
#define PIECES 8    /* of work, at least, if there are that many groups of tiles */

struct job {
	float *dw;
	const float *dy;
	const struct operand *x;
	struct tiles tiles;
	struct blocks in, out;
	int vrow, drow; /* channels of a block, in whole vectors */
	size_t vplane, dplane, cplane;
	int parts;      /* into which the groups are dealt out, or 1 */
	float *partial; /* [parts] gradients, if more than one */
};

/* v[36]: panels of [tile][channel] for group g and block i */
static void
inputs(float *v, const struct job *j, int g, int i)
{
	int count = blocks_length(&j->tiles.groups, g), k = blocks_length(&j->in, i), nr = cpu()->nr, t, p;
	int tile = g * j->tiles.groups.size;

	for (t = 0; t < count; t++, v += nr)
		for (p = 0; p < k; p += nr)
			tiles_input(v + (size_t)count * p, j->vplane, &j->tiles, tile + t, j->x, i * j->in.size + p,
			            k - p < nr ? k - p : nr);
}

/* d[36][tile][channel] of group g and block o */
static void
gradients(float *d, const struct job *j, int g, int o)
{
	int count = blocks_length(&j->tiles.groups, g), t, tile = g * j->tiles.groups.size;
	struct winograd_tile where;

	for (t = 0; t < count; t++, d += j->drow) {
		size_t at = tiles_output(&where, &j->tiles, tile + t, j->out.total) + o * j->out.size;

		cpu()->winograd_gradient(d, j->dplane, j->dy + at, &where, blocks_length(&j->out, o));
	}
}

/* Weights of block (i, o) from their sums at the points, added to the gradient or written to the part's */
static void
finish(const struct job *j, const float *sums, int i, int o, int part)
{
	int k = blocks_length(&j->in, i), n = blocks_length(&j->out, o), row;
	size_t weights = 9 * (size_t)j->in.total;
	float *dw = j->parts == 1 ? j->dw : j->partial + part * weights * j->out.total;

	dw += (size_t)o * j->out.size * weights + 9 * (size_t)i * j->in.size;
	for (row = 0; row < n; row++, dw += weights, sums += j->vrow) {
		if (j->parts > 1)
			memset(dw, 0, 9 * (size_t)k * sizeof *dw);
		cpu()->winograd_dweights(dw, sums, j->cplane, k);
	}
}

/* A block of weights, summed over the groups part, part + parts, ... */
static void
correlate(void *ctx, int b, int worker)
{
	const struct job *j = ctx;
	int part = b % j->parts, o = b / j->parts % j->out.count, i = b / j->parts / j->out.count, g, p;
	int m = blocks_length(&j->out, o), n = winograd_lanes(blocks_length(&j->in, i));
	float *v = par_scratch(worker, WINOGRAD_POINTS * (j->vplane + j->dplane + j->cplane) * sizeof *v);
	float *d = v + WINOGRAD_POINTS * j->vplane, *sums = d + WINOGRAD_POINTS * j->dplane;

	for (g = part; g < j->tiles.groups.count; g += j->parts) {
		inputs(v, j, g, i);
		gradients(d, j, g, o);
		for (p = 0; p < WINOGRAD_POINTS; p++)
			product_outer(sums + p * j->cplane, j->vrow, d + p * j->dplane, j->drow,
			              v + p * j->vplane, m, n, blocks_length(&j->tiles.groups, g), g != part);
	}
	finish(j, sums, i, o, part);
}

static void
sum_parts(void *ctx, int o, int worker)
{
	const struct job *j = ctx;
	size_t weights = 9 * (size_t)j->in.total, k;
	int p;

	for (p = 0; p < j->parts; p++) {
		const float *part = j->partial + ((size_t)p * j->out.total + o) * weights;

		for (k = 0; k < weights; k++)
			j->dw[o * weights + k] += part[k];
	}
}

void
conv_winograd_backward_weights(float *dw, const float *dy, const struct operand *x, const struct conv *c, int n)
{
	struct job j = { .dw = dw, .dy = dy, .x = x };
	int blocks;

	j.tiles = tiles_cut(c->h, c->w, n, TILES);
	j.in = blocks_cut(c->cin, CHANNELS, 2 * WINOGRAD_LANES);
	j.out = blocks_cut(c->cout, CHANNELS, WINOGRAD_LANES);
	j.vrow = winograd_lanes(j.in.size);
	j.drow = winograd_lanes(j.out.size);
	j.vplane = winograd_plane(product_panels(j.tiles.groups.size, j.vrow));
	j.dplane = winograd_plane((size_t)j.tiles.groups.size * j.drow);
	j.cplane = winograd_plane((size_t)j.out.size * j.vrow);
	blocks = j.in.count * j.out.count;
	j.parts = (PIECES + blocks - 1) / blocks;
	if (j.parts > j.tiles.groups.count)
		j.parts = j.tiles.groups.count;
	if (j.parts > 1)
		j.partial = par_scratch(PAR_CALLER, j.parts * 9 * (size_t)c->cin * c->cout * sizeof(float));
	par_for(blocks * j.parts, correlate, &j);
	if (j.parts > 1)
		par_for(c->cout, sum_parts, &j);
}
