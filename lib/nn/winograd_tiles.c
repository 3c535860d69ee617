#include "nn/winograd_tiles.h"

#include <string.h>

#include "cpu/cpu.h"

struct blocks
blocks_cut(int total, int largest, int unit)
{
	struct blocks b = { .total = total, .count = (total + largest - 1) / largest };

	if (b.count == 1) {
		b.size = total;
		return b;
	}
	b.size = ((total + b.count - 1) / b.count + unit - 1) / unit * unit;
	b.count = (total + b.size - 1) / b.size;
	return b;
}

int
blocks_length(const struct blocks *b, int i)
{
	int rest = b->total - i * b->size;

	return rest < b->size ? rest : b->size;
}

struct tiles
tiles_cut(int h, int w, int n, int largest)
{
	struct tiles s = { .h = h, .w = w };

	s.high = (h + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
	s.wide = (w + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
	s.groups = blocks_cut(n * s.high * s.wide, largest, 1);
	return s;
}

/* The part of `side` places, the first at `first`, that lies in 0..size-1 */
static void
clip(int *from, int *to, int first, int side, int size)
{
	*from = first < 0 ? -first : 0;
	*to = size - first < side ? size - first : side;
}

/* The pixel number, in all images, of tile i's first output; *t with a margin around the outputs */
static size_t
place(struct winograd_tile *t, const struct tiles *s, int i, int margin, int c)
{
	int image = i / (s->high * s->wide), rest = i % (s->high * s->wide);
	int row = rest / s->wide * WINOGRAD_OUT, column = rest % s->wide * WINOGRAD_OUT;
	int side = WINOGRAD_OUT + 2 * margin;

	t->row = (ptrdiff_t)s->w * c;
	t->pixel = c;
	clip(&t->top, &t->bottom, row - margin, side, s->h);
	clip(&t->left, &t->right, column - margin, side, s->w);
	return ((size_t)image * s->h + row) * s->w + column;
}

size_t
tiles_output(struct winograd_tile *t, const struct tiles *s, int i, int c)
{
	return place(t, s, i, 0, c) * c;
}

/* A tile of an image stored at half its size: pixels doubled into `room` [6][6][k], as a tile of their own. */
static void
double_pixels(float *room, const struct winograd_tile *t, const float *x, ptrdiff_t row, ptrdiff_t pixel, int k)
{
	int i, j;

	for (i = t->top; i < t->bottom; i++)
		for (j = t->left; j < t->right; j++)
			memcpy(room + (i * WINOGRAD_IN + j) * k, x + ((i + 1) / 2 - 1) * row + ((j + 1) / 2 - 1) * pixel,
			       (size_t)k * sizeof *room);
}

void
tiles_input(float *v, size_t plane, const struct tiles *s, int i, const struct operand *x, int first, int k)
{
	const struct operand_part *p = &x->part[0];
	float room[WINOGRAD_IN * WINOGRAD_IN * WINOGRAD_BLOCK];
	const float *scale, *shift, *from = p->x;
	struct winograd_tile t;
	size_t at;

	if (first >= p->c) {
		first -= p->c;
		p++;
		from = p->x;
	}
	scale = p->scale ? p->scale + first : NULL;
	shift = p->scale ? p->shift + first : NULL;
	at = place(&t, s, i, 1, p->c);
	if (!p->up) {
		cpu()->winograd_input(v, plane, from + at * p->c + first, &t, k, scale, shift);
		return;
	}
	/* tiles begin at multiples of 4: rows counted through all images, and columns, halve without rest */
	from += (at / s->w / 2 * (s->w / 2) + at % s->w / 2) * p->c + first;
	double_pixels(room, &t, from, (ptrdiff_t)(s->w / 2) * p->c, p->c, k);
	t.row = (ptrdiff_t)WINOGRAD_IN * k;
	t.pixel = k;
	cpu()->winograd_input(v, plane, room + (WINOGRAD_IN + 1) * k, &t, k, scale, shift);
}

int
winograd_lanes(int c)
{
	return (c + WINOGRAD_LANES - 1) / WINOGRAD_LANES * WINOGRAD_LANES;
}

size_t
winograd_plane(size_t floats)
{
	return ((floats + WINOGRAD_LANES - 1) / WINOGRAD_LANES | 1) * WINOGRAD_LANES;
}
