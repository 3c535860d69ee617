/* conv in bfloat16: against sums in double of the rounded values, however images and gradients are stored */
#include "nn/conv.h"

#include "base/mem.h"
#include "base/par.h"
#include "moments_error.h"
#include "stored.h"

static const struct shape {
	int cin, cout, k, stride, pad, h, w, n;
} shapes[] = {
	{1, 6, 7, 2, 3, 20, 17, 3},   {3, 5, 7, 2, 3, 16, 18, 2},   {3, 5, 7, 1, 3, 11, 9, 1},
	{1, 4, 3, 1, 1, 9, 8, 2},     {3, 5, 3, 1, 1, 9, 8, 2},     {7, 9, 3, 2, 1, 12, 13, 3},
	{2, 2, 3, 2, 1, 6, 6, 9},     {2, 3, 3, 1, 1, 1, 2, 2},     {5, 7, 1, 2, 0, 7, 8, 2},
	{33, 17, 1, 1, 0, 10, 11, 3}, {64, 33, 1, 1, 0, 12, 11, 4}, /* read where it lies */
	{64, 32, 1, 2, 0, 12, 12, 2}, {35, 3, 3, 1, 1, 24, 40, 1},  /* several tiles */
	{16, 4, 3, 1, 1, 30, 34, 1},  {64, 33, 3, 1, 1, 31, 33, 3}, {200, 180, 3, 1, 1, 7, 7, 2}, /* and pieces of the sums */
	{520, 505, 1, 1, 0, 9, 8, 2}, /* in blocks */
};

/* A sum, and that of its terms' sizes */
struct sum {
	double value, size;
};

static struct {
	struct conv c;
	int n;
	size_t nx, ny, nw;
	struct stored w, bias;
	struct sum *y, *dx, *dw;
} t;

static void
add_term(struct sum *s, double a, double b)
{
	s->value += a * b;
	s->size += fabs(a * b);
}

/* All terms that x at (row,col) of image s takes part in with output (i,j) by weight (p,q) */
static void
add_terms(const struct stored *x, const struct stored *dy, size_t xi, size_t yi, int place)
{
	int ch, o, area = t.c.k * t.c.k;

	for (o = 0; o < t.c.cout; o++)
		for (ch = 0; ch < t.c.cin; ch++) {
			size_t wi = (size_t)(o * t.c.cin + ch) * area + place;
			double a = stored_rounded(x, xi + ch), w = stored_rounded(&t.w, wi),
			       d = stored_rounded(dy, yi + o);

			add_term(&t.y[yi + o], w, a);
			add_term(&t.dx[xi + ch], w, d);
			add_term(&t.dw[wi], a, d);
		}
}

static void
by_definition(const struct stored *x, const struct stored *dy)
{
	const struct conv *c = &t.c;
	int s, i, j, p, q;

	for (s = 0; s < t.n; s++)
		for (i = 0; i < c->oh; i++)
			for (j = 0; j < c->ow; j++)
				for (p = 0; p < c->k; p++)
					for (q = 0; q < c->k; q++) {
						int row = i * c->stride + p - c->pad,
						    col = j * c->stride + q - c->pad;

						if (row < 0 || row >= c->h || col < 0 || col >= c->w)
							continue;
						add_terms(x, dy,
							  (((size_t)s * c->h + row) * c->w + col) * c->cin,
							  (((size_t)s * c->oh + i) * c->ow + j) * c->cout,
							  p * c->k + q);
					}
}

/* The worst error of out = base + sums; base NULL: none. `terms` bounds how many a sum has. */
static double
worst(const struct stored *out, const struct stored *base, const struct sum *sums, double terms)
{
	double most = stored_overrun(out);
	size_t i;

	for (i = 0; i < out->n; i++) {
		double b = base ? stored_value(base, i) : 0;

		most = fmax(most, stored_error(out, i, b + sums[i].value,
					       (sums[i].size + fabs(b)) * terms * 0x1p-24, 0));
	}
	return most;
}

static void
forward(struct stored *x, const char *how)
{
	struct stored y = stored_random(t.ny, t.c.out, 4);
	struct operand op = operand_plain(x->at, x->e, t.c.cin, t.c.h, t.c.w);
	double most = 0, terms = t.c.cin * t.c.k * t.c.k + 1;
	double *moments = malloc(2 * (size_t)t.c.cout * sizeof *moments);
	size_t i;
	char name[128];

	conv_forward(y.at, moments, &op, t.w.at, NULL, &t.c, t.n);
	snprintf(name, sizeof name, "%s: forward", how);
	CHECK(worst(&y, NULL, t.y, terms) <= 1, name);
	CHECK(moments_error(moments, y.at, t.c.out, t.ny / (size_t)t.c.cout, t.c.cout) < 1e-13, "its moments");
	conv_forward(y.at, NULL, &op, t.w.at, t.bias.at, &t.c, t.n);
	for (i = 0; i < t.ny; i++) {
		double b = stored_value(&t.bias, i % t.c.cout);

		most = fmax(most, stored_error(&y, i, t.y[i].value + b,
					       (t.y[i].size + fabs(b)) * terms * 0x1p-24, t.y[i].value));
	}
	CHECK(most <= 1 && stored_overrun(&y) == 0, "with bias");
	stored_free(&y);
	free(moments);
}

static void
backward(struct stored *x, struct stored *dy)
{
	struct stored dx = stored_random(t.nx, t.c.in, 5), base = stored_random(t.nx, t.c.in, 5);
	struct stored dw = stored_random(t.nw, ELEM_F32, 6), dw0 = stored_random(t.nw, ELEM_F32, 6);
	struct stored dbias = stored_random((size_t)t.c.cout, ELEM_F32, 7),
		      dbias0 = stored_random((size_t)t.c.cout, ELEM_F32, 7);
	struct operand op = operand_plain(x->at, x->e, t.c.cin, t.c.h, t.c.w);
	struct sum *sum = calloc((size_t)t.c.cout, sizeof *sum);
	double terms = t.c.cout * t.c.k * t.c.k + 2, pixels = t.n * t.c.oh * t.c.ow;
	size_t i;

	conv_backward(dx.at, 1, NULL, NULL, dy->at, NULL, t.w.at, &t.c, t.n);
	CHECK(worst(&dx, &base, t.dx, terms) <= 1, "backward data, added");
	conv_backward(dx.at, 0, NULL, NULL, dy->at, NULL, t.w.at, &t.c, t.n);
	CHECK(worst(&dx, NULL, t.dx, terms) <= 1, "backward data, written");
	conv_backward(NULL, 0, dw.at, dbias.at, dy->at, &op, NULL, &t.c, t.n);
	CHECK(worst(&dw, &dw0, t.dw, pixels + 2) <= 1, "backward weights");
	for (i = 0; i < t.ny; i++)
		add_term(&sum[i % t.c.cout], stored_value(dy, i), 1);
	CHECK(worst(&dbias, &dbias0, sum, 2) <= 1, "backward bias");
	free(sum);
	stored_free(&dx);
	stored_free(&base);
	stored_free(&dw);
	stored_free(&dw0);
	stored_free(&dbias);
	stored_free(&dbias0);
}

/* bits: what is stored as bfloat16: x, y and dy, dx */
static void
stored_so(const struct shape *p, int bits)
{
	struct stored x = stored_random(t.nx, bits & 1 ? ELEM_BF16 : ELEM_F32, 1);
	struct stored dy = stored_random(t.ny, bits & 2 ? ELEM_BF16 : ELEM_F32, 2);
	char how[96];

	t.c.arithmetic = ELEM_BF16;
	t.c.out = dy.e;
	t.c.in = bits & 4 ? ELEM_BF16 : ELEM_F32;
	if (!t.y) {
		t.y = calloc(t.ny, sizeof *t.y);
		t.dx = calloc(t.nx, sizeof *t.dx);
		t.dw = calloc(t.nw, sizeof *t.dw);
		by_definition(&x, &dy);
	}
	snprintf(how, sizeof how, "%d->%d %dx%d stride %d on %dx%d,%s%s%s", p->cin, p->cout, p->k, p->k,
		 p->stride, p->h, p->w, bits & 1 ? " x" : "", bits & 2 ? " y" : "", bits & 4 ? " dx" : "");
	forward(&x, how);
	backward(&x, &dy);
	stored_free(&x);
	stored_free(&dy);
}

static void
all_shapes(void)
{
	size_t i;
	int bits;

	for (i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct shape *p = &shapes[i];

		memset(&t, 0, sizeof t);
		conv_init(&t.c, p->cin, p->cout, p->k, p->stride, p->pad, p->h, p->w);
		t.n = p->n;
		t.nx = (size_t)p->n * p->h * p->w * p->cin;
		t.ny = (size_t)p->n * t.c.oh * t.c.ow * p->cout;
		t.nw = (size_t)p->cout * p->cin * p->k * p->k;
		t.w = stored_random(t.nw, ELEM_F32, 3);
		t.bias = stored_random((size_t)p->cout, ELEM_F32, 8);
		for (bits = 0; bits < 8; bits++)
			stored_so(p, bits);
		stored_free(&t.w);
		stored_free(&t.bias);
		free(t.y);
		free(t.dx);
		free(t.dw);
	}
}

int
main(void)
{
	par_init(2);
	each_bf16(all_shapes);
	return check_done();
}
