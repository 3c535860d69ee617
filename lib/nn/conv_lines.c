#include "nn/conv_lines.h"

#include <string.h>

#include "base/kernel.h"
#include "base/par.h"
#include "cpu/product_bf16.h"
#include "nn/conv_weights.h"
#include "nn/moments.h"

#define LINE_BYTES (384 * 1024)   /* of a tile: it should stay in the second-level cache, with the weights */
#define MIN_LINE 128              /* pixels of a tile, which all weights are read for */
#define MIN_TILES 8               /* smaller tiles rather than fewer, so that there is work for all threads */
#define SUMS_BYTES (1024 * 1024)  /* of a tile for a weight gradient */
#define MIN_SUMS 512              /* its pixels, so that adding its part to the sums costs little */

/* Rows are counted through all images, a zero row after each. Tile t is rows t*rows .. t*rows + rows - 1. */
struct job {
	const struct conv *c;
	const struct operand *x, *dy;
	void *out;
	enum elem stored;    /* of out */
	int add;
	const uint16_t *packed;
	int n, pitch, all; /* images; pixels from one row to the next, even; rows */
	int rows, tiles;
	double *moments;     /* [tiles][2][cout] of out, or NULL */
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

static struct job
job_start(const struct conv *c, int n, size_t pixels)
{
	struct job j = { .c = c, .n = n, .pitch = (c->w + 2) & ~1, .all = n * (c->h + 1) - 1 };

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

KERNEL static void
add_row(void *y, size_t at, const float *sums, int n, enum elem stored)
{
	elem_write(y, at, sums, n, 1, stored);
}

/* Tile t's rows of x and one more on each side, a zero pixel before and zeros behind them: `values` in all */
static void
put_tile(uint16_t *line, const struct job *j, int t, size_t values)
{
	size_t cin = (size_t)j->x->c;
	int rows = tile_rows(j, t) + 2;
	size_t there = (1 + (size_t)rows * j->pitch) * cin;

	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a room without memory is only measured */
	memset(line, 0, cin * sizeof *line);
	put_line(line + cin, j, j->x, t * j->rows - 1, rows);
	memset(line + there, 0, (values - there) * sizeof *line);
}

/* --- forward --- */

/* Values of a kernel's row, as the products want them */
static int
segment(const struct conv *c)
{
	return whole_steps(3 * c->cin);
}

struct pack {
	uint16_t *packed;
	const float *w;
	const struct conv *c;
	size_t rs, cs;
};

/* The weights of up to BF16_NR output channels: three kernel rows, each padded with zeros */
static void
pack_panel(void *ctx, int i, int worker)
{
	const struct pack *p = ctx;
	int first = i * BF16_NR, n = (int)least(BF16_NR, (size_t)(p->c->cout - first)), row = 3 * p->c->cin, s;
	size_t step = (size_t)segment(p->c) * BF16_NR;

	for (s = 0; s < 3; s++)
		product_bf16_pack(p->packed + (3 * (size_t)i + (size_t)s) * step,
		                  p->w + (size_t)s * row * p->rs + (size_t)first * p->cs, p->rs, p->cs, row, n);
}

static size_t
line_values(const struct job *j)
{
	return ((size_t)(j->rows + 2) * j->pitch + 1) * j->c->cin + segment(j->c);
}

/* Those of a row of the output, added to tile t's */
static void
row_moments(const struct job *j, int t, size_t at)
{
	const struct conv *c = j->c;
	struct moments_area a = { .x = elem_at(j->out, at, j->stored), .elem = j->stored, .rows = 1, .pixels = c->w,
	                          .c = c->cout, .pixel = (size_t)c->cout };
	double *part = j->moments + 2 * (size_t)t * (size_t)c->cout;

	moments_add(part, part + c->cout, &a);
}

/* Sums of tile t, [rows*pitch][cout], to where they belong, without those at zero pixels */
static void
keep_rows(const struct job *j, int t, const void *sums)
{
	const struct conv *c = j->c;
	size_t row = (size_t)c->w * c->cout;
	int r, i, period = c->h + 1, rows = tile_rows(j, t);

	if (j->moments)
		memset(j->moments + 2 * (size_t)t * (size_t)c->cout, 0, 2 * (size_t)c->cout * sizeof *j->moments);

	for (i = 0; i < rows; i++) {
		size_t at = (size_t)i * j->pitch * c->cout, to;

		r = t * j->rows + i;
		to = ((size_t)(r / period) * c->h + r % period) * row;
		if (r % period == c->h)
			continue;
		if (j->add)
			add_row(j->out, to, (const float *)sums + at, (int)row, j->stored);
		else
			memcpy(elem_at(j->out, to, j->stored), elem_at(sums, at, j->stored), row * elem_size(j->stored));
		if (j->moments)
			row_moments(j, t, to);
	}
}

static void
forward_tile(void *ctx, int t, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	int pixels = tile_rows(j, t) * j->pitch, deep = segment(c);
	size_t values = line_values(j), line = (values * sizeof(uint16_t) + 63) & ~(size_t)63;
	char *room = par_scratch(worker, line + (size_t)j->rows * j->pitch * c->cout * sizeof(float));
	struct bf16_product p = { .c = room + line, .ldc = c->cout, .a = (uint16_t *)room, .lda = c->cin, .segments = 3,
	                          .segment_step = (ptrdiff_t)j->pitch * c->cin, .panels = j->packed,
	                          .panel_step = (size_t)3 * deep * BF16_NR, .m = pixels, .n = c->cout, .k = deep };

	p.out = j->stored == ELEM_BF16 && !j->add ? BF16_ROUND : BF16_WRITE;
	put_tile((uint16_t *)room, j, t, values);
	product_bf16_compute(&p);
	keep_rows(j, t, room + line);
}

static struct job
forward_job(const struct operand *x, const struct conv *c, int n)
{
	size_t bytes = 2 * (size_t)c->cin + 4 * (size_t)c->cout, pixels = LINE_BYTES / bytes;
	size_t share = (size_t)n * (c->h + 1) * (c->w + 1) / MIN_TILES;
	struct job j;

	pixels = least(pixels, share);
	j = job_start(c, n, pixels < MIN_LINE ? MIN_LINE : pixels);
	j.x = x;
	return j;
}

/* Weight (s,q,ch) of output o at w + ((3s + q)*cin + ch)*rs + o*cs */
static void
forward(struct job *j, struct pack *pack)
{
	const struct conv *c = j->c;

	j->packed = pack->packed;
	pack->c = c;
	par_for((c->cout + BF16_NR - 1) / BF16_NR, pack_panel, pack);
	par_for(j->tiles, forward_tile, j);
}

/* Room in the caller's scratch for the packed weights of c, after them for `more` doubles and for a copy of the weights */
static struct pack
pack_room(const struct conv *c, double **doubles, size_t more)
{
	size_t packed = (size_t)(c->cout + BF16_NR - 1) / BF16_NR * BF16_NR * 3 * segment(c) * sizeof(uint16_t);
	char *room = par_scratch(PAR_CALLER, packed + more * sizeof(double) + (size_t)9 * c->cin * c->cout * sizeof(float));

	*doubles = (double *)(room + packed);
	return (struct pack){ .packed = (uint16_t *)room, .w = (float *)(*doubles + more) };
}

void
conv_lines_forward(void *y, double *moments, const struct operand *x, const float *w, const struct conv *c, int n)
{
	struct job j = forward_job(x, c, n);
	double *parts;
	struct pack p = pack_room(c, &parts, moments ? 2 * (size_t)j.tiles * (size_t)c->cout : 0);

	p.w = conv_weights_kernel_first((float *)p.w, w, c);
	p.rs = 1;
	p.cs = (size_t)9 * c->cin;
	j.out = y;
	j.stored = c->out;
	j.moments = moments ? parts : NULL;
	forward(&j, &p);
	if (moments)
		moments_total(moments, parts, j.tiles, c->cout);
}

/* It is itself a convolution, of dy with the weights turned by 180 degrees and their channels exchanged. */
void
conv_lines_backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add)
{
	struct operand x = operand_plain(dy, c->out, c->cout, c->oh, c->ow);
	struct conv back;
	struct pack p;
	struct job j;
	double *none;

	conv_init(&back, c->cout, c->cin, 3, 1, 1, c->h, c->w);
	p = pack_room(&back, &none, 0);
	p.w = conv_weights_turned((float *)p.w, w, c);
	p.rs = (size_t)c->cin;
	p.cs = 1;
	j = forward_job(&x, &back, n);
	j.out = dx;
	j.stored = c->in;
	j.add = add;
	forward(&j, &p);
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

/* The panels of tile t: row i is the three pixels from i on, columns from..from+n-1 of their 3*cin values. */
static void
pack_tile(const struct room *r, const struct job *j, int t, int high, int from, int n)
{
	put_tile(r->line, j, t, (size_t)(high + 2) * j->c->cin);
	product_bf16_pack_rows(r->panels, r->line + from, j->c->cin, high, n);
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

/* Piece i is part i % parts of the tiles (t = part, part + parts, ...) and some of the columns: as many parts as there
 * is room for sums, and columns few enough to make enough pieces; fixed whatever the threads. */
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

/* What a pixel of a tile takes. Panels are as wide as columns; turned and plain gradients and the line besides. */
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
	size_t pixels;
	struct job j;

	parts = parts < 1 ? 1 : least(parts, MAX_PARTIALS);
	pixels = SUMS_BYTES / weights_bytes(c, columns_of(all, (int)parts));
	j = job_start(c, n, pixels < MIN_SUMS ? MIN_SUMS : pixels);
	j.x = x;
	j.dy = &gradient;
	j.parts = (int)least(parts, (size_t)j.tiles);
	j.columns = columns_of(all, j.parts);
	j.partial = par_scratch(PAR_CALLER, size * (size_t)j.parts * sizeof(float));
	par_for(j.parts * ((all + j.columns - 1) / j.columns), weights_piece, &j);
	conv_weights_add(dw, j.partial, j.parts, c);
}
