#include "nn/patches.h"

#include <string.h>

#include "base/kernel.h"

int
patches_row(enum elem e, int n)
{
	return e == ELEM_BF16 ? (n + 31) & ~31 : n;
}

struct patches
patches_of(const struct conv *c, const struct operand *x, int n)
{
	struct patches p = { .c = c, .x = x, .flat = c->k == 1 && c->stride == 1 && c->pad == 0 };

	p.depth = c->cin * c->k * c->k;
	p.ld = patches_row(c->arithmetic, p.depth);
	p.unit = p.flat ? 1 : c->ow;
	p.units = (size_t)n * c->oh * c->ow / (size_t)p.unit;
	return p;
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
row_patches(void *a, void *line, const struct patches *ps, int image, int row0, int rows)
{
	const struct conv *c = ps->c;
	int run = c->k * c->cin, y, i, p;
	size_t size = elem_size(c->arithmetic);

	for (y = row0 * c->stride; y < (row0 + rows - 1) * c->stride + c->k; y++) {
		operand_row(line, c->arithmetic, c->cin, ps->x, image, y - c->pad, -c->pad, line_pixels(c));
		for (p = y % c->stride; p < c->k; p += c->stride) {
			i = (y - p) / c->stride - row0;
			if (i >= 0 && i < rows && y >= p)
				copy_runs(elem_at(a, (size_t)i * c->ow * ps->ld + p * run, c->arithmetic), (size_t)ps->ld * size, line,
				          (size_t)c->stride * c->cin * size, (size_t)run * size, c->ow);
		}
	}
}

/* The same of rows counted through all images: image by image */
static void
image_patches(void *a, void *line, const struct patches *ps, size_t row, int rows)
{
	const struct conv *c = ps->c;
	size_t oh = (size_t)c->oh;
	int n;

	for (; rows; rows -= n, row += (size_t)n, a = elem_at(a, (size_t)n * c->ow * ps->ld, c->arithmetic)) {
		n = (int)(oh - row % oh) < rows ? (int)(oh - row % oh) : rows;
		row_patches(a, line, ps, (int)(row / oh), (int)(row % oh), n);
	}
}

/* Zeros behind each patch */
static void
fill_rows(void *a, const struct patches *p, int pixels)
{
	enum elem e = p->c->arithmetic;
	int i;

	for (i = 0; p->ld > p->depth && i < pixels; i++)
		memset(elem_at(a, (size_t)i * p->ld + p->depth, e), 0, (size_t)(p->ld - p->depth) * elem_size(e));
}

const void *
patches_gather(const struct patches *p, void *room, size_t first, int units)
{
	enum elem e = p->c->arithmetic;
	int pixels = units * p->unit;

	if (p->flat && p->ld == p->depth && operand_stored(p->x, e))
		return elem_at(operand_stored(p->x, e), first * p->depth, e);
	if (p->flat)
		operand_pixels(room, e, p->ld, p->x, first, pixels);
	else
		image_patches(room, elem_at(room, (size_t)pixels * p->ld, e), p, first, units);
	fill_rows(room, p, pixels);
	return room;
}

size_t
patches_bytes(const struct patches *p, int units)
{
	size_t line = p->flat ? 0 : (size_t)line_pixels(p->c) * p->c->cin;

	return (((size_t)units * p->unit * p->ld + line) * elem_size(p->c->arithmetic) + 63) & ~(size_t)63;
}
