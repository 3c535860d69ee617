#include "nn/conv_pointwise.h"

#include "base/par.h"
#include "nn/conv_weights.h"
#include "nn/gemm.h"
#include "nn/patches.h"

#define MAX_WEIGHTS ((size_t)64 * 1024)
#define TILE_BYTES (640 * 1024) /* of a tile's dy and x, and of x packed */
#define ROWS 56                 /* of a tile, a multiple of what registers hold */
#define MAX_PARTS 32            /* of the weights' gradient */
#define PARTS_FLOATS ((size_t)1 << 20)

struct job {
	struct patches p;
	const struct conv *c;
	float *dx, *sums; /* sums[parts][cout][cin] */
	const float *dy;
	const void *packed; /* weights */
	int add, tile, tiles, parts;
};

int
conv_pointwise_can(const struct conv *c)
{
	return c->k == 1 && c->stride == 1 && c->pad == 0 && c->arithmetic == ELEM_F32 && c->in == ELEM_F32 &&
	       c->out == ELEM_F32 && (size_t)c->cin * c->cout <= MAX_WEIGHTS;
}

/* Part i: tiles i, i + parts, ...; fixed whatever the threads */
static void
backward_part(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int cin = j->c->cin, cout = j->c->cout, t;
	size_t packed = gemm_packed_size(ELEM_F32, j->tile, cin);
	char *room = par_scratch(worker, packed + patches_bytes(&j->p, j->tile));
	float *sums = j->sums + (size_t)i * cout * cin;

	for (t = i; t < j->tiles; t += j->parts) {
		size_t first = (size_t)t * j->tile;
		int pixels = j->p.units - first < (size_t)j->tile ? (int)(j->p.units - first) : j->tile;
		const float *dy = j->dy + first * cout;

		gemm_packed(j->dx + first * cin, cin, j->add ? GEMM_ADD : GEMM_WRITE, ELEM_F32, dy, cout, j->packed, pixels,
		            cin, cout);
		gemm_pack_rows(room, ELEM_F32, patches_gather(&j->p, room + packed, first, pixels), cin, 0, pixels, pixels,
		               cin);
		gemm_outer(sums, cin, ELEM_F32, dy, cout, room, cout, cin, pixels, t != i);
	}
}

static void
cut(struct job *j)
{
	size_t pixel = sizeof(float) * ((size_t)j->c->cout + 2 * (size_t)j->c->cin), weights = (size_t)j->c->cin * j->c->cout;
	size_t tile = TILE_BYTES / pixel / ROWS * ROWS, parts = PARTS_FLOATS / weights;

	tile = tile < ROWS ? ROWS : tile;
	j->tile = (int)(tile < j->p.units ? tile : j->p.units);
	j->tiles = (int)((j->p.units + (size_t)j->tile - 1) / (size_t)j->tile);
	parts = parts < MAX_PARTS ? parts : MAX_PARTS;
	j->parts = parts < (size_t)j->tiles ? (int)parts : j->tiles;
}

void
conv_pointwise_backward(void *dx, int add, float *dw, const void *dy, const struct operand *x, const float *w,
                        const struct conv *c, int n)
{
	struct job j = { .p = patches_of(c, x, n), .c = c, .dx = dx, .dy = dy, .add = add };
	size_t packed = gemm_packed_size(ELEM_F32, c->cout, c->cin);
	char *room;

	cut(&j);
	room = par_scratch(PAR_CALLER, packed + (size_t)j.parts * c->cin * c->cout * sizeof(float));
	gemm_pack(room, ELEM_F32, w, (size_t)c->cin, 1, c->cout, c->cin);
	j.packed = room;
	j.sums = (float *)(room + packed);
	par_for(j.parts, backward_part, &j);
	conv_weights_add(dw, j.sums, j.parts, c);
}
