#include "nn/conv_direct.h"

#include <string.h>

#include "base/kernel.h"
#include "base/par.h"
#include "nn/conv_weights.h"
#include "nn/gemm.h"
#include "nn/moments.h"
#include "nn/patches.h"

#define TILE_PIXELS 112           /* a tile's product: this many rows, a multiple of what registers hold */
#define TILE_BYTES (256 * 1024)   /* or more, where patches are small: so much of them */
#define MIN_TILES 16              /* smaller tiles rather than fewer, so that there is work for all threads */

struct job {
	struct patches p;
	const struct conv *c;
	enum elem e;         /* of patches and products: the convolution's arithmetic */
	enum elem stored;    /* of out */
	void *out;
	const void *dy, *packed;
	int add;
	int tile, tiles;     /* units of a tile; tiles in all */
	double *moments;     /* [tiles][2][cout] of out, or NULL */
};

/* So many units make a tile: TILE_PIXELS or more, but fewer rather than too few tiles for all threads. */
static int
tile_size(const struct patches *p)
{
	size_t size = TILE_BYTES / elem_size(p->c->arithmetic) / (size_t)p->ld / (size_t)p->unit;
	size_t least = p->unit < TILE_PIXELS ? (size_t)(TILE_PIXELS / p->unit) : 1;

	size = size < least ? least : size / least * least;
	while (size > 1 && size * (size_t)p->unit > TILE_PIXELS / 4 && p->units / size < MIN_TILES)
		size /= 2;
	return (int)(size < p->units ? size : p->units);
}

static struct job
job_start(const struct conv *c, const struct operand *x, int n)
{
	struct job j = { .p = patches_of(c, x, n), .c = c, .e = c->arithmetic };

	j.tile = tile_size(&j.p);
	j.tiles = (int)((j.p.units + (size_t)j.tile - 1) / (size_t)j.tile);
	return j;
}

/* --- forward --- */

/* Room for a packed k x n matrix in the caller's scratch, and after it for `more` doubles and the matrix itself. */
static void *
packed_room(double **doubles, float **plain, enum elem e, int k, int n, size_t more)
{
	size_t packed = gemm_packed_size(e, k, n);
	char *room = par_scratch(PAR_CALLER, packed + more * sizeof(double) + (size_t)k * n * sizeof(float));

	*doubles = (double *)(room + packed);
	*plain = (float *)(*doubles + more);
	return room;
}

/* out = A B for a tile, or added to it, however it is stored; `room` for sums that can't be added at once. */
KERNEL static void
multiply(const struct job *j, float *room, const void *a, size_t first, int pixels)
{
	int n = j->c->cout, ld = j->p.ld, i;
	size_t at = first * n;

	if (j->stored == ELEM_F32 || !j->add) {
		gemm_packed(elem_at(j->out, at, j->stored), n, j->stored == ELEM_BF16 ? GEMM_ROUND : j->add ? GEMM_ADD : GEMM_WRITE,
		            j->e, a, ld, j->packed, pixels, n, ld);
		return;
	}
	gemm_packed(room, n, GEMM_WRITE, j->e, a, ld, j->packed, pixels, n, ld);
	for (i = 0; i < pixels; i++)
		elem_write(j->out, at + (size_t)i * n, room + (size_t)i * n, n, 1, j->stored);
}

static void
tile_moments(const struct job *j, int t, size_t first, int pixels)
{
	size_t n = (size_t)j->c->cout;
	struct moments_area a = { .x = elem_at(j->out, first * n, j->stored), .elem = j->stored, .rows = 1, .pixels = pixels,
	                          .c = j->c->cout, .pixel = n };
	double *part = j->moments + 2 * (size_t)t * n;

	memset(part, 0, 2 * n * sizeof *part);
	moments_add(part, part + n, &a);
}

static void
forward_tile(void *ctx, int t, int worker)
{
	const struct job *j = ctx;
	size_t bytes = patches_bytes(&j->p, j->tile), first = (size_t)t * j->tile;
	char *room = par_scratch(worker, bytes + (size_t)j->tile * j->p.unit * j->c->cout * sizeof(float));
	int units = j->p.units - first < (size_t)j->tile ? (int)(j->p.units - first) : j->tile;
	const void *a = patches_gather(&j->p, room, first, units);

	multiply(j, (float *)(room + bytes), a, first * j->p.unit, units * j->p.unit);
	if (j->moments)
		tile_moments(j, t, first * j->p.unit, units * j->p.unit);
}

void
conv_direct_forward(void *y, double *moments, const struct operand *x, const float *w, const struct conv *c, int n)
{
	struct job j = job_start(c, x, n);
	int depth = c->cin * c->k * c->k;
	double *parts;
	float *plain;
	void *packed = packed_room(&parts, &plain, c->arithmetic, depth, c->cout,
	                           moments ? 2 * (size_t)j.tiles * (size_t)c->cout : 0);

	gemm_pack(packed, c->arithmetic, conv_weights_kernel_first(plain, w, c), 1, (size_t)depth, depth, c->cout);
	j.out = y;
	j.stored = c->out;
	j.packed = packed;
	j.moments = moments ? parts : NULL;
	par_for(j.tiles, forward_tile, &j);
	if (moments)
		moments_total(moments, parts, j.tiles, c->cout);
}

/* --- gradient with respect to the data --- */

/* With stride 1 it is itself a convolution, of dy with the weights turned by 180 degrees and their channels exchanged. */
static void
backward_data_gather(void *dx, const void *dy, const float *w, const struct conv *c, int n, int add)
{
	int d = c->cout * c->k * c->k;
	float *turned;
	double *none;
	void *packed = packed_room(&none, &turned, c->arithmetic, d, c->cin, 0);
	struct operand x = operand_plain(dy, c->out, c->cout, c->oh, c->ow);
	struct conv back;
	struct job j;

	gemm_pack(packed, c->arithmetic, conv_weights_turned(turned, w, c), (size_t)c->cin, 1, d, c->cin);
	conv_init(&back, c->cout, c->cin, c->k, 1, c->k - 1 - c->pad, c->oh, c->ow);
	back.arithmetic = c->arithmetic;
	j = job_start(&back, &x, n);
	j.out = dx;
	j.stored = c->in;
	j.packed = packed;
	j.add = add;
	par_for(j.tiles, forward_tile, &j);
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
	size_t size = (size_t)c->h * c->w * c->cin, d = (size_t)j->p.depth, pixels = (size_t)j->tile * c->ow, at;
	struct operand x = operand_plain(j->dy, c->out, c->cout, c->oh, c->ow);
	int ld = patches_row(j->e, c->cout), row, i;
	float *a = par_scratch(worker, (pixels * d + size + pixels * (size_t)ld) * sizeof *a + 64), *sum = a + pixels * d;
	void *gathered = (void *)(((uintptr_t)(sum + size) + 63) & ~(uintptr_t)63);

	memset(sum, 0, size * sizeof *sum);
	for (row = 0; row < c->oh; row += j->tile) {
		int rows = c->oh - row < j->tile ? c->oh - row : j->tile;
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
	struct job j = job_start(c, NULL, n);
	int depth = j.p.depth;
	double *none;
	float *plain;
	void *packed;

	if (c->stride == 1) {
		backward_data_gather(dx, dy, w, c, n, add);
		return;
	}
	packed = packed_room(&none, &plain, c->arithmetic, c->cout, depth, 0);
	gemm_pack(packed, c->arithmetic, conv_weights_kernel_first(plain, w, c), (size_t)depth, 1, c->cout, depth);
	j.out = dx;
	j.dy = dy;
	j.packed = packed;
	j.add = add;
	par_for(n, scatter_image, &j);
}
