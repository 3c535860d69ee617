/* operands read from and into either way of storing, value by value; elem_read and elem_write */
#include "nn/operand.h"

#include "base/mem.h"
#include "base/par.h"
#include "stored.h"

#define PAD 3 /* columns of dst that belong to somebody else */
#define OTHERS 7.0

/* --- values --- */

static void
elements(void)
{
	static const float x[] = {1,           -1,    0,      -0.0f,    1.00390625f,
				  1.01171875f, 3e38f, 1e-40f, INFINITY, 0x1.fep127f};
	static const float want[] = {1,         -1,          0,         -0.0f,    1,
				     1.015625f, 0x1.c4p127f, 0x1p-133f, INFINITY, 0x1.fep127f};
	enum { N = ARRAY_LEN(x) };
	uint16_t b[N + 2];
	float f[N + 2] = {0}, room[N], nan = NAN;
	const float *r;

	elem_write(b, 1, x, N, 0, ELEM_BF16);
	r = elem_read(room, b, 1, N, ELEM_BF16);
	CHECK(r == room && !memcmp(r, want, sizeof want), "rounded to the nearest, ties to even");
	elem_write(b, 1, x, 4, 1, ELEM_BF16);
	r = elem_read(room, b, 1, 4, ELEM_BF16);
	CHECK(r[0] == 2 && r[1] == -2 && r[2] == 0, "added to");
	elem_write(b, 0, (float[]){1}, 1, 0, ELEM_BF16);
	elem_write(b, 0, (float[]){0x1p-8f}, 1, 1, ELEM_BF16);
	CHECK(bf16_float(b[0]) == 1, "half of a last digit is lost");
	elem_write(b, 0, &nan, 1, 0, ELEM_BF16);
	CHECK(isnan(*elem_read(room, b, 0, 1, ELEM_BF16)), "what is not a number stays so");
	elem_write(f, 1, x, N, 0, ELEM_F32);
	elem_write(f, 1, x, 2, 1, ELEM_F32);
	r = elem_read(room, f, 1, N, ELEM_F32);
	CHECK(r == f + 1 && r[0] == 2 && !memcmp(r + 2, x + 2, sizeof x - 8),
	      "floats are read where they lie");
	CHECK(elem_at(b, 3, ELEM_BF16) == (void *)(b + 3) && elem_at(f, 3, ELEM_F32) == (void *)(f + 3),
	      "places");
}

/* --- operands --- */

static struct {
	struct operand op;
	struct stored x[2], scale, shift;
	int n;
} t;

static void
part(int i, int c, enum elem e, int affine, int relu, int up)
{
	size_t half = up ? 4 : 1;

	t.x[i] = stored_random((size_t)t.n * t.op.h * t.op.w / half * c, e, 11 + (uint64_t)i);
	t.op.part[i] = (struct operand_part){.x = t.x[i].at, .elem = e, .c = c, .up = up, .relu = relu};
	if (affine) {
		t.op.part[i].scale = (const float *)t.scale.at + i;
		t.op.part[i].shift = (const float *)t.shift.at + i;
	}
	t.op.c += c;
	t.op.parts++;
}

/* Channel ch of the pixel, and by how much float may be off */
static double
want_at(int s, int row, int col, int ch, double *exact)
{
	const struct operand_part *p = &t.op.part[0];
	int h = t.op.h, w = t.op.w, i = 0;
	double x, y;

	*exact = 0;
	if (row < 0 || row >= h || col < 0 || col >= w)
		return 0;
	if (ch >= p->c) {
		ch -= p->c;
		p = &t.op.part[i = 1];
	}
	if (p->up)
		x = stored_value(&t.x[i], (((size_t)s * (h / 2) + row / 2) * (w / 2) + col / 2) * p->c + ch);
	else
		x = stored_value(&t.x[i], (((size_t)s * h + row) * w + col) * p->c + ch);
	if (!p->scale)
		return x;
	y = (double)p->scale[ch] * x + p->shift[ch];
	*exact = (fabs(p->scale[ch] * x) + fabs(y)) * 0x1p-23;
	return p->relu && y < 0 ? 0 : y;
}

/* The worst error of a pixel in dst at `at`, of ld channels, c of them ours */
static double
pixel_error(const struct stored *dst, size_t at, int ld, int s, int row, int col)
{
	double most = 0, exact, want;
	int ch;

	for (ch = 0; ch < ld; ch++) {
		want = ch < t.op.c ? want_at(s, row, col, ch, &exact) : OTHERS;
		if (ch >= t.op.c)
			most = stored_value(dst, at + ch) == want ? most : INFINITY;
		else
			most = fmax(most, stored_error(dst, at + ch, want, exact, 0));
	}
	return most;
}

static struct stored
room_for(size_t n, enum elem e)
{
	struct stored s = stored_random(n, e, 1);
	const float others = OTHERS;
	size_t i;

	for (i = 0; i < n; i++)
		elem_write(s.at, i, &others, 1, 0, e);
	return s;
}

/* Rows, with columns and rows that are outside the image */
static double
rows(enum elem e, int ld)
{
	static const int range[][2] = {{0, 4}, {-2, 5}, {1, 3}, {3, 9}, {-3, 17}, {2, 1}, {-4, 3}};
	double most = 0;
	size_t r;
	int row, i, s;

	for (r = 0; r < ARRAY_LEN(range); r++)
		for (s = 0; s < t.n; s++)
			for (row = -1; row <= t.op.h; row++) {
				int col = range[r][0], count = range[r][1];
				struct stored dst = room_for((size_t)count * ld, e);

				operand_row(dst.at, e, ld, &t.op, s, row, col, count);
				for (i = 0; i < count; i++)
					most = fmax(most,
						    pixel_error(&dst, (size_t)i * ld, ld, s, row, col + i));
				most = fmax(most, stored_overrun(&dst));
				stored_free(&dst);
			}
	return most;
}

static double
pixels(enum elem e, int ld)
{
	size_t first, all = (size_t)t.n * t.op.h * t.op.w;
	double most = 0;
	int count = 19, i;

	for (first = 0; first + 19 <= all; first += 7) {
		struct stored dst = room_for((size_t)count * ld, e);

		operand_pixels(dst.at, e, ld, &t.op, first, count);
		for (i = 0; i < count; i++) {
			int col = (int)((first + i) % t.op.w), row = (int)((first + i) / t.op.w);

			most = fmax(most,
				    pixel_error(&dst, (size_t)i * ld, ld, row / t.op.h, row % t.op.h, col));
		}
		most = fmax(most, stored_overrun(&dst));
		stored_free(&dst);
	}
	return most;
}

static double
whole(enum elem e)
{
	struct stored y = room_for((size_t)t.n * t.op.h * t.op.w * t.op.c, e);
	double most;
	int i;

	operand_store(y.at, e, &t.op, t.n);
	most = stored_overrun(&y);
	for (i = 0; i < t.n * t.op.h * t.op.w; i++)
		most = fmax(most, pixel_error(&y, (size_t)i * t.op.c, t.op.c, i / (t.op.h * t.op.w),
					      i / t.op.w % t.op.h, i % t.op.w));
	stored_free(&y);
	return most;
}

/* c1 0: one part. How it is read: see the bits. */
static void
operand(int c0, int c1, int how)
{
	enum elem e0 = how & 1 ? ELEM_BF16 : ELEM_F32, e1 = how & 2 ? ELEM_BF16 : ELEM_F32;
	int affine = how >> 2 & 1, up = how >> 3 & 1, i;
	char name[96];

	memset(&t, 0, sizeof t);
	t.n = 2;
	t.op.h = 4;
	t.op.w = 6;
	t.scale = stored_random((size_t)c0 + c1 + 1, ELEM_F32, 5);
	t.shift = stored_random((size_t)c0 + c1 + 1, ELEM_F32, 6);
	part(0, c0, e0, affine, 1, up);
	if (c1)
		part(1, c1, e1, !affine, 0, 0);
	for (i = 0; i < 2; i++) {
		enum elem e = i ? ELEM_BF16 : ELEM_F32;

		snprintf(name, sizeof name, "%s%s%d+%d channels of %s and %s as %s", up ? "doubled, " : "",
			 affine ? "scaled, " : "", c0, c1, e0 ? "bf16" : "f32", e1 ? "bf16" : "f32",
			 i ? "bf16" : "f32");
		CHECK(rows(e, t.op.c) <= 1 && rows(e, t.op.c + PAD) <= 1 && pixels(e, t.op.c) <= 1 &&
			      pixels(e, t.op.c + PAD) <= 1 && whole(e) <= 1,
		      name);
	}
	CHECK(!operand_stored(&t.op, ELEM_F32) == (c1 || affine || up || e0 != ELEM_F32), "lies as float");
	CHECK(!operand_stored(&t.op, ELEM_BF16) == (c1 || affine || up || e0 != ELEM_BF16),
	      "lies as bfloat16");
	for (i = 0; i < t.op.parts; i++)
		stored_free(&t.x[i]);
	stored_free(&t.scale);
	stored_free(&t.shift);
}

int
main(void)
{
	static const int c[][2] = {{1, 0}, {5, 0}, {16, 0}, {64, 0}, {70, 0}, {4, 3}, {65, 64}};
	size_t i;
	int how;

	par_init(2);
	elements();
	for (i = 0; i < ARRAY_LEN(c); i++)
		for (how = 0; how < 16; how++)
			if (c[i][1] || !(how & 2))
				operand(c[i][0], c[i][1], how);
	return check_done();
}
