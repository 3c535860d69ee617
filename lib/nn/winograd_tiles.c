#include "nn/winograd_tiles.h"

#include <string.h>

#include "base/kernel.h"
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

/* Asks for what the next tile reads, k channels, but for the first columns, which the tile before it has. Where an image
 * has more channels they lie scattered, and nothing but this tells the processor where. `half`: the image is stored at half
 * its size. (Not inlined, gcc takes it for a function that does nothing.) */
KERNEL_PART void
ask_for(const float *x, const struct winograd_tile *t, int half, int k)
{
	int top = half ? (t->top + 1) / 2 - 1 : t->top - 1, bottom = half ? t->bottom / 2 : t->bottom - 1;
	int right = half ? t->right / 2 : t->right - 1, i, j, c;

	for (i = top; i < bottom; i++)
		for (j = 1; j < right; j++)
			for (c = 0; c < k; c += WINOGRAD_LANES)
				__builtin_prefetch(x + i * t->row + j * t->pixel + c);
}

/* Where the outputs of tile i begin in a part of the operand, and *t with a margin around them. Tiles begin at multiples
 * of 4: rows counted through all images, and columns, halve without rest. */
static const float *
locate(struct winograd_tile *t, const struct tiles *s, int i, const struct operand_part *p)
{
	size_t at = place(t, s, i, 1, p->c), w = (size_t)s->w;

	if (!p->up)
		return (const float *)p->x + at * p->c;
	t->row = (ptrdiff_t)(w / 2) * p->c;
	return (const float *)p->x + (at / w / 2 * (w / 2) + at % w / 2) * p->c;
}

void
tiles_input(float *v, size_t plane, const struct tiles *s, int i, const struct operand *x, int first, int k)
{
	const struct operand_part *p = &x->part[0];
	float room[WINOGRAD_IN * WINOGRAD_IN * WINOGRAD_BLOCK];
	const float *scale, *shift, *from;
	struct winograd_tile t;

	if (first >= p->c) {
		first -= p->c;
		p++;
	}
	scale = p->scale ? p->scale + first : NULL;
	shift = p->scale ? p->shift + first : NULL;
	if (p->c > k && i + 1 < s->groups.total) {
		from = locate(&t, s, i + 1, p) + first;
		ask_for(from, &t, p->up, k);
	}
	from = locate(&t, s, i, p) + first;
	if (p->up) {
		double_pixels(room, &t, from, t.row, t.pixel, k);
		from = room + (WINOGRAD_IN + 1) * k;
		t.row = (ptrdiff_t)WINOGRAD_IN * k;
		t.pixel = k;
	}
	cpu()->winograd_input(v, plane, from, &t, k, scale, shift);
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
