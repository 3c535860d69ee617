/* The gradient of the weights, dw = dy^T A, A being the patches: a product with few rows and columns but summed over
 * all pixels of all images.
 *
 * Where it is small enough to stay in cache it is cut into parts of the sum, each with a gradient of its own. Larger
 * ones are cut into blocks of the gradient: patches are gathered and packed once, for as many pixels at a time as there
 * is room for, and all blocks then read them. */
#include "nn/conv_direct.h"

#include <string.h>

#include "base/kernel.h"
#include "base/par.h"
#include "nn/conv_weights.h"
#include "nn/gemm.h"
#include "nn/patches.h"

#define SMALL ((size_t)256 * 1024)     /* values of a gradient that is cut into parts: they stay in the second-level cache */
#define PART_ROWS 224                  /* of a part that are multiplied at once, or a few more, */
#define TILE_BYTES (256 * 1024)        /* with so much of patches, */
#define TILE_PIXELS 112                /* but so many pixels at least, */
#define DEEP_PIXELS 448                /* in bfloat16 so many */
#define SHARED_BYTES (8 * 1024 * 1024) /* of packed patches that blocks share */
#define SLAB_PIXELS 512                /* of them that are multiplied at once, about */
#define GATHER_BYTES (128 * 1024)      /* of patches gathered at once to be packed */
#define PACKED_ROWS 32                 /* are packed together: pieces must be multiples */
#define BLOCK_ROWS 128                 /* of a block: output channels, */
#define BLOCK_COLUMNS 256              /* and values of a patch, a multiple of all panels' columns */

struct job {
	struct patches p;
	enum elem e, out; /* of patches and products; of dy */
	const void *dy;
	float *sums;      /* [parts][cout][depth] */
	int tile, tiles, parts;

	/* shared: slabs of patches, each packed in blocks of columns */
	void *packed;
	size_t first;     /* unit of the first slab */
	int units, slab, gathered, columns; /* units of all slabs, of one, gathered at once; columns of a block */
};

static int
least(size_t a, int b)
{
	return a < (size_t)b ? (int)a : b;
}

static int
pieces(size_t n, int size)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): no piece is of size 0 */
	return (int)((n + (size_t)size - 1) / (size_t)size);
}

/* Units whose patches take so many bytes, but `pixels` or more */
static int
units_of(const struct patches *p, size_t bytes, int pixels)
{
	size_t n = bytes / elem_size(p->c->arithmetic) / (size_t)p->ld / (size_t)p->unit;
	size_t floor = pixels > p->unit ? (size_t)(pixels / p->unit) : 1;

	n = n < floor ? floor : n / floor * floor;
	return least(p->units, n < (1 << 30) ? (int)n : 1 << 30);
}

/* The gradients of outputs o..o+n-1 of some pixels, side by side in `room`: read in the order of memory here, not column
 * by column by the product, and in its type. */
KERNEL static void
gather_gradients(void *room, const struct job *j, int o, int n, size_t first, int pixels)
{
	size_t cout = (size_t)j->p.c->cout, at = first * cout + (size_t)o;

	for (; pixels; pixels--, at += cout, room = elem_at(room, (size_t)n, j->e))
		if (j->out == j->e)
			memcpy(room, elem_at(j->dy, at, j->out), (size_t)n * elem_size(j->e));
		else if (j->out == ELEM_F32)
			elem_write(room, 0, (const float *)j->dy + at, n, 0, j->e);
		else
			elem_read(room, j->dy, at, n, j->out);
}

/* --- parts of the sum --- */

/* Rows of the gradient that are multiplied at once, nearly the same each time: gradients of more outputs side by side would
 * lie so far from those of the next pixel that a column of them shares few sets of the first-level cache. */
static int
part_rows(int cout)
{
	int n = pieces((size_t)cout, PART_ROWS);

	return (pieces((size_t)cout, n) + 15) / 16 * 16;
}

/* Part i: tiles i, i + parts, ...; fixed whatever the threads */
static void
sum_part(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int depth = j->p.depth, cout = j->p.c->cout, most = j->tile * j->p.unit, high = part_rows(cout), t, o, rows;
	size_t packed = gemm_packed_size(j->e, most, depth), gathered = packed + patches_bytes(&j->p, j->tile);
	char *room = par_scratch(worker, gathered + (size_t)most * high * elem_size(j->e));
	float *sums = j->sums + (size_t)i * cout * depth;

	for (t = i; t < j->tiles; t += j->parts) {
		size_t first = (size_t)t * j->tile;
		int units = least(j->p.units - first, j->tile), pixels = units * j->p.unit;
		const void *a = patches_gather(&j->p, room + packed, first, units);

		gemm_pack_rows(room, j->e, a, j->p.ld, 0, pixels, pixels, depth);
		for (o = 0; o < cout; o += rows) {
			rows = least((size_t)(cout - o), high);
			gather_gradients(room + gathered, j, o, rows, first * j->p.unit, pixels);
			gemm_outer(sums + (size_t)o * depth, depth, j->e, room + gathered, rows, room, rows, depth, pixels, t != i);
		}
	}
}

static void
by_parts(struct job *j, float *dw, size_t size)
{
	j->tile = units_of(&j->p, TILE_BYTES, j->e == ELEM_BF16 ? DEEP_PIXELS : TILE_PIXELS);
	j->tiles = pieces(j->p.units, j->tile);
	j->parts = j->tiles < MAX_PARTIALS ? j->tiles : MAX_PARTIALS;
	j->sums = par_scratch(PAR_CALLER, size * (size_t)j->parts * sizeof(float));
	par_for(j->parts, sum_part, j);
	conv_weights_add(dw, j->sums, j->parts, j->p.c);
}

/* --- blocks of the gradient --- */

static int
row_blocks(const struct job *j)
{
	return pieces((size_t)j->p.c->cout, BLOCK_ROWS);
}

static int
column_blocks(const struct job *j)
{
	return pieces((size_t)j->p.depth, j->columns);
}

static int
columns(const struct job *j, int block)
{
	return least((size_t)(j->p.depth - block * j->columns), j->columns);
}

static int
slab_pixels(const struct job *j, int slab)
{
	return least((size_t)(j->units - slab * j->slab), j->slab) * j->p.unit;
}

/* All blocks of a slab take as much as the largest. */
static size_t
block_bytes(const struct job *j)
{
	return gemm_packed_size(j->e, j->slab * j->p.unit, j->columns);
}

static void *
packed_block(const struct job *j, int slab, int block)
{
	return (char *)j->packed + ((size_t)slab * column_blocks(j) + block) * block_bytes(j);
}

/* Gathers some patches of a slab and packs their columns for each of the blocks. */
static void
pack_some(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int each = pieces((size_t)j->slab, j->gathered), slab = i / each, from = i % each * j->gathered, b;
	int pixels = slab_pixels(j, slab), units = least((size_t)(pixels / j->p.unit), from + j->gathered) - from;
	size_t first = j->first + (size_t)slab * j->slab + (size_t)from;
	const void *a;

	if (units <= 0)
		return;
	a = patches_gather(&j->p, par_scratch(worker, patches_bytes(&j->p, j->gathered)), first, units);
	for (b = 0; b < column_blocks(j); b++)
		gemm_pack_rows(packed_block(j, slab, b), j->e, elem_at(a, (size_t)b * j->columns, j->e), j->p.ld,
		               from * j->p.unit, units * j->p.unit, pixels, columns(j, b));
}

/* Adds to one block what the packed patches give. */
static void
sum_block(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int o = i % row_blocks(j) * BLOCK_ROWS, rows = least((size_t)(j->p.c->cout - o), BLOCK_ROWS);
	int block = i / row_blocks(j), at = block * j->columns, slab;
	void *dy = par_scratch(worker, (size_t)j->slab * j->p.unit * rows * elem_size(j->e));
	float *sums = j->sums + (size_t)o * j->p.depth + at;

	for (slab = 0; slab * j->slab < j->units; slab++) {
		size_t first = (j->first + (size_t)slab * j->slab) * j->p.unit;
		int pixels = slab_pixels(j, slab);

		gather_gradients(dy, j, o, rows, first, pixels);
		gemm_outer(sums, j->p.depth, j->e, dy, rows, packed_block(j, slab, block), rows, columns(j, block), pixels,
		           first > 0);
	}
}

static int
common_factor(int a, int b)
{
	return b ? common_factor(b, a % b) : a;
}

/* Fewer columns rather than too few blocks for all threads; slabs of nearly the same size. */
static void
cut(struct job *j)
{
	int slabs, shared;

	j->columns = BLOCK_COLUMNS;
	while (j->columns > BLOCK_COLUMNS / 4 && row_blocks(j) * column_blocks(j) < WEIGHT_PIECES)
		j->columns /= 2;
	slabs = pieces(j->p.units, least(j->p.units, SLAB_PIXELS / j->p.unit > 1 ? SLAB_PIXELS / j->p.unit : 1));
	j->slab = pieces(j->p.units, slabs);
	shared = (int)(SHARED_BYTES / (block_bytes(j) * (size_t)column_blocks(j)));
	j->units = least(j->p.units, j->slab * (shared > 1 ? shared : 1));
	j->gathered = units_of(&j->p, GATHER_BYTES, j->p.unit * (PACKED_ROWS / common_factor(j->p.unit, PACKED_ROWS)));
}

static void
by_blocks(struct job *j, float *dw, size_t size)
{
	size_t packed;
	char *room;

	cut(j);
	packed = block_bytes(j) * (size_t)column_blocks(j) * (size_t)pieces((size_t)j->units, j->slab);
	room = par_scratch(PAR_CALLER, packed + size * sizeof(float));
	j->packed = room;
	j->sums = (float *)(room + packed);
	for (; j->first < j->p.units; j->first += (size_t)j->units) {
		j->units = least(j->p.units - j->first, j->units);
		par_for(pieces((size_t)j->units, j->slab) * pieces((size_t)j->slab, j->gathered), pack_some, j);
		par_for(row_blocks(j) * column_blocks(j), sum_block, j);
	}
	conv_weights_add(dw, j->sums, 1, j->p.c);
}

void
conv_direct_backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n)
{
	struct job j = { .p = patches_of(c, x, n), .e = c->arithmetic, .out = c->out, .dy = dy };
	size_t size = (size_t)c->cout * j.p.depth;

	if (size <= SMALL)
		by_parts(&j, dw, size);
	else
		by_blocks(&j, dw, size);
}
