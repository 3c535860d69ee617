/* batch norm and pooling of images stored as bfloat16: against the definitions in double of the stored values
 */
#include "nn/bnorm.h"
#include "nn/moments.h"
#include "nn/pool.h"

#include "base/par.h"
#include "stored.h"

#define HALF ELEM_BF16

/* --- batch norm --- */

static struct {
	struct bnorm b;
	struct stored x, y, dy, dx, dres, dx0, dres0, res, gamma, beta, mean, var;
	struct stored rscale, rshift;
	struct operand_part residual;
	float count, *save;
	double *m, *r;     /* of the batch, or the running ones: mean, 1/sqrt(var + eps) */
	double *sum, *dot; /* of g, and of g (x - m) r */
	size_t pixels;
	int training;
} t;

static void
start(int c, size_t pixels, int relu, int res, int training)
{
	size_t n = pixels * c, i;

	memset(&t, 0, sizeof t);
	t.gamma = stored_random((size_t)c, ELEM_F32, 1);
	t.beta = stored_random((size_t)c, ELEM_F32, 2);
	t.mean = stored_random((size_t)c, ELEM_F32, 3);
	t.var = stored_random((size_t)c, ELEM_F32, 4);
	t.rscale = stored_random((size_t)c, ELEM_F32, 5);
	t.rshift = stored_random((size_t)c, ELEM_F32, 6);
	for (i = 0; i < (size_t)c; i++)
		((float *)t.var.at)[i] += 1.5f;
	t.b = (struct bnorm){.c = c,
			     .relu = relu,
			     .elem = HALF,
			     .gamma = t.gamma.at,
			     .beta = t.beta.at,
			     .mean = t.mean.at,
			     .var = t.var.at,
			     .count = &t.count};
	t.x = stored_random(n, HALF, 7);
	t.y = stored_random(n, HALF, 8);
	t.dy = stored_random(n, HALF, 9);
	t.dx = stored_random(n, HALF, 10);
	t.dx0 = stored_random(n, HALF, 10);
	t.dres = stored_random(n, HALF, 11);
	t.dres0 = stored_random(n, HALF, 11);
	t.res = stored_random(n, HALF, 12);
	t.residual = (struct operand_part){.x = res ? t.res.at : NULL, .elem = HALF, .c = c};
	if (res > 1) {
		t.residual.scale = t.rscale.at;
		t.residual.shift = t.rshift.at;
	}
	t.save = calloc(BNORM_SAVE(c), sizeof *t.save);
	t.m = calloc(4 * (size_t)c, sizeof *t.m);
	t.r = t.m + c;
	t.sum = t.r + c;
	t.dot = t.sum + c;
	t.pixels = pixels;
	t.training = training;
}

static void
finish(void)
{
	struct stored *all[] = {&t.x,   &t.y,     &t.dy,   &t.dx,   &t.dres, &t.dx0,    &t.dres0,
				&t.res, &t.gamma, &t.beta, &t.mean, &t.var,  &t.rscale, &t.rshift};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		stored_free(all[i]);
	free(t.save);
	free(t.m);
}

/* Mean and 1/sqrt(var + eps); returns the worst error of the running statistics that should follow, in units
 * of 1e-6. */
static double
moments(const double *mean0, const double *var0)
{
	double most = 0, n = (double)t.pixels;
	int c = t.b.c, ch;
	size_t i;

	for (ch = 0; ch < c; ch++) {
		double m = 0, v = 0;

		for (i = 0; i < t.pixels; i++)
			m += stored_value(&t.x, i * c + ch) / n;
		for (i = 0; i < t.pixels; i++)
			v += pow(stored_value(&t.x, i * c + ch) - m, 2) / n;
		t.m[ch] = t.training ? m : mean0[ch];
		t.r[ch] = 1 / sqrt((t.training ? v : var0[ch]) + BNORM_EPS);
		most = fmax(most, fabs(t.b.mean[ch] - (t.training ? 0.9 * mean0[ch] + 0.1 * m : mean0[ch])));
		most = fmax(most, fabs(t.b.var[ch] -
				       (t.training ? 0.9 * var0[ch] + 0.1 * v * n / (n - 1) : var0[ch])));
	}
	return most / 1e-6;
}

/* y before the ReLU, and the size of its terms */
static double
normalized(size_t i, double *size)
{
	int ch = (int)(i % (size_t)t.b.c);
	double y = t.b.gamma[ch] * (stored_value(&t.x, i) - t.m[ch]) * t.r[ch] + t.b.beta[ch], res = 0;

	*size = fabs(t.b.gamma[ch] * t.r[ch]) * (fabs(stored_value(&t.x, i)) + fabs(t.m[ch])) +
		fabs(t.b.beta[ch]);
	if (t.residual.x)
		res = stored_value(&t.res, i);
	if (t.residual.scale)
		res = t.residual.scale[ch] * res + t.residual.shift[ch];
	*size += fabs(res) + 1;
	return y + res;
}

static double
forward_error(void)
{
	double most = stored_overrun(&t.y), y, size;
	size_t i;

	for (i = 0; i < t.y.n; i++) {
		y = normalized(i, &size);
		most = fmax(most, stored_error(&t.y, i, t.b.relu && y < 0 ? 0 : y, size * 0x1p-21, 0));
	}
	return most;
}

/* The gradient after the ReLU. Whether it was open: by y where there is a residual, as bnorm.h has it. */
static double
gated(size_t i)
{
	double size, y = t.residual.x ? stored_value(&t.y, i) : normalized(i, &size);

	return !t.b.relu || y > 0 ? stored_value(&t.dy, i) : 0;
}

static void
sums(void)
{
	size_t i;

	for (i = 0; i < t.x.n; i++) {
		int ch = (int)(i % (size_t)t.b.c);

		t.sum[ch] += gated(i);
		t.dot[ch] += gated(i) * (stored_value(&t.x, i) - t.m[ch]) * t.r[ch];
	}
}

/* Of dx, or dres, with what was there before if `add` */
static double
backward_error(const struct stored *out, const struct stored *before, int add, int of_res, const double *g)
{
	double most = stored_overrun(out), n = (double)t.pixels, want, size;
	size_t i;

	for (i = 0; i < out->n; i++) {
		int ch = (int)(i % (size_t)t.b.c);
		double xhat = (stored_value(&t.x, i) - t.m[ch]) * t.r[ch], scale = t.b.gamma[ch] * t.r[ch];

		want = size = g[i];
		if (!of_res) {
			want = scale * (g[i] - (t.training ? t.sum[ch] / n + xhat * t.dot[ch] / n : 0));
			size = fabs(scale) * (fabs(g[i]) + fabs(t.sum[ch] / n) + fabs(xhat * t.dot[ch] / n));
		}
		if (add)
			want += stored_value(before, i);
		most = fmax(most, stored_error(out, i, want, (fabs(size) + fabs(want)) * 0x1p-20, 0));
	}
	return most;
}

static double *
gradients_after_relu(void)
{
	double *g = calloc(t.x.n, sizeof *g);
	size_t i;

	for (i = 0; i < t.x.n; i++)
		g[i] = gated(i);
	return g;
}

static void
backward(int add_x, int add_res)
{
	int c = t.b.c, ch, res = t.residual.x != NULL;
	float *dgamma = calloc(2 * (size_t)c, sizeof *dgamma), *dbeta = dgamma + c;
	double *g = gradients_after_relu(), most = 0;

	sums();
	for (ch = 0; ch < c; ch++)
		dgamma[ch] = dbeta[ch] = 3;
	bnorm_backward(t.dx.at, add_x, res ? t.dres.at : NULL, add_res, dgamma, dbeta, t.dy.at, t.x.at,
		       res ? t.y.at : NULL, t.save, &t.b, t.pixels, t.training);
	for (ch = 0; ch < c; ch++) {
		most = fmax(most, fabs(dgamma[ch] - 3 - t.dot[ch]));
		most = fmax(most, fabs(dbeta[ch] - 3 - t.sum[ch]));
	}
	CHECK(most < 1e-5 * sqrt((double)t.pixels), "gradients of the parameters");
	CHECK(backward_error(&t.dx, &t.dx0, add_x, 0, g) <= 1, add_x ? "dx, added" : "dx");
	if (res)
		CHECK(backward_error(&t.dres, &t.dres0, add_res, 1, g) <= 1,
		      add_res ? "dres, added" : "dres");
	bnorm_backward(t.dy.at, 0, NULL, 0, NULL, NULL, t.dy.at, t.x.at, res ? t.y.at : NULL, t.save, &t.b,
		       t.pixels, t.training);
	CHECK(backward_error(&t.dy, NULL, 0, 0, g) <= 1, "dx over dy");
	free(g);
	free(dgamma);
}

/* res 0: none, 1: as it is, 2: scaled */
static void
bnorm(int c, size_t pixels, int relu, int res, int training)
{
	double *mean0 = calloc(2 * (size_t)c, sizeof *mean0), *var0 = mean0 + c;
	char name[96];
	int ch;

	start(c, pixels, relu, res, training);
	for (ch = 0; ch < c; ch++) {
		mean0[ch] = t.b.mean[ch];
		var0[ch] = t.b.var[ch];
	}
	snprintf(name, sizeof name, "%zu pixels of %d channels%s%s%s", pixels, c, relu ? ", relu" : "",
		 res == 2 ? ", scaled residual"
		 : res    ? ", residual"
			  : "",
		 training ? "" : ", running statistics");
	if (training)
		moments_of((double *)t.save, t.x.at, t.b.elem, c, pixels);
	bnorm_statistics(t.save, &t.b, training ? (double *)t.save : NULL, pixels);
	CHECK(moments(mean0, var0) <= 1 && t.count == training, name);
	bnorm_apply(t.y.at, t.save, &t.b, t.x.at, &t.residual, pixels);
	CHECK(forward_error() <= 1, "forward");
	backward(relu, !relu);
	finish();
	free(mean0);
}

/* --- pooling --- */

enum { N = 2, H = 5, W = 8, OH = 3, OW = 4 };

/* The place of the first maximum of a window: 3 * row + column */
static int
place_of(const struct stored *x, int c, int ch, int s, int i, int j, double *most)
{
	int p, q, place = -1;

	*most = 0;
	for (p = 0; p < 3; p++)
		for (q = 0; q < 3; q++) {
			int row = 2 * i + p - 1, col = 2 * j + q - 1;
			double v;

			if (row < 0 || row >= H || col < 0 || col >= W)
				continue;
			v = stored_value(x, (((size_t)s * H + row) * W + col) * c + ch);
			if (place >= 0 && v <= *most)
				continue;
			*most = v;
			place = 3 * p + q;
		}
	return place;
}

/* Also what the backward pass should add to dx: up to four gradients, each sum rounded. */
static int
maxpool_wrong(const struct stored *x, const struct stored *y, const struct stored *dy, const uint8_t *from,
	      double *dx, int c)
{
	int s, i, j, ch, wrong = 0, place;
	size_t at = 0;
	double most;

	for (s = 0; s < N; s++)
		for (i = 0; i < OH; i++)
			for (j = 0; j < OW; j++)
				for (ch = 0; ch < c; ch++, at++) {
					place = place_of(x, c, ch, s, i, j, &most);
					wrong += stored_value(y, at) != most || from[at] != place;
					dx[(((size_t)s * H + 2 * i + place / 3 - 1) * W + 2 * j + place % 3 -
					    1) * c +
					   ch] += stored_value(dy, at);
				}
	return wrong;
}

static void
maxpool(int c)
{
	size_t nx = (size_t)N * H * W * c, ny = (size_t)N * OH * OW * c, i;
	struct stored x = stored_random(nx, HALF, 1), y = stored_random(ny, HALF, 2),
		      dy = stored_random(ny, HALF, 3);
	struct stored dx = stored_random(nx, HALF, 4), dx0 = stored_random(nx, HALF, 4);
	struct operand op = operand_plain(x.at, HALF, c, H, W);
	uint8_t *from = calloc(ny, 1);
	double *sum = calloc(nx, sizeof *sum), most = 0;

	maxpool_forward(y.at, HALF, from, &op, N);
	CHECK(maxpool_wrong(&x, &y, &dy, from, sum, c) == 0 && stored_overrun(&y) == 0,
	      "max pooling takes values as they are");
	maxpool_backward(dx.at, 1, dy.at, HALF, from, N, c, H, W);
	for (i = 0; i < nx; i++)
		most = fmax(most, stored_error(&dx, i, stored_value(&dx0, i) + sum[i], 0, 8));
	maxpool_backward(dx.at, 0, dy.at, HALF, from, N, c, H, W);
	for (i = 0; i < nx; i++)
		most = fmax(most, stored_error(&dx, i, sum[i], 0, 6));
	CHECK(most <= 1 && stored_overrun(&dx) == 0, "its gradients, added and written");
	free(from);
	free(sum);
	stored_free(&x);
	stored_free(&y);
	stored_free(&dy);
	stored_free(&dx);
	stored_free(&dx0);
}

static void
average(int c)
{
	enum { HW = H * W };
	size_t nx = (size_t)N * HW * c, i;
	struct stored x = stored_random(nx, HALF, 1), y = stored_random((size_t)N * c, ELEM_F32, 2);
	struct stored dx = stored_random(nx, HALF, 4), dx0 = stored_random(nx, HALF, 4);
	double *mean = calloc((size_t)N * c, sizeof *mean), most = 0;
	int add;

	for (i = 0; i < nx; i++)
		mean[i / (HW * c) * c + i % c] += stored_value(&x, i) / HW;
	gap_forward(y.at, x.at, HALF, N, c, HW);
	for (i = 0; i < y.n; i++)
		most = fmax(most, stored_error(&y, i, mean[i], 0, 0));
	CHECK(most <= 1 && stored_overrun(&y) == 0, "the average is float");
	for (most = 0, add = 1; add >= 0; add--) {
		gap_backward(dx.at, HALF, add, y.at, N, c, HW);
		for (i = 0; i < nx; i++)
			most = fmax(most, stored_error(&dx, i,
						       stored_value(&y, i / (HW * c) * c + i % c) / HW +
							       (add ? stored_value(&dx0, i) : 0),
						       1e-7, 0));
	}
	CHECK(most <= 1 && stored_overrun(&dx) == 0, "its gradients, added and written");
	free(mean);
	stored_free(&x);
	stored_free(&y);
	stored_free(&dx);
	stored_free(&dx0);
}

static void
upcat(int cx, int cs)
{
	int c = cx + cs, ch, add;
	size_t pixels = (size_t)N * 4 * H * W, i;
	struct stored dy = stored_random(pixels * c, HALF, 1), dx = stored_random(pixels / 4 * cx, HALF, 2);
	struct stored dx0 = stored_random(dx.n, HALF, 2), ds = stored_random(pixels * cs, HALF, 3),
		      ds0 = stored_random(ds.n, HALF, 3);
	double *sum = calloc(dx.n, sizeof *sum), most = 0;

	for (i = 0; i < pixels; i++) /* pixel (s, row, col) of dy belongs to (s, row/2, col/2) */
		for (ch = 0; ch < cx; ch++)
			sum[(i / (2 * W) / 2 * W + i % (2 * W) / 2) * cx + ch] +=
				stored_value(&dy, i * c + ch);
	for (add = 1; add >= 0; add--) {
		upcat_backward(dx.at, add, ds.at, add, dy.at, HALF, N, cx, cs, H, W);
		for (i = 0; i < dx.n; i++)
			most = fmax(most, stored_error(&dx, i, sum[i] + (add ? stored_value(&dx0, i) : 0),
						       5e-7, 0));
		for (i = 0; i < ds.n; i++)
			most = fmax(most, stored_error(&ds, i,
						       stored_value(&dy, i / cs * c + cx + i % cs) +
							       (add ? stored_value(&ds0, i) : 0),
						       0, 0));
	}
	CHECK(most <= 1 && stored_overrun(&dx) == 0 && stored_overrun(&ds) == 0,
	      "upsampling's and the skip's gradients");
	upcat_backward(dx.at, 0, NULL, 0, dy.at, HALF, N, cx, cs, H, W);
	for (most = 0, i = 0; i < dx.n; i++)
		most = fmax(most, stored_error(&dx, i, sum[i], 5e-7, 0));
	CHECK(most <= 1, "without the skip's");
	free(sum);
	stored_free(&dy);
	stored_free(&dx);
	stored_free(&dx0);
	stored_free(&ds);
	stored_free(&ds0);
}

int
main(void)
{
	static const int channels[] = {1, 4, 33, 64, 70};
	size_t i;
	int k;

	par_init(2);
	for (i = 0; i < sizeof channels / sizeof *channels; i++) {
		for (k = 0; k < 12; k++)
			bnorm(channels[i], 1600, k & 1, k >> 2, k >> 1 & 1);
		bnorm(channels[i], 37, 1, 2, 1); /* no multiple of the pixels that fill a row */
		maxpool(channels[i]);
		average(channels[i]);
		upcat(channels[i], channels[i] / 2 + 1);
	}
	return check_done();
}
