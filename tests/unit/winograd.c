/* winograd: against the definition in double, as adjoints, and against the rounding errors of the direct sum */
#include "nn/conv_winograd.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "check.h"
#include "cpu/cpu.h"
#include "numeric.h"

#define GUARD 12345.0f
#define MARGIN 64 /* guarded floats before and after an array */

/* What the functions work on: x[n,h,w,cin], y and dy[n,h,w,cout], w[cout,cin,3,3] */
struct problem {
	struct conv c;
	int n;
	size_t nx, ny, nw;
	float *x, *dy, *w, *scale, *shift;
};

/* random_floats without the room it leaves at the end: a sanitizer sees what is read beyond */
static float *
exact_floats(size_t n, uint64_t seed)
{
	return mem_grow(random_floats(n, seed), n, sizeof(float));
}

static struct problem
problem_new(int cin, int cout, int h, int w, int n)
{
	struct problem p = { .n = n };

	conv_init(&p.c, cin, cout, 3, 1, 1, h, w);
	p.nx = (size_t)n * h * w * cin;
	p.ny = (size_t)n * h * w * cout;
	p.nw = (size_t)9 * cin * cout;
	p.x = exact_floats(p.nx, 1);
	p.dy = exact_floats(p.ny, 2);
	p.w = exact_floats(p.nw, 3);
	p.scale = exact_floats((size_t)cin, 4);
	p.shift = exact_floats((size_t)cin, 5);
	return p;
}

static void
problem_free(struct problem *p)
{
	free(p->x);
	free(p->dy);
	free(p->w);
	free(p->scale);
	free(p->shift);
}

static double
read_input(const struct problem *p, size_t pixel, int ch, int affine)
{
	double v = p->x[pixel * p->c.cin + ch];

	return !affine ? v : fmax(0, v * p->scale[ch] + p->shift[ch]);
}

/* Calls fn for every product of an input and a weight: pixel numbers of the output and the input, the tap */
static void
each_tap(const struct problem *p,
         void (*fn)(const struct problem *p, size_t to, size_t from, int tap, void *ctx), void *ctx)
{
	int s, i, j, q;

	for (s = 0; s < p->n; s++)
		for (i = 0; i < p->c.h; i++)
			for (j = 0; j < p->c.w; j++)
				for (q = 0; q < 9; q++) {
					int y = i + q / 3 - 1, x = j + q % 3 - 1;

					if (y >= 0 && y < p->c.h && x >= 0 && x < p->c.w)
						fn(p, ((size_t)s * p->c.h + i) * p->c.w + j,
						   ((size_t)s * p->c.h + y) * p->c.w + x, q, ctx);
				}
}

struct sums {
	double *y, *dx, *dw;
	int affine;
};

static void
add_tap(const struct problem *p, size_t to, size_t from, int tap, void *ctx)
{
	struct sums *s = ctx;
	int o, ch;

	for (o = 0; o < p->c.cout; o++)
		for (ch = 0; ch < p->c.cin; ch++) {
			size_t weight = ((size_t)o * p->c.cin + ch) * 9 + tap;
			double x = read_input(p, from, ch, s->affine), dy = p->dy[to * p->c.cout + o];

			s->y[to * p->c.cout + o] += x * p->w[weight];
			s->dx[from * p->c.cin + ch] += dy * p->w[weight];
			s->dw[weight] += dy * x;
		}
}

static struct sums
by_definition(const struct problem *p, int affine)
{
	struct sums s = { mem_array(p->ny, sizeof(double)), mem_array(p->nx, sizeof(double)),
		          mem_array(p->nw, sizeof(double)), affine };

	each_tap(p, add_tap, &s);
	return s;
}

static void
sums_free(struct sums *s)
{
	free(s->y);
	free(s->dx);
	free(s->dw);
}

/* n floats with a guarded margin on both sides, all of them `value` */
static float *
guarded(size_t n, float value)
{
	float *p = mem_array(n + 2 * MARGIN, sizeof *p);
	size_t i;

	for (i = 0; i < n + 2 * MARGIN; i++)
		p[i] = i < MARGIN || i >= n + MARGIN ? GUARD : value;
	return p + MARGIN;
}

/* The distance of p[n] from base + want, relative to the size of both; infinite if a guard was overwritten.
 * Frees p. */
static double
off(float *p, size_t n, float base, const double *want)
{
	double wrong = 0, size = 1e-30;
	size_t i;

	for (i = 0; i < MARGIN; i++)
		if (p[i - MARGIN] != GUARD || p[n + i] != GUARD)
			wrong = INFINITY;
	for (i = 0; i < n; i++) {
		wrong += (p[i] - base - want[i]) * (p[i] - base - want[i]);
		size += want[i] * want[i] + base * base;
	}
	free(p - MARGIN);
	return sqrt(wrong / size);
}

static struct operand
operand_of(const struct problem *p, int affine)
{
	struct operand x = operand_plain(p->x, ELEM_F32, p->c.cin, p->c.h, p->c.w);

	if (affine) {
		x.part[0].scale = p->scale;
		x.part[0].shift = p->shift;
		x.part[0].relu = 1;
	}
	return x;
}

static double
forward_off(const struct problem *p, const struct sums *s, float base, int add)
{
	float *y = guarded(p->ny, base);
	struct operand x = operand_of(p, s->affine);

	conv_winograd_forward(y, NULL, &x, p->w, &p->c, p->n, add);
	return off(y, p->ny, add ? base : 0, s->y);
}

static double
data_off(const struct problem *p, const struct sums *s, float base, int add)
{
	float *dx = guarded(p->nx, base);

	conv_winograd_backward_data(dx, p->dy, p->w, &p->c, p->n, add);
	return off(dx, p->nx, add ? base : 0, s->dx);
}

static double
weights_off(const struct problem *p, const struct sums *s, float base)
{
	float *dw = guarded(p->nw, base);
	struct operand x = operand_of(p, s->affine);

	conv_winograd_backward_weights(dw, p->dy, &x, &p->c, p->n);
	return off(dw, p->nw, base, s->dw);
}

static void
one(int cin, int cout, int h, int w, int n)
{
	struct problem p = problem_new(cin, cout, h, w, n);
	struct sums s = by_definition(&p, 0), affine = by_definition(&p, 1);

	printf("# %d images %dx%d, %d -> %d channels\n", n, h, w, cin, cout);
	CHECK_NEAR(forward_off(&p, &s, NAN, 0), 0, 3e-6, "forward");
	CHECK_NEAR(forward_off(&p, &s, 2, 1), 0, 3e-6, "forward, added");
	CHECK_NEAR(forward_off(&p, &affine, NAN, 0), 0, 3e-6, "forward through scale, shift and ReLU");
	CHECK_NEAR(data_off(&p, &s, NAN, 0), 0, 3e-6, "backward data");
	CHECK_NEAR(data_off(&p, &s, 2, 1), 0, 3e-6, "backward data, added");
	CHECK_NEAR(weights_off(&p, &s, 0), 0, 3e-6, "backward weights");
	CHECK_NEAR(weights_off(&p, &s, 2), 0, 3e-6, "backward weights, added");
	CHECK_NEAR(weights_off(&p, &affine, 0), 0, 3e-6, "backward weights through scale, shift and ReLU");
	sums_free(&s);
	sums_free(&affine);
	problem_free(&p);
}

/* <conv(x), dy> = <x, data(dy)> = <w, weights(dy, x)> where several blocks of channels and groups of tiles
 * meet */
static void
adjoint(int cin, int cout, int h, int w, int n)
{
	struct problem p = problem_new(cin, cout, h, w, n);
	float *y = mem_array(p.ny, sizeof *y), *dx = mem_array(p.nx, sizeof *dx);
	float *dw = mem_array(p.nw, sizeof *dw);
	struct operand x = operand_of(&p, 0);
	double product, size;

	conv_winograd_forward(y, NULL, &x, p.w, &p.c, n, 0);
	conv_winograd_backward_data(dx, p.dy, p.w, &p.c, n, 0);
	conv_winograd_backward_weights(dw, p.dy, &x, &p.c, n);
	product = inner(y, p.dy, p.ny);
	size = norm(y, p.ny) * norm(p.dy, p.ny);
	CHECK_NEAR(inner(p.x, dx, p.nx), product, 1e-7 * size, "backward data is the adjoint");
	CHECK_NEAR(inner(p.w, dw, p.nw), product, 1e-7 * size, "backward weights is the adjoint");
	free(y);
	free(dx);
	free(dw);
	problem_free(&p);
}

static void
add_tap_single(const struct problem *p, size_t to, size_t from, int tap, void *ctx)
{
	float *y = ctx;
	int o, ch;

	for (o = 0; o < p->c.cout; o++)
		for (ch = 0; ch < p->c.cin; ch++)
			y[to * p->c.cout + o] +=
				p->x[from * p->c.cin + ch] * p->w[((size_t)o * p->c.cin + ch) * 9 + tap];
}

/* 512 channels: the error is that of the direct sum in single precision, times what the transforms magnify */
static void
accuracy(void)
{
	struct problem p = problem_new(512, 6, 8, 8, 1);
	struct sums s = by_definition(&p, 0);
	float *y = guarded(p.ny, 0), *direct = guarded(p.ny, 0);
	struct operand x = operand_of(&p, 0);
	double ours, theirs;

	conv_winograd_forward(y, NULL, &x, p.w, &p.c, p.n, 0);
	each_tap(&p, add_tap_single, direct);
	ours = off(y, p.ny, 0, s.y);
	theirs = off(direct, p.ny, 0, s.y);
	printf("# relative error %.2g, of the direct sum %.2g\n", ours, theirs);
	CHECK(theirs > 1e-8 && ours < 5 * theirs, "the rounding errors are below 5 times theirs");
	sums_free(&s);
	problem_free(&p);
}

/* y, dx and dw one after the other */
static float *
all_three(const struct problem *p)
{
	float *out = mem_array(p->ny + p->nx + p->nw, sizeof *out);
	struct operand x = operand_of(p, 0);

	conv_winograd_forward(out, NULL, &x, p->w, &p->c, p->n, 0);
	conv_winograd_backward_data(out + p->ny, p->dy, p->w, &p->c, p->n, 0);
	conv_winograd_backward_weights(out + p->ny + p->nx, p->dy, &x, &p->c, p->n);
	return out;
}

/* Starts threads: comes last. */
static void
threads(void)
{
	static const int shape[][5] = { { 70, 130, 9, 9, 3 }, { 5, 20, 40, 41, 2 } };
	struct problem p[ARRAY_LEN(shape)];
	float *one_thread[ARRAY_LEN(shape)];
	size_t i;

	for (i = 0; i < ARRAY_LEN(shape); i++) {
		p[i] = problem_new(shape[i][0], shape[i][1], shape[i][2], shape[i][3], shape[i][4]);
		one_thread[i] = all_three(&p[i]);
	}
	par_init(2);
	for (i = 0; i < ARRAY_LEN(shape); i++) {
		float *two = all_three(&p[i]);

		CHECK(!memcmp(one_thread[i], two, sizeof *two * (p[i].ny + p[i].nx + p[i].nw)),
		      "two threads give the bytes of one");
		free(two);
		free(one_thread[i]);
		problem_free(&p[i]);
	}
}

/* Two parts, the first of them stored at half its size: the bytes of the same image written down */
static void
parts(void)
{
	struct problem p = problem_new(128, 20, 10, 6, 2);
	struct operand x = { .parts = 2, .c = 128, .h = 10, .w = 6 }, plain;
	float *stored = mem_array(p.nx, sizeof *stored), *out[2];
	int i;

	x.part[0] = (struct operand_part){ .x = p.x, .c = 64, .up = 1 };
	x.part[1] = (struct operand_part){ .x = p.x + p.nx / 2, .c = 64 };
	operand_store(stored, ELEM_F32, &x, p.n);
	plain = operand_plain(stored, ELEM_F32, 128, 10, 6);
	for (i = 0; i < 2; i++) {
		out[i] = mem_array(p.ny + p.nw, sizeof *out[i]);
		conv_winograd_forward(out[i], NULL, i ? &plain : &x, p.w, &p.c, p.n, 0);
		conv_winograd_backward_weights(out[i] + p.ny, p.dy, i ? &plain : &x, &p.c, p.n);
	}
	CHECK(conv_winograd_reads(&x), "two parts of 64 channels can be read");
	CHECK(!memcmp(out[0], out[1], p.ny * sizeof(float)), "and give what the image they stand for gives");
	CHECK(!memcmp(out[0] + p.ny, out[1] + p.ny, p.nw * sizeof(float)), "backward too");
	x.part[0].c = 63;
	CHECK(!conv_winograd_reads(&x), "parts of other sizes are refused");
	x.part[0].c = 64;
	x.part[1].scale = p.scale;
	CHECK(!conv_winograd_reads(&x), "and scaled ones without ReLU");
	for (i = 0; i < 2; i++)
		free(out[i]);
	free(stored);
	problem_free(&p);
}

static void
shapes(void)
{
	one(1, 1, 1, 1, 1);
	one(3, 5, 2, 3, 2);
	one(4, 16, 4, 4, 3);
	one(20, 3, 9, 7, 2);
	one(16, 37, 5, 8, 5);
	one(33, 17, 8, 13, 1);
	one(70, 9, 6, 6, 20);  /* tiles of several groups, two blocks of inputs */
	one(7, 100, 30, 31, 1); /* two blocks of outputs */
	adjoint(130, 140, 7, 7, 9);
	parts();
	accuracy();
}

int
main(void)
{
	static const char *const names[] = { "portable", "avx2", "avx512", "amx" };
	struct err e;
	struct conv c;
	size_t i;

	conv_init(&c, 4, 4, 3, 1, 1, 8, 8);
	CHECK(conv_winograd_can(&c), "3x3 with stride 1 and padding 1 can be had");
	conv_init(&c, 4, 4, 3, 2, 1, 8, 8);
	CHECK(!conv_winograd_can(&c), "stride 2 can not");
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (!cpu_select(names[i], &e)) {
			printf("# %s\n", names[i]);
			shapes();
		}
	threads();
	return check_done();
}
