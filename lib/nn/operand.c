#include "nn/operand.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "base/par.h"

#define CHUNK 64 /* channels at a time */

struct operand
operand_plain(const void *x, enum elem e, int c, int h, int w)
{
	return (struct operand){ .part = { { .x = x, .elem = e, .c = c } }, .parts = 1, .c = c, .h = h, .w = w };
}

const void *
operand_stored(const struct operand *op, enum elem e)
{
	const struct operand_part *p = &op->part[0];

	return op->parts == 1 && !p->up && !p->scale && p->elem == e ? p->x : NULL;
}

/* out[n] = act(scale in + shift) */
KERNEL_PART void
affine(float *restrict out, const float *restrict in, const float *restrict scale, const float *restrict shift, int n,
       float floor)
{
	int k;

	for (k = 0; k < n; k++) {
		float y = scale[k] * in[k] + shift[k];

		out[k] = y < floor ? floor : y;
	}
}

/* n values from x + from to dst + to; scale and shift (or NULL) for these */
KERNEL_PART void
compute_chunk(void *dst, enum elem e, size_t to, const struct operand_part *p, const void *x, size_t from,
              const float *scale, const float *shift, int n)
{
	float floor = p->relu ? 0.0f : -INFINITY; /* NaN passes through: it must be seen */
	float in[CHUNK], out[CHUNK];
	const float *v = elem_read(in, x, from, n, p->elem);

	if (scale) {
		affine(out, v, scale, shift, n, floor);
		v = out;
	}
	elem_write(dst, to, v, n, 0, e);
}

/* What copying does not do: scale and shift, convert. */
KERNEL static void
compute_pixels(void *dst, enum elem e, int ld, const struct operand_part *p, const void *x, int count)
{
	int i, ch, n;

	for (i = 0; i < count; i++)
		for (ch = 0; ch < p->c; ch += CHUNK) {
			const float *scale = p->scale ? p->scale + ch : NULL, *shift = scale ? p->shift + ch : NULL;

			n = p->c - ch;
			if (n >= CHUNK) /* a length the compiler knows */
				compute_chunk(dst, e, (size_t)i * ld + ch, p, x, (size_t)i * p->c + ch, scale, shift, CHUNK);
			else
				compute_chunk(dst, e, (size_t)i * ld + ch, p, x, (size_t)i * p->c + ch, scale, shift, n);
		}
}

/* The same where pixels follow each other and several fill a chunk. */
KERNEL static void
compute_run(void *dst, enum elem e, const struct operand_part *p, const void *x, int count)
{
	float scale[CHUNK], shift[CHUNK];
	size_t n = (size_t)count * p->c, at;
	int k;

	for (k = 0; p->scale && k < CHUNK; k++) {
		scale[k] = p->scale[k % p->c];
		shift[k] = p->shift[k % p->c];
	}
	for (at = 0; at + CHUNK <= n; at += CHUNK)
		compute_chunk(dst, e, at, p, x, at, p->scale ? scale : NULL, shift, CHUNK);
	if (at < n)
		compute_chunk(dst, e, at, p, x, at, p->scale ? scale : NULL, shift, (int)(n - at));
}

static void
copy_pixels(void *dst, enum elem e, int ld, const struct operand_part *p, const void *x, int count)
{
	size_t size = elem_size(e), row = (size_t)p->c * size;
	int i;

	if (p->scale || p->elem != e) {
		if (ld == p->c && CHUNK % p->c == 0)
			compute_run(dst, e, p, x, count);
		else
			compute_pixels(dst, e, ld, p, x, count);
	} else if (ld == p->c) {
		memcpy(dst, x, (size_t)count * row);
	} else {
		for (i = 0; i < count; i++)
			memcpy((char *)dst + (size_t)i * ld * size, (const char *)x + i * row, row);
	}
}

/* Every pixel of the half-size image twice, the first one perhaps once. */
static void
copy_doubled(void *dst, enum elem e, int ld, const struct operand_part *p, const void *x, int col, int count)
{
	size_t size = (size_t)p->c * elem_size(e);
	int odd = col % 2, i;

	x = elem_at(x, (size_t)(col / 2) * p->c, p->elem);
	if (odd)
		copy_pixels(dst, e, ld, p, x, 1);
	copy_pixels(elem_at(dst, (size_t)odd * ld, e), e, 2 * ld, p, elem_at(x, (size_t)odd * p->c, p->elem),
	            (count - odd + 1) / 2);
	for (i = odd + 1; i < count; i += 2)
		memcpy(elem_at(dst, (size_t)i * ld, e), elem_at(dst, (size_t)(i - 1) * ld, e), size);
}

static void
part_row(void *dst, enum elem e, int ld, const struct operand_part *p, int h, int w, int s, int row, int col, int count)
{
	size_t half = ((size_t)s * (h / 2) + row / 2) * (w / 2), whole = ((size_t)s * h + row) * w + col;

	if (p->up)
		copy_doubled(dst, e, ld, p, elem_at(p->x, half * p->c, p->elem), col, count);
	else
		copy_pixels(dst, e, ld, p, elem_at(p->x, whole * p->c, p->elem), count);
}

static void
zero_pixels(void *dst, enum elem e, int ld, int count, int c)
{
	int i;

	for (i = 0; i < count; i++)
		memset(elem_at(dst, (size_t)i * ld, e), 0, (size_t)c * elem_size(e));
}

void
operand_row(void *dst, enum elem e, int ld, const struct operand *op, int s, int row, int col, int count)
{
	int before = col < 0 ? -col : 0, after = col + count > op->w ? col + count - op->w : 0, i;

	if (row < 0 || row >= op->h || before + after >= count) {
		zero_pixels(dst, e, ld, count, op->c);
		return;
	}
	zero_pixels(dst, e, ld, before, op->c);
	zero_pixels(elem_at(dst, (size_t)(count - after) * ld, e), e, ld, after, op->c);
	dst = elem_at(dst, (size_t)before * ld, e);
	for (i = 0; i < op->parts; i++) {
		part_row(dst, e, ld, &op->part[i], op->h, op->w, s, row, col + before, count - before - after);
		dst = elem_at(dst, (size_t)op->part[i].c, e);
	}
}

void
operand_pixels(void *dst, enum elem e, int ld, const struct operand *op, size_t first, int count)
{
	const struct operand_part *p = &op->part[0];
	size_t row = first / (size_t)op->w;
	int col = (int)(first % (size_t)op->w), n;

	if (op->parts == 1 && !p->up) {
		copy_pixels(dst, e, ld, p, elem_at(p->x, first * p->c, p->elem), count);
		return;
	}
	for (; count; count -= n, dst = elem_at(dst, (size_t)n * ld, e), col = 0, row++) {
		n = op->w - col < count ? op->w - col : count;
		operand_row(dst, e, ld, op, (int)(row / op->h), (int)(row % op->h), col, n);
	}
}

struct store {
	void *y;
	enum elem e;
	const struct operand *x;
};

static void
store_row(void *ctx, int i, int worker)
{
	const struct store *s = ctx;
	const struct operand *x = s->x;

	operand_row(elem_at(s->y, (size_t)i * x->w * x->c, s->e), s->e, x->c, x, i / x->h, i % x->h, 0, x->w);
}

void
operand_store(void *y, enum elem e, const struct operand *x, int n)
{
	struct store s = { y, e, x };

	par_for(n * x->h, store_row, &s);
}
