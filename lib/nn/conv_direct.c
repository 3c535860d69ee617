#include "nn/conv_direct.h"

#include <string.h>

#include "base/kernel.h"
#include "base/par.h"
#include "nn/conv_weights.h"
#include "nn/gemm.h"

#define TILE_PIXELS 112           /* a tile's product: this many rows, a multiple of what registers hold */
#define DEEP_PIXELS 448           /* for weight gradients, whose products sum over them, in bfloat16 */
#define TILE_BYTES (256 * 1024)   /* or more, where patches are small: so much of them */
#define MIN_TILES 16              /* smaller tiles rather than fewer, so that there is work for all threads */

/* --- tiles and patches --- */

struct job {
	const struct conv *c;
	const struct operand *x;
	enum elem e;         /* of patches and products: the convolution's arithmetic */
	enum elem stored;    /* of out */
	void *out;
	float *partial;
	const void *dy, *packed;
	int n, add;
	int flat;            /* patches are the image's pixels */
	int ld;              /* values from one patch to the next */
	int pixels, tiles;   /* of a tile; in all */
	int rows;            /* not flat: output rows of a tile, counted through all images */
	int parts, groups;
};

static int
depth(const struct conv *c)
{
	return c->cin * c->k * c->k;
}

/* bfloat16 is multiplied fastest from rows that are whole multiples of 64 bytes: zeros fill them. */
static int
row_length(const struct job *j, int n)
{
	return j->e == ELEM_BF16 ? (n + 31) & ~31 : n;
}

/* So many of `all` pixels, or rows of several pixels, make a tile: `least` or more, but fewer rather than too few tiles
 * for all threads. Weight gradients need no tiles for that, but deep ones. */
static int
tile_size(const struct job *j, size_t all, int width, int least, int min_tiles)
{
	size_t size = TILE_BYTES / elem_size(j->e) / (size_t)j->ld / (size_t)width;

	least = least / width > 1 ? least / width : 1;
	size = size < (size_t)least ? (size_t)least : size / (size_t)least * (size_t)least;
	while (size > 1 && size * (size_t)width > TILE_PIXELS / 4 && all / size < (size_t)min_tiles)
		size /= 2;
	return (int)(size < all ? size : all);
}

static struct job
job_start(const struct conv *c, const struct operand *x, int n, int least, int min_tiles)
{
	struct job j = { .c = c, .x = x, .e = c->arithmetic, .n = n,
	                 .flat = c->k == 1 && c->stride == 1 && c->pad == 0 };
	size_t rows = (size_t)n * c->oh;

	j.ld = row_length(&j, depth(c));
	if (j.flat) {
		j.pixels = tile_size(&j, rows * c->ow, 1, least, min_tiles);
		j.tiles = (int)((rows * c->ow + (size_t)j.pixels - 1) / (size_t)j.pixels);
		return j;
	}
	j.rows = tile_size(&j, rows, c->ow, least, min_tiles);
	j.pixels = j.rows * c->ow;
	j.tiles = (int)((rows + (size_t)j.rows - 1) / (size_t)j.rows);
	return j;
}

/* Output pixels of tile t, counted through all images. */
static int
tile_range(const struct job *j, int t, size_t *first)
{
	size_t all = (size_t)j->n * j->c->oh * j->c->ow;

	*first = (size_t)t * j->pixels;
	return all - *first < (size_t)j->pixels ? (int)(all - *first) : j->pixels;
}

static int
line_pixels(const struct conv *c)
{
	return (c->ow - 1) * c->stride + c->k;
}

/* `count` runs of n bytes, `to_step` and `from_step` apart. Most are short: by a vector or a few, which may overlap. */
KERNEL static void
copy_runs(char *to, size_t to_step, const char *from, size_t from_step, size_t n, int count)
{
	enum { VECTOR = 32 };
	size_t at;

	for (; count; count--, to += to_step, from += from_step)
		if (n < VECTOR || n > 32 * VECTOR) {
			memcpy(to, from, n);
		} else {
			for (at = 0; at + VECTOR < n; at += VECTOR)
				memcpy(to + at, from + at, VECTOR);
			memcpy(to + n - VECTOR, from + n - VECTOR, VECTOR);
		}
}

/* The patches of `rows` output rows from row0 on. Each input row, with its padding, is read once and then copied from:
 * kernel row p of a patch is a run of k*cin of its values. */
static void
row_patches(void *a, void *line, const struct job *j, int image, int row0, int rows)
{
	const struct conv *c = j->c;
	int run = c->k * c->cin, y, i, p;
	size_t size = elem_size(j->e);

	for (y = row0 * c->stride; y < (row0 + rows - 1) * c->stride + c->k; y++) {
		operand_row(line, j->e, c->cin, j->x, image, y - c->pad, -c->pad, line_pixels(c));
		for (p = y % c->stride; p < c->k; p += c->stride) {
			i = (y - p) / c->stride - row0;
			if (i >= 0 && i < rows && y >= p)
				copy_runs(elem_at(a, (size_t)i * c->ow * j->ld + p * run, j->e), (size_t)j->ld * size, line,
				          (size_t)c->stride * c->cin * size, (size_t)run * size, c->ow);
		}
	}
}

/* The same of rows counted through all images: image by image */
static void
image_patches(void *a, void *line, const struct job *j, int row, int rows)
{
	int oh = j->c->oh, n;

	for (; rows; rows -= n, row += n, a = elem_at(a, (size_t)n * j->c->ow * j->ld, j->e)) {
		n = oh - row % oh < rows ? oh - row % oh : rows;
		row_patches(a, line, j, row / oh, row % oh, n);
	}
}

/* Zeros behind each patch */
static void
fill_rows(void *a, const struct job *j, int pixels)
{
	int d = depth(j->c), i;

	for (i = 0; j->ld > d && i < pixels; i++)
		memset(elem_at(a, (size_t)i * j->ld + d, j->e), 0, (size_t)(j->ld - d) * elem_size(j->e));
}

static int
lies_ready(const struct job *j)
{
	return j->flat && operand_stored(j->x, j->e) && j->ld == depth(j->c);
}

/* Patches of tile t, [pixels][ld]: gathered into `a`, or where they lie. */
static const void *
patches(const struct job *j, void *a, int t)
{
	const struct conv *c = j->c;
	size_t first;
	int pixels = tile_range(j, t, &first);

	if (lies_ready(j))
		return elem_at(operand_stored(j->x, j->e), first * c->cin, j->e);
	if (j->flat)
		operand_pixels(a, j->e, j->ld, j->x, first, pixels);
	else
		image_patches(a, elem_at(a, (size_t)j->pixels * j->ld, j->e), j, (int)(first / (size_t)c->ow), pixels / c->ow);
	fill_rows(a, j, pixels);
	return a;
}

/* Room for what patches() gathers, in bytes: a multiple of 64 */
static size_t
patch_bytes(const struct job *j)
{
	size_t line = j->flat ? 0 : (size_t)line_pixels(j->c) * j->c->cin;

	return (((size_t)j->pixels * j->ld + line) * elem_size(j->e) + 63) & ~(size_t)63;
}

/* --- forward --- */

/* Room for a packed k x n matrix in the caller's scratch, and after it for the matrix itself. */
static void *
packed_room(float **plain, enum elem e, int k, int n)
{
	size_t packed = gemm_packed_size(e, k, n);
	char *room = par_scratch(PAR_CALLER, packed + (size_t)k * n * sizeof(float));

	*plain = (float *)(room + packed);
	return room;
}

/* out = A B for a tile, or added to it, however it is stored; `room` for sums that can't be added at once. */
KERNEL static void
multiply(const struct job *j, float *room, const void *a, size_t first, int pixels)
{
	int n = j->c->cout, i;
	size_t at = first * n;

	if (j->stored == ELEM_F32 || !j->add) {
		gemm_packed(elem_at(j->out, at, j->stored), n, j->stored == ELEM_BF16 ? GEMM_ROUND : j->add ? GEMM_ADD : GEMM_WRITE,
		            j->e, a, j->ld, j->packed, pixels, n, j->ld);
		return;
	}
	gemm_packed(room, n, GEMM_WRITE, j->e, a, j->ld, j->packed, pixels, n, j->ld);
	for (i = 0; i < pixels; i++)
		elem_write(j->out, at + (size_t)i * n, room + (size_t)i * n, n, 1, j->stored);
}

static void
forward_tile(void *ctx, int t, int worker)
{
	const struct job *j = ctx;
	size_t bytes = patch_bytes(j), sums = (size_t)j->pixels * j->c->cout * sizeof(float), first;
	char *room = par_scratch(worker, bytes + sums);
	int pixels = tile_range(j, t, &first);

	multiply(j, (float *)(room + bytes), patches(j, room, t), first, pixels);
}

static void
forward(void *y, enum elem stored, const struct operand *x, const void *packed, const struct conv *c, int n, int add)
{
	struct job j = job_start(c, x, n, TILE_PIXELS, MIN_TILES);

	j.out = y;
	j.stored = stored;
	j.packed = packed;
	j.add = add;
	par_for(j.tiles, forward_tile, &j);
}

void
conv_direct_forward(void *y, const struct operand *x, const float *w, const struct conv *c, int n)
{
	float *plain;
	void *packed = packed_room(&plain, c->arithmetic, depth(c), c->cout);

	gemm_pack(packed, c->arithmetic, conv_weights_kernel_first(plain, w, c), 1, (size_t)depth(c), depth(c), c->cout);
	forward(y, c->out, x, packed, c, n, 0);
}

/* --- gradient with respect to the data --- */

/* With stride 1 it is itself a convolution, of dy with the weights turned by 180 degrees and their channels exchanged. */
static void
backward_data_gather(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add)
{
	int d = c->cout * c->k * c->k;
	float *turned;
	void *packed = packed_room(&turned, c->arithmetic, d, c->cin);
	struct operand x = operand_plain(dy, c->out, c->cout, c->oh, c->ow);
	struct conv back;

	gemm_pack(packed, c->arithmetic, conv_weights_turned(turned, w, c), (size_t)c->cin, 1, d, c->cin);
	conv_init(&back, c->cout, c->cin, c->k, 1, c->k - 1 - c->pad, c->oh, c->ow);
	back.arithmetic = c->arithmetic;
	forward(dx, c->in, &x, packed, &back, n, add);
}

/* The adjoint of row_patches: adds the patches of output row i back to where they came from in dx. */
KERNEL_PART void
scatter_row(float *dx, const float *a, const struct conv *c, int i)
{
	int run = c->k * c->cin, p, j;

	for (j = 0; j < c->ow; j++)
		for (p = 0; p < c->k; p++, a += run) {
			int row = i * c->stride + p - c->pad, col = j * c->stride - c->pad;
			int from = col < 0 ? -col : 0, to = col + c->k > c->w ? c->w - col : c->k;

			if (row >= 0 && row < c->h && from < to)
				elem_write(dx, ((size_t)row * c->w + col + from) * c->cin, a + from * c->cin,
				           (to - from) * c->cin, 1, ELEM_F32);
		}
}

/* Patches of one image overlap in dx, so an image is one piece of work; its sums are float, rounded once. */
KERNEL static void
scatter_image(void *ctx, int s, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	size_t size = (size_t)c->h * c->w * c->cin, d = (size_t)depth(c), patch = (size_t)j->pixels * d, at;
	struct operand x = operand_plain(j->dy, c->out, c->cout, c->oh, c->ow);
	int ld = row_length(j, c->cout), row, i;
	float *a = par_scratch(worker, (patch + size) * sizeof *a + (size_t)j->pixels * ld * sizeof *a + 64), *sum = a + patch;
	void *gathered = (void *)(((uintptr_t)(sum + size) + 63) & ~(uintptr_t)63);

	memset(sum, 0, size * sizeof *sum);
	for (row = 0; row < c->oh; row += j->rows) {
		int rows = c->oh - row < j->rows ? c->oh - row : j->rows;
		size_t first = ((size_t)s * c->oh + row) * c->ow;
		const void *dy = gathered;

		if (c->out == j->e && ld == c->cout) {
			dy = elem_at(j->dy, first * c->cout, c->out);
		} else {
			memset(gathered, 0, (size_t)rows * c->ow * ld * elem_size(j->e));
			operand_pixels(gathered, j->e, ld, &x, first, rows * c->ow);
		}
		gemm_packed(a, (int)d, GEMM_WRITE, j->e, dy, ld, j->packed, rows * c->ow, (int)d, ld);
		for (i = 0; i < rows; i++)
			scatter_row(sum, a + (size_t)i * c->ow * d, c, row + i);
	}
	for (at = 0; at < size; at += (size_t)c->cin)
		elem_write(j->out, s * size + at, sum + at, c->cin, j->add, c->in);
}

void
conv_direct_backward_data(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add)
{
	float *plain;
	void *packed;
	struct job j;

	if (c->stride == 1) {
		backward_data_gather(dx, dy, w, c, n, add);
		return;
	}
	packed = packed_room(&plain, c->arithmetic, c->cout, depth(c));
	gemm_pack(packed, c->arithmetic, conv_weights_kernel_first(plain, w, c), (size_t)depth(c), 1, c->cout, depth(c));
	j = job_start(c, NULL, n, TILE_PIXELS, MIN_TILES);
	j.out = dx;
	j.dy = dy;
	j.packed = packed;
	j.add = add;
	par_for(n, scatter_image, &j);
}

/* --- gradient with respect to the weights --- */

/* The gradients of a tile's outputs in the products' type: where they lie, or in `room`. */
static const void *
tile_gradients(const struct job *j, void *room, size_t first, int pixels)
{
	const struct conv *c = j->c;
	struct operand dy = operand_plain(j->dy, c->out, c->cout, c->oh, c->ow);

	if (c->out == j->e)
		return elem_at(j->dy, first * c->cout, c->out);
	operand_pixels(room, j->e, c->cout, &dy, first, pixels);
	return room;
}

/* Piece i is part i % parts of the tiles (t = part, part + parts, ...) and a group of output channels: as many parts as
 * there is room for sums, and groups to make enough pieces; fixed whatever the threads. */
static void
weights_piece(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	const struct conv *c = j->c;
	int part = i % j->parts, group = (c->cout + j->groups - 1) / j->groups, o = i / j->parts * group, t;
	int outs = c->cout - o < group ? c->cout - o : group;
	size_t packed = gemm_packed_size(j->e, j->pixels, depth(c)), gathered = packed + patch_bytes(j);
	char *room = par_scratch(worker, gathered + (size_t)j->pixels * c->cout * elem_size(j->e));
	float *dw = j->partial + ((size_t)part * c->cout + o) * depth(c);

	for (t = part; outs > 0 && t < j->tiles; t += j->parts) {
		const void *a = patches(j, room + packed, t), *dy;
		size_t first;
		int pixels = tile_range(j, t, &first);

		dy = tile_gradients(j, room + gathered, first, pixels);
		gemm_pack_rows(room, j->e, a, j->ld, pixels, depth(c));
		gemm_outer(dw, depth(c), j->e, elem_at(dy, (size_t)o, j->e), c->cout, room, outs, depth(c), pixels, t != part);
	}
}

void
conv_direct_backward_weights(float *dw, const void *dy, const struct operand *x, const struct conv *c, int n)
{
	struct job j = job_start(c, x, n, c->arithmetic == ELEM_BF16 ? DEEP_PIXELS : TILE_PIXELS, 1);
	size_t size = (size_t)c->cout * depth(c);

	j.dy = dy;
	j.parts = (int)(PARTIAL_FLOATS / size);
	j.parts = j.parts < 1 ? 1 : j.parts > MAX_PARTIALS ? MAX_PARTIALS : j.parts;
	if (j.parts > j.tiles)
		j.parts = j.tiles;
	j.groups = (WEIGHT_PIECES + j.parts - 1) / j.parts;
	j.partial = par_scratch(PAR_CALLER, size * (size_t)j.parts * sizeof(float));
	par_for(j.parts * j.groups, weights_piece, &j);
	conv_weights_add(dw, j.partial, j.parts, c);
}
