#include "nn/operand.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

struct operand
operand_plain(const float *x, int c, int h, int w)
{
	return (struct operand){ .part = { { .x = x, .c = c } }, .parts = 1, .c = c, .h = h, .w = w };
}

const float *
operand_stored(const struct operand *op)
{
	return op->parts == 1 && !op->part[0].up && !op->part[0].scale ? op->part[0].x : NULL;
}

KERNEL void
operand_affine(float *y, int ldy, const float *x, int ldx, int count, int c, const float *scale, const float *shift,
               int relu)
{
	float floor = relu ? 0.0f : -INFINITY; /* NaN passes through: it must be seen */
	int i, k;

	for (i = 0; i < count; i++, x += ldx, y += ldy)
		IVDEP
		for (k = 0; k < c; k++) {
			float v = scale[k] * x[k] + shift[k];

			y[k] = v < floor ? floor : v;
		}
}

static void
copy_pixels(float *dst, int ld, const struct operand_part *p, const float *x, int count)
{
	int i;

	if (p->scale)
		operand_affine(dst, ld, x, p->c, count, p->c, p->scale, p->shift, p->relu);
	else if (ld == p->c)
		memcpy(dst, x, (size_t)count * p->c * sizeof *dst);
	else
		for (i = 0; i < count; i++)
			memcpy(dst + (size_t)i * ld, x + (size_t)i * p->c, (size_t)p->c * sizeof *dst);
}

/* Every pixel of the half-size image twice, the first one perhaps once. */
static void
copy_doubled(float *dst, int ld, const struct operand_part *p, const float *x, int col, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		float *to = dst + (size_t)i * ld;

		if (i && (col + i) % 2)
			memcpy(to, to - ld, (size_t)p->c * sizeof *dst);
		else
			copy_pixels(to, ld, p, x + (size_t)((col + i) / 2) * p->c, 1);
	}
}

static void
part_row(float *dst, int ld, const struct operand_part *p, int h, int w, int s, int row, int col, int count)
{
	if (p->up)
		copy_doubled(dst, ld, p, p->x + ((size_t)s * (h / 2) + row / 2) * (w / 2) * p->c, col, count);
	else
		copy_pixels(dst, ld, p, p->x + (((size_t)s * h + row) * w + col) * p->c, count);
}

static void
zero_pixels(float *dst, int ld, int count, int c)
{
	int i;

	for (i = 0; i < count; i++)
		memset(dst + (size_t)i * ld, 0, (size_t)c * sizeof *dst);
}

void
operand_row(float *dst, int ld, const struct operand *op, int s, int row, int col, int count)
{
	int before = col < 0 ? -col : 0, after = col + count > op->w ? col + count - op->w : 0, i;

	if (row < 0 || row >= op->h || before + after >= count) {
		zero_pixels(dst, ld, count, op->c);
		return;
	}
	zero_pixels(dst, ld, before, op->c);
	zero_pixels(dst + (size_t)(count - after) * ld, ld, after, op->c);
	dst += (size_t)before * ld;
	for (i = 0; i < op->parts; i++) {
		part_row(dst, ld, &op->part[i], op->h, op->w, s, row, col + before, count - before - after);
		dst += op->part[i].c;
	}
}

void
operand_pixels(float *dst, const struct operand *op, size_t first, int count)
{
	size_t row = first / (size_t)op->w;
	int col = (int)(first % (size_t)op->w), n;

	if (op->parts == 1 && !op->part[0].up) {
		copy_pixels(dst, op->c, &op->part[0], op->part[0].x + first * op->c, count);
		return;
	}
	for (; count; count -= n, dst += (size_t)n * op->c, col = 0, row++) {
		n = op->w - col < count ? op->w - col : count;
		operand_row(dst, op->c, op, (int)(row / op->h), (int)(row % op->h), col, n);
	}
}

struct store {
	float *y;
	const struct operand *x;
};

static void
store_row(void *ctx, int i, int worker)
{
	const struct store *s = ctx;
	const struct operand *x = s->x;

	operand_row(s->y + (size_t)i * x->w * x->c, x->c, x, i / x->h, i % x->h, 0, x->w);
}

void
operand_store(float *y, const struct operand *x, int n)
{
	struct store s = { y, x };

	par_for(n * x->h, store_row, &s);
}
