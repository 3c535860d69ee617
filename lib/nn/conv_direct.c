#include "nn/conv_direct.h"

#include <string.h>

#include "base/kernel.h"
#include "base/par.h"
#include "nn/gemm.h"

#define TILE_PIXELS 112           /* a tile's product: this many rows, a multiple of what registers hold */
#define TILE_FLOATS (64 * 1024)   /* of patches, where there are few channels */
#define MIN_TILES 16              /* smaller tiles rather than fewer, so that there is work for all threads */
#define PARTIAL_FLOATS (2 << 20)  /* memory for partial sums of a weight gradient */
#define MAX_PARTIALS 8
#define WEIGHT_PIECES 8

/* --- tiles and patches --- */

struct job {
	const struct conv *c;
	const struct operand *x;
	float *out, *partial;
	const float *dy, *packed;
	int n, add;
	int flat;            /* patches are the image's pixels */
	int pixels, tiles;   /* flat: pixels of a tile, tiles in all */
	int rows, per_image; /* not flat: output rows of a tile, tiles of an image */
	int parts, groups;
};

static int
depth(const struct conv *c)
{
	return c->cin * c->k * c->k;
}

static void
flat_tiles(struct job *j, size_t all)
{
	size_t pixels = TILE_FLOATS / (size_t)j->c->cin / TILE_PIXELS * TILE_PIXELS;

	if (pixels < TILE_PIXELS)
		pixels = TILE_PIXELS;
	while (pixels > TILE_PIXELS / 4 && all / pixels < MIN_TILES)
		pixels /= 2;
	j->pixels = (int)pixels;
	j->tiles = (int)((all + pixels - 1) / pixels);
}

static struct job
job_start(const struct conv *c, const struct operand *x, int n)
{
	struct job j = { .c = c, .x = x, .n = n, .flat = c->k == 1 && c->stride == 1 && c->pad == 0 };

	if (j.flat) {
		flat_tiles(&j, (size_t)n * c->oh * c->ow);
		return j;
	}
	j.rows = TILE_PIXELS / c->ow > 1 ? TILE_PIXELS / c->ow : 1;
	if (j.rows > c->oh)
		j.rows = c->oh;
	j.per_image = (c->oh + j.rows - 1) / j.rows;
	j.pixels = j.rows * c->ow;
	j.tiles = n * j.per_image;
	return j;
}

/* Output pixels of tile t, counted through all images. */
static int
tile_range(const struct job *j, int t, size_t *first)
{
	const struct conv *c = j->c;
	size_t all = (size_t)j->n * c->oh * c->ow;
	int row = t % (j->per_image ? j->per_image : 1) * j->rows;

	if (j->flat) {
		*first = (size_t)t * j->pixels;
		return all - *first < (size_t)j->pixels ? (int)(all - *first) : j->pixels;
	}
	*first = ((size_t)(t / j->per_image) * c->oh + row) * c->ow;
	return (c->oh - row < j->rows ? c->oh - row : j->rows) * c->ow;
}

/* The patches of one output row: kernel row p of each is a run of k*cin values of an input row with its padding. */
static void
row_patches(float *a, float *line, const struct operand *x, const struct conv *c, int image, int i)
{
	int run = c->k * c->cin, d = depth(c), count = (c->ow - 1) * c->stride + c->k, p, j;

	for (p = 0; p < c->k; p++, a += run) {
		operand_row(line, c->cin, x, image, i * c->stride + p - c->pad, -c->pad, count);
		for (j = 0; j < c->ow; j++)
			memcpy(a + (size_t)j * d, line + (size_t)j * c->stride * c->cin, (size_t)run * sizeof *a);
	}
}

/* Patches of tile t, [pixels][depth]: gathered into `a`, or where they lie. */
static const float *
patches(const struct job *j, float *a, int t)
{
	const struct conv *c = j->c;
	size_t first;
	int pixels = tile_range(j, t, &first), i;
	float *line = a + (size_t)j->pixels * depth(c);

	if (j->flat) {
		if (operand_stored(j->x))
			return operand_stored(j->x) + first * c->cin;
		operand_pixels(a, j->x, first, pixels);
		return a;
	}
	for (i = 0; i < pixels / c->ow; i++)
		row_patches(a + (size_t)i * c->ow * depth(c), line, j->x, c, t / j->per_image,
		            t % j->per_image * j->rows + i);
	return a;
}

/* Floats for patches(), a multiple of 16 */
static size_t
patch_floats(const struct job *j)
{
	const struct conv *c = j->c;
	size_t line = j->flat ? 0 : ((size_t)(c->ow - 1) * c->stride + c->k) * c->cin;

	return ((size_t)j->pixels * depth(c) + line + 15) & ~(size_t)15;
}

/* --- weights: the kernel's rows and columns before the channels, as in a patch --- */

struct reorder {
	float *to;
	const float *from;
	int inner, area, turn;
	size_t outer_step, area_step;
};

/* to[i*outer_step + k*area_step + o] = from[i][o][k], with `turn` the last k first */
static void
reorder_one(void *ctx, int i, int worker)
{
	const struct reorder *r = ctx;
	const float *from = r->from + (size_t)i * r->inner * r->area;
	int k, o;

	for (k = 0; k < r->area; k++) {
		float *to = r->to + i * r->outer_step + (size_t)(r->turn ? r->area - 1 - k : k) * r->area_step;

		for (o = 0; o < r->inner; o++)
			to[o] = from[(size_t)o * r->area + k];
	}
}

/* w[cout][cin,k,k] as [cout][k,k,cin]; itself if k is 1, else in `room` */
static const float *
kernel_first(float *room, const float *w, const struct conv *c)
{
	int area = c->k * c->k;
	struct reorder r = { .to = room, .from = w, .inner = c->cin, .area = area,
	                     .outer_step = (size_t)depth(c), .area_step = (size_t)c->cin };

	if (area == 1)
		return w;
	par_for(c->cout, reorder_one, &r);
	return room;
}

/* Room for a packed k x n matrix in the caller's scratch, and after it for the matrix itself. */
static float *
packed_room(float **plain, int k, int n)
{
	size_t packed = (gemm_packed_size(k, n) + 15) & ~(size_t)15;
	float *room = par_scratch(PAR_CALLER, (packed + (size_t)k * n) * sizeof *room);

	*plain = room + packed;
	return room;
}

/* --- forward --- */

static void
forward_tile(void *ctx, int t, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	const float *a = patches(j, par_scratch(worker, patch_floats(j) * sizeof *a), t);
	size_t first;
	int pixels = tile_range(j, t, &first);

	gemm_packed(j->out + first * c->cout, c->cout, a, depth(c), j->packed, pixels, c->cout, depth(c), j->add);
}

static void
forward(float *y, const struct operand *x, const float *packed, const struct conv *c, int n, int add)
{
	struct job j = job_start(c, x, n);

	j.out = y;
	j.packed = packed;
	j.add = add;
	par_for(j.tiles, forward_tile, &j);
}

void
conv_direct_forward(float *y, const struct operand *x, const float *w, const struct conv *c, int n, int add)
{
	float *plain, *packed = packed_room(&plain, depth(c), c->cout);

	gemm_pack(packed, kernel_first(plain, w, c), 1, (size_t)depth(c), depth(c), c->cout);
	forward(y, x, packed, c, n, add);
}

/* --- gradient with respect to the data --- */

/* With stride 1 it is itself a convolution, of dy with the weights turned by 180 degrees and their channels exchanged. */
static void
backward_data_gather(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add)
{
	int area = c->k * c->k, d = c->cout * area;
	float *turned, *packed = packed_room(&turned, d, c->cin);
	struct reorder r = { .to = turned, .from = w, .inner = c->cin, .area = area, .turn = 1,
	                     .outer_step = (size_t)c->cin, .area_step = (size_t)c->cout * c->cin };
	struct operand x = operand_plain(dy, c->cout, c->oh, c->ow);
	struct conv back;

	if (area > 1)
		par_for(c->cout, reorder_one, &r);
	gemm_pack(packed, area > 1 ? turned : w, (size_t)c->cin, 1, d, c->cin);
	conv_init(&back, c->cout, c->cin, c->k, 1, c->k - 1 - c->pad, c->oh, c->ow);
	forward(dx, &x, packed, &back, n, add);
}

static void
add_run(float *restrict to, const float *restrict from, int n)
{
	int i;

	for (i = 0; i < n; i++)
		to[i] += from[i];
}

/* The adjoint of row_patches: adds the patches of output row i back to where they came from in dx. */
static void
scatter_row(float *dx, const float *a, const struct conv *c, int i)
{
	int run = c->k * c->cin, p, j;

	for (j = 0; j < c->ow; j++)
		for (p = 0; p < c->k; p++, a += run) {
			int row = i * c->stride + p - c->pad, col = j * c->stride - c->pad;
			int from = col < 0 ? -col : 0, to = col + c->k > c->w ? c->w - col : c->k;

			if (row >= 0 && row < c->h && from < to)
				add_run(dx + ((size_t)row * c->w + col + from) * c->cin, a + from * c->cin,
				        (to - from) * c->cin);
		}
}

/* Patches of one image overlap in dx, so an image is one piece of work. */
static void
scatter_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	size_t size = (size_t)c->h * c->w * c->cin, d = (size_t)depth(c);
	float *dx = j->out + s * size, *a = par_scratch(worker, patch_floats(j) * sizeof *a);
	int row, i;

	if (!j->add)
		memset(dx, 0, size * sizeof *dx);
	for (row = 0; row < c->oh; row += j->rows) {
		int rows = c->oh - row < j->rows ? c->oh - row : j->rows;
		const float *dy = j->dy + ((size_t)s * c->oh + row) * c->ow * c->cout;

		gemm_packed(a, (int)d, dy, c->cout, j->packed, rows * c->ow, (int)d, c->cout, 0);
		for (i = 0; i < rows; i++)
			scatter_row(dx, a + (size_t)i * c->ow * d, c, row + i);
	}
}

void
conv_direct_backward_data(float *dx, const float *dy, const float *w, const struct conv *c, int n, int add)
{
	float *plain, *packed;
	struct job j;

	if (c->stride == 1) {
		backward_data_gather(dx, dy, w, c, n, add);
		return;
	}
	packed = packed_room(&plain, c->cout, depth(c));
	gemm_pack(packed, kernel_first(plain, w, c), (size_t)depth(c), 1, c->cout, depth(c));
	j = job_start(c, NULL, n);
	j.out = dx;
	j.dy = dy;
	j.packed = packed;
	j.add = add;
	par_for(n, scatter_image, &j);
}

/* --- gradient with respect to the weights --- */

/* Piece i is part i % parts of the tiles (t = part, part + parts, ...) and a group of output channels: as many parts as
 * there is room for sums, and groups to make enough pieces; fixed whatever the threads. */
static void
weights_piece(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	int part = i % j->parts, group = (c->cout + j->groups - 1) / j->groups, o = i / j->parts * group, t;
	int outs = c->cout - o < group ? c->cout - o : group;
	size_t packed = (gemm_packed_size(j->pixels, depth(c)) + 15) & ~(size_t)15;
	float *room = par_scratch(worker, (packed + patch_floats(j)) * sizeof *room);
	float *dw = j->partial + ((size_t)part * c->cout + o) * depth(c);

	for (t = part; outs > 0 && t < j->tiles; t += j->parts) {
		const float *a = patches(j, room + packed, t);
		size_t first;
		int pixels = tile_range(j, t, &first);

		gemm_pack(room, a, (size_t)depth(c), 1, pixels, depth(c));
		gemm_outer(dw, depth(c), j->dy + first * c->cout + o, c->cout, room, outs, depth(c), pixels, t != part);
	}
}

/* Adds the partial sums, [cout][k,k,cin] each, to dw[cout][cin,k,k]. */
static void
sum_channel(void *ctx, int o, int worker)
{
	const struct job *j = ctx;
	int cin = j->c->cin, area = j->c->k * j->c->k, d = depth(j->c), i, k, ch;
	float *dw = j->out + (size_t)o * d;

	for (i = 0; i < j->parts; i++) {
		const float *p = j->partial + ((size_t)i * j->c->cout + o) * d;

		if (area == 1)
			add_run(dw, p, d);
		else
			for (k = 0; k < area; k++)
				for (ch = 0; ch < cin; ch++)
					dw[(size_t)ch * area + k] += p[(size_t)k * cin + ch];
	}
}

void
conv_direct_backward_weights(float *dw, const float *dy, const struct operand *x, const struct conv *c, int n)
{
	struct job j = job_start(c, x, n);
	size_t size = (size_t)c->cout * depth(c);

	j.out = dw;
	j.dy = dy;
	j.parts = (int)(PARTIAL_FLOATS / size);
	j.parts = j.parts < 1 ? 1 : j.parts > MAX_PARTIALS ? MAX_PARTIALS : j.parts;
	if (j.parts > j.tiles)
		j.parts = j.tiles;
	j.groups = (WEIGHT_PIECES + j.parts - 1) / j.parts;
	j.partial = par_scratch(PAR_CALLER, size * (size_t)j.parts * sizeof(float));
	par_for(j.parts * j.groups, weights_piece, &j);
	par_for(c->cout, sum_channel, &j);
}
