/* conv: against the definition in double; backward passes as adjoints and against the definition */
#include "nn/conv.h"

#include <string.h>

#include "check.h"
#include "modes.h"
#include "moments_error.h"
#include "numeric.h"

static double
at(const float *x, const struct conv *c, int s, int ch, int i, int j)
{
	if (i < 0 || j < 0 || i >= c->h || j >= c->w)
		return 0;
	return x[(((size_t)s * c->h + i) * c->w + j) * c->cin + ch];
}

static void
by_definition(float *y, const float *x, const float *w, const float *bias, const struct conv *c, int n)
{
	int s, o, i, j, ch, p, q;

	for (s = 0; s < n; s++)
		for (i = 0; i < c->oh; i++)
			for (j = 0; j < c->ow; j++)
				for (o = 0; o < c->cout; o++) {
					double sum = bias ? bias[o] : 0;

					for (ch = 0; ch < c->cin; ch++)
						for (p = 0; p < c->k; p++)
							for (q = 0; q < c->k; q++)
								sum += (double)w[((o * c->cin + ch) * c->k + p) * c->k + q] *
								       at(x, c, s, ch, i * c->stride + p - c->pad,
								          j * c->stride + q - c->pad);
					*y++ = (float)sum;
				}
}

static void
one(int cin, int cout, int k, int stride, int pad, int h, int w, int n)
{
	struct conv c;
	struct operand op;
	size_t nx, ny, nw = (size_t)cout * cin * k * k, i;
	float *x, *y, *y2, *wt, *bias, *dy, *dx, *dx2, *dw, *dbias, *base;
	char name[96];
	double sum = 0, *moments = malloc(2 * (size_t)cout * sizeof *moments);

	conv_init(&c, cin, cout, k, stride, pad, h, w);
	nx = (size_t)n * cin * h * w;
	ny = (size_t)n * cout * c.oh * c.ow;
	x = random_floats(nx, 1);
	wt = random_floats(nw, 2);
	bias = random_floats((size_t)cout, 3);
	dy = random_floats(ny, 4);
	y = random_floats(ny, 5);
	y2 = random_floats(ny, 6);
	dx = random_floats(nx, 7);
	dx2 = random_floats(nx, 7);
	dw = random_floats(nw, 8);
	base = random_floats(nw, 8);
	dbias = random_floats((size_t)cout, 9);
	snprintf(name, sizeof name, "%d->%d %dx%d stride %d pad %d on %dx%d", cin, cout, k, k, stride, pad, h, w);

	op = operand_plain(x, ELEM_F32, cin, h, w);
	by_definition(y2, x, wt, bias, &c, n);
	conv_forward(y, moments, &op, wt, bias, &c, n);
	CHECK_NEAR(distance(y, y2, ny), 0, 1e-6, name);
	CHECK(moments_error(moments, y, ELEM_F32, ny / (size_t)cout, cout) < 1e-13, "moments of the output with its bias");

	/* <conv(x), dy> = <x, data'(dy)> = <w, weights'(dy, x)>, without the bias */
	conv_forward(y, moments, &op, wt, NULL, &c, n);
	CHECK(moments_error(moments, y, ELEM_F32, ny / (size_t)cout, cout) < 1e-13, "moments of the output");
	conv_backward(dx, 0, NULL, NULL, dy, NULL, wt, &c, n);
	CHECK_NEAR(inner(y, dy, ny), inner(x, dx, nx), 1e-6 * norm(y, ny) * norm(dy, ny), "backward data is the adjoint");
	conv_backward(dx2, 1, NULL, NULL, dy, NULL, wt, &c, n);
	for (i = 0; i < nx; i++)
		sum += fabs((double)dx2[i] - dx[i]);
	free(dx2);
	dx2 = random_floats(nx, 7);
	for (i = 0; i < nx; i++)
		sum -= fabs((double)dx2[i]);
	CHECK_NEAR(sum / (double)nx, 0, 1e-5, "and adds when asked to");
	conv_backward(NULL, 0, dw, dbias, dy, &op, NULL, &c, n);
	for (i = 0; i < nw; i++)
		dw[i] -= base[i];
	CHECK_NEAR(inner(y, dy, ny), inner(wt, dw, nw), 1e-5 * norm(y, ny) * norm(dy, ny), "backward weights is the adjoint");
	free(base);
	base = random_floats((size_t)cout, 9);
	for (i = 0, sum = 0; i < (size_t)n * c.oh * c.ow; i++)
		sum += dy[i * c.cout];
	CHECK_NEAR(dbias[0] - base[0], sum, 1e-4, "the bias gradient sums and adds");
	free(x); free(y); free(y2); free(wt); free(bias); free(dy); free(dx); free(dx2); free(dw); free(dbias); free(base); free(moments);
}

/* Adjointness alone would not notice a weight gradient with its entries permuted. */
static void
weight_entries(void)
{
	struct conv c;
	float *x = random_floats(3 * 2 * 7 * 6, 1), *dy, dw[4 * 2 * 9] = { 0 }, w[4 * 2 * 9] = { 0 }, *y;
	size_t ny;
	struct operand op = operand_plain(x, ELEM_F32, 2, 7, 6);
	int i, wrong = 0;

	conv_init(&c, 2, 4, 3, 2, 1, 7, 6);
	ny = (size_t)3 * 4 * c.oh * c.ow;
	dy = random_floats(ny, 2);
	y = random_floats(ny, 3);
	conv_backward(NULL, 0, dw, NULL, dy, &op, NULL, &c, 3);
	for (i = 0; i < 4 * 2 * 9; i++) {
		w[i] = 1;
		by_definition(y, x, w, NULL, &c, 3);
		w[i] = 0;
		wrong += fabs(inner(y, dy, ny) - dw[i]) > 1e-5;
	}
	CHECK(wrong == 0, "every entry of the weight gradient is right");
	free(x);
	free(y);
	free(dy);
}

/* Where the gradient is too large to be computed entry by entry: some of them. Both gradients at once, too. */
static void
sampled_entries(int cin, int cout, int k, int stride, int h, int w, int n)
{
	struct conv c;
	size_t nx = (size_t)n * cin * h * w, nw = (size_t)cout * cin * k * k, ny, i;
	float *x = random_floats(nx, 1), *wt = random_floats(nw, 2), *dw = random_floats(nw, 3), *base = random_floats(nw, 3);
	float *dw2 = random_floats(nw, 3), *dx = random_floats(nx, 4), *dx2 = random_floats(nx, 4), *dy;
	struct operand op = operand_plain(x, ELEM_F32, cin, h, w);
	double worst = 0;
	char name[96];

	conv_init(&c, cin, cout, k, stride, k / 2, h, w);
	ny = (size_t)n * cout * c.oh * c.ow;
	dy = random_floats(ny, 5);
	snprintf(name, sizeof name, "%d->%d %dx%d stride %d on %dx%d", cin, cout, k, k, stride, h, w);
	conv_backward(dx, 1, dw, NULL, dy, &op, wt, &c, n);
	for (i = 0; i < nw; i += nw / 97) {
		int q = (int)(i % (size_t)k), p = (int)(i / (size_t)k) % k, ch = (int)(i / (size_t)(k * k)) % cin, r, j, s;
		size_t o = i / (size_t)(k * k * cin);
		double sum = 0, size = 0, d;

		for (s = 0; s < n; s++)
			for (r = 0; r < c.oh; r++)
				for (j = 0; j < c.ow; j++) {
					d = dy[(((size_t)s * c.oh + r) * c.ow + j) * cout + o] *
					    at(x, &c, s, ch, r * stride + p - c.pad, j * stride + q - c.pad);
					sum += d;
					size += d * d;
				}
		worst = fmax(worst, fabs(dw[i] - base[i] - sum) / sqrt(size));
	}
	CHECK_NEAR(worst, 0, 1e-5, name);
	conv_backward(NULL, 0, dw2, NULL, dy, &op, NULL, &c, n);
	conv_backward(dx2, 1, NULL, NULL, dy, NULL, wt, &c, n);
	CHECK_NEAR(distance(dw, dw2, nw), 0, 1e-6, "the weights' gradient alone is the same");
	CHECK_NEAR(distance(dx, dx2, nx), 0, 1e-6, "and the data's");
	free(x); free(wt); free(dw); free(base); free(dw2); free(dx); free(dx2); free(dy);
}

static void
all_sizes(void)
{
	one(3, 5, 3, 1, 1, 9, 8, 2);
	one(1, 6, 7, 2, 3, 20, 17, 3);
	one(4, 3, 1, 1, 0, 6, 5, 2);
	one(4, 3, 1, 2, 0, 7, 8, 2);
	one(2, 2, 3, 2, 1, 6, 6, 9);
	one(2, 3, 3, 1, 1, 1, 2, 2);
	one(32, 8, 3, 1, 1, 40, 64, 1); /* several tiles */
	one(16, 40, 3, 1, 1, 9, 13, 2); /* by Winograd where that is used */
	one(70, 17, 3, 1, 1, 6, 5, 1);
	one(16, 40, 3, 1, 1, 27, 30, 3); /* with weights transformed once */
	one(16, 16, 3, 1, 1, 1, 1, 1);
	weight_entries();
	sampled_entries(20, 33, 1, 1, 13, 11, 5); /* in parts, both gradients at once */
	sampled_entries(96, 200, 1, 1, 30, 31, 3);
	sampled_entries(300, 270, 1, 1, 90, 30, 2);
	sampled_entries(72, 150, 3, 2, 60, 53, 3);
	sampled_entries(600, 530, 1, 1, 90, 30, 2);  /* in blocks, with patches packed in several turns */
	sampled_entries(200, 160, 3, 2, 60, 53, 3);
	sampled_entries(130, 65, 3, 2, 7, 9, 1);
}

int
main(void)
{
	each_mode(all_sizes);
	return check_done();
}
