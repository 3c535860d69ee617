#include "nn/conv_lines.h"

#include <string.h>

#include "base/par.h"
#include "cpu/product_bf16.h"
#include "nn/conv_weights.h"

#define TILE_BYTES (1024 * 1024)  /* of a tile: it should stay in the second-level cache */
#define MIN_PIXELS 512            /* of a tile, so that adding a tile's part to the weights' sums costs little */
#define PARTIAL_FLOATS (2 << 20)  /* memory for partial sums of a weight gradient */
#define MAX_PARTIALS 8
#define WEIGHT_PIECES 8

/* Rows are counted through all images, a zero row after each. Tile t is rows t*rows .. t*rows + rows - 1. */
struct job {
	const struct conv *c;
	const struct operand *x, *dy;
	int n, pitch, all; /* images; pixels from one row to the next, even; rows */
	int rows, tiles;
	float *partial;
	int parts, columns; /* pieces of a weight gradient: parts of the tiles, columns of the sums */
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int
whole_steps(int n)
{
	return (n + BF16_K - 1) / BF16_K * BF16_K;
}

int
conv_lines_can(const struct conv *c)
{
	return c->arithmetic == ELEM_BF16 && c->k == 3 && c->stride == 1 && c->pad == 1;
}

/* Tiles of which a pixel takes `bytes` */
static struct job
job_start(const struct conv *c, int n, size_t bytes)
{
	struct job j = { .c = c, .n = n, .pitch = (c->w + 2) & ~1, .all = n * (c->h + 1) - 1 };
	size_t pixels = TILE_BYTES / bytes;

	pixels = pixels < MIN_PIXELS ? MIN_PIXELS : pixels;
	j.rows = (int)least((pixels + (size_t)j.pitch / 2) / (size_t)j.pitch, (size_t)j.all);
	j.rows = j.rows < 1 ? 1 : j.rows;
	j.tiles = (j.all + j.rows - 1) / j.rows;
	return j;
}

/* Rows first, first + 1, ... of x as one line, to[count * pitch][channels] */
static void
put_line(uint16_t *to, const struct job *j, const struct operand *x, int first, int count)
{
	size_t row = (size_t)j->pitch * x->c;
	int r, period = x->h + 1;

	for (r = first; r < first + count; r++, to += row)
		if (r < 0 || r >= j->all)
			memset(to, 0, row * sizeof *to);
		else
			operand_row(to, ELEM_BF16, x->c, x, r / period, r % period, 0, j->pitch);
}

static int
tile_rows(const struct job *j, int t)
{
	return (int)least((size_t)j->rows, (size_t)(j->all - t * j->rows));
}

/* --- gradient with respect to the weights --- */

/* What a piece of work needs for a tile of `pixels`, one after the other in its scratch */
struct room {
	uint16_t *panels, *turned, *line, *dy;
	size_t bytes;
};

static uint16_t *
part_of(char *base, size_t *at, size_t values)
{
	uint16_t *p = base ? (uint16_t *)(base + *at) : NULL;

	*at += (values * sizeof *p + 63) & ~(size_t)63;
	return p;
}

static struct room
weights_room(const struct job *j, char *base)
{
	int pixels = j->rows * j->pitch, deep = whole_steps(pixels), high = 2 * j->pitch + deep;
	struct room r;

	r.bytes = 0;
	r.panels = part_of(base, &r.bytes, product_bf16_panels(high, j->columns));
	r.turned = part_of(base, &r.bytes, (size_t)deep * j->c->cout);
	r.line = part_of(base, &r.bytes, (size_t)(high + 2) * j->c->cin);
	r.dy = part_of(base, &r.bytes, (size_t)pixels * j->c->cout);
	return r;
}

/* The panels of tile t: row i is the three pixels from i on, columns from..from+n-1 of their 3*cin values. Before the
 * first row a zero pixel, behind the last ones zeros as deep as products read. */
static void
pack_tile(const struct room *r, const struct job *j, int t, int high, int from, int n)
{
	int cin = j->c->cin, rows = tile_rows(j, t), there = 1 + (rows + 2) * j->pitch;

	memset(r->line, 0, (size_t)cin * sizeof *r->line);
	put_line(r->line + cin, j, j->x, t * j->rows - 1, rows + 2);
	memset(r->line + (size_t)there * cin, 0, (size_t)(high + 2 - there) * cin * sizeof *r->line);
	product_bf16_pack_rows(r->panels, r->line + from, cin, high, n);
}

/* sums[cout][3,3*cin] (+)= those of tile t: the kernel's row q sees the panels q*pitch pixels further on. */
static void
add_tile(float *sums, const struct room *r, const struct job *j, int t, int from, int n, int add)
{
	const struct conv *c = j->c;
	int rows = tile_rows(j, t), pixels = rows * j->pitch, deep = whole_steps(pixels), high = 2 * j->pitch + deep, q;
	struct bf16_product p = { .ldc = 9 * c->cin, .out = add ? BF16_ADD : BF16_WRITE, .a = r->turned, .lda = deep,
	                          .segments = 1, .panel_step = product_bf16_panels(high, 1), .m = c->cout, .n = n,
	                          .k = deep };

	pack_tile(r, j, t, high, from, n);
	put_line(r->dy, j, j->dy, t * j->rows, rows);
	product_bf16_turn(r->turned, deep, r->dy, c->cout, c->cout, pixels);
	for (q = 0; q < 3; q++) {
		p.c = sums + (size_t)q * 3 * c->cin + from;
		p.panels = r->panels + (size_t)q * j->pitch * BF16_NR;
		product_bf16_compute(&p);
	}
}

/* Piece i is part i % parts of the tiles (t = part, part + parts, ...) and some of the columns: as many parts as there is
 * room for sums, and columns few enough to make enough pieces; fixed whatever the threads. */
static void
weights_piece(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int part = i % j->parts, from = i / j->parts * j->columns, n = 3 * j->c->cin - from, t;
	struct room r = weights_room(j, par_scratch(worker, weights_room(j, NULL).bytes));

	if (n > j->columns)
		n = j->columns;
	for (t = part; t < j->tiles; t += j->parts)
		add_tile(j->partial + (size_t)part * j->c->cout * 9 * j->c->cin, &r, j, t, from, n, t != part);
}

/* Panels are as wide as columns; turned and plain gradients and the line besides. */
static size_t
weights_bytes(const struct conv *c, int columns)
{
	return 2 * (2 * (size_t)c->cout + (size_t)c->cin + (size_t)columns);
}

/* Columns of a piece, whole panels */
static int
columns_of(int all, int parts)
{
	int groups = (WEIGHT_PIECES + parts - 1) / parts;

	return ((all + groups - 1) / groups + BF16_NR - 1) / BF16_NR * BF16_NR;
}

void
conv_lines_backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n)
{
	size_t size = (size_t)c->cout * 9 * c->cin, parts = PARTIAL_FLOATS / size;
	struct operand gradient = operand_plain(dy, c->out, c->cout, c->oh, c->ow);
	int all = 3 * c->cin;
	struct job j;

	parts = parts < 1 ? 1 : least(parts, MAX_PARTIALS);
	j = job_start(c, n, weights_bytes(c, columns_of(all, (int)parts)));
	j.x = x;
	j.dy = &gradient;
	j.parts = (int)least(parts, (size_t)j.tiles);
	j.columns = columns_of(all, j.parts);
	j.partial = par_scratch(PAR_CALLER, size * (size_t)j.parts * sizeof(float));
	par_for(j.parts * ((all + j.columns - 1) / j.columns), weights_piece, &j);
	conv_weights_add(dw, j.partial, j.parts, c);
}
