#include "nn/winograd_tiles.h"

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

size_t
tiles_place(struct winograd_tile *t, const struct tiles *s, int i, int side, int before, int c)
{
	int image = i / (s->high * s->wide), place = i % (s->high * s->wide);
	int row = place / s->wide * WINOGRAD_OUT, column = place % s->wide * WINOGRAD_OUT;

	t->row = (ptrdiff_t)s->w * c;
	t->pixel = c;
	clip(&t->top, &t->bottom, row - before, side, s->h);
	clip(&t->left, &t->right, column - before, side, s->w);
	return ((size_t)image * s->h + row) * s->w + column;
}

size_t
winograd_plane(size_t floats)
{
	return ((floats + WINOGRAD_LANES - 1) / WINOGRAD_LANES | 1) * WINOGRAD_LANES;
}
