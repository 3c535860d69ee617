/* bnorm: against the definition, and its gradients against finite differences */
#include "nn/bnorm.h"

#include <string.h>

#include "check.h"
#include "nn/moments.h"
#include "numeric.h"

struct problem {
	struct bnorm b;
	float *x, *res, *y, *save, *r; /* r: the loss is <y, r> */
	float gamma[40], beta[40], mean[40], var[40], count;
	size_t pixels;
	int training;
};

static void
forward(struct problem *p)
{
	struct operand_part res = { .x = p->res };

	double *moments = p->training ? (double *)p->save : NULL;

	if (moments)
		moments_of(moments, p->x, ELEM_F32, p->b.c, p->pixels);
	bnorm_statistics(p->save, &p->b, moments, p->pixels);
	bnorm_apply(p->y, p->save, &p->b, p->x, &res, p->pixels);
}

static double
loss(void *ctx)
{
	struct problem *p = ctx;
	float mean[40], var[40], count = p->count;
	size_t size = p->pixels * (size_t)p->b.c;

	memcpy(mean, p->mean, sizeof mean);
	memcpy(var, p->var, sizeof var);
	forward(p);
	memcpy(p->mean, mean, sizeof mean);
	memcpy(p->var, var, sizeof var);
	p->count = count;
	return inner(p->y, p->r, size);
}

static void
setup(struct problem *p, int n, int c, int hw, int relu, int res, int training)
{
	size_t size = (size_t)n * c * hw;
	struct rng r = rng_at(9, RNG_TEST, 0, 0);
	int i;

	memset(p, 0, sizeof *p);
	p->b = (struct bnorm){ .c = c, .relu = relu, .gamma = p->gamma, .beta = p->beta, .mean = p->mean,
	                       .var = p->var, .count = &p->count };
	p->pixels = (size_t)n * hw;
	p->training = training;
	p->x = random_floats(size, 1);
	p->res = res ? random_floats(size, 2) : NULL;
	p->r = random_floats(size, 3);
	p->y = random_floats(size, 4);
	p->save = random_floats(BNORM_SAVE(c), 5);
	for (i = 0; i < c; i++) {
		p->gamma[i] = (float)rng_range(&r, 0.5, 2);
		p->beta[i] = (float)rng_range(&r, -1, 1);
		p->mean[i] = (float)rng_range(&r, -0.3, 0.3);
		p->var[i] = (float)rng_range(&r, 0.2, 2);
	}
}

static void
teardown(struct problem *p)
{
	free(p->x);
	free(p->res);
	free(p->r);
	free(p->y);
	free(p->save);
}

static void
gradients(int n, int c, int hw, int relu, int res, int training)
{
	struct problem p;
	size_t size = (size_t)n * c * hw;
	float *dx, *dres = NULL, dgamma[40] = { 0 }, dbeta[40] = { 0 };
	char name[96];
	double tol = relu ? 1e-2 : 2e-3; /* a ReLU that opens between two points spoils a difference or two */
	float h = relu ? 5e-4f : 4e-3f;

	setup(&p, n, c, hw, relu, res, training);
	snprintf(name, sizeof name, "(%d,%d,%d)%s%s%s: dx", n, c, hw, relu ? " relu" : "", res ? " add" : "",
	         training ? "" : " eval");
	dx = random_floats(size, 6);
	if (res)
		dres = random_floats(size, 7);
	loss(&p);
	bnorm_backward(dx, 0, dres, 0, dgamma, dbeta, p.r, p.x, res ? p.y : NULL, p.save, &p.b,
	               p.pixels, training);
	CHECK_NEAR(difference_error(loss, &p, p.x, dx, size, 1, h), 0, tol, name);
	if (res)
		CHECK_NEAR(difference_error(loss, &p, p.res, dres, size, 1, h), 0, tol, "dres");
	CHECK_NEAR(difference_error(loss, &p, p.gamma, dgamma, (size_t)c, 1, h), 0, tol, "dgamma");
	CHECK_NEAR(difference_error(loss, &p, p.beta, dbeta, (size_t)c, 1, h), 0, tol, "dbeta");
	free(dx);
	free(dres);
	teardown(&p);
}

static void
definition(void)
{
	enum { N = 3, C = 4, HW = 35 };
	struct problem p;
	double worst = 0, stats = 0;
	float mean0[C], var0[C];
	int ch, s, k;

	setup(&p, N, C, HW, 0, 0, 1);
	for (k = 0; k < N * C * HW; k++)
		p.x[k] = p.x[k] * 0.01f + 30; /* a large mean must not cost digits */
	memcpy(mean0, p.mean, sizeof mean0);
	memcpy(var0, p.var, sizeof var0);
	forward(&p);
	for (ch = 0; ch < C; ch++) {
		double m = 0, v = 0;

		for (s = 0; s < N; s++)
			for (k = 0; k < HW; k++)
				m += p.x[(s * HW + k) * C + ch] / (double)(N * HW);
		for (s = 0; s < N; s++)
			for (k = 0; k < HW; k++)
				v += pow(p.x[(s * HW + k) * C + ch] - m, 2) / (N * HW);
		for (s = 0; s < N; s++)
			for (k = 0; k < HW; k++)
				worst = fmax(worst, fabs(p.y[(s * HW + k) * C + ch] - p.beta[ch] -
				                         p.gamma[ch] * (p.x[(s * HW + k) * C + ch] - m) / sqrt(v + 1e-5)));
		stats = fmax(stats, fabs(p.mean[ch] - (0.9 * mean0[ch] + 0.1 * m)));
		stats = fmax(stats, fabs(p.var[ch] - (0.9 * var0[ch] + 0.1 * v * N * HW / (N * HW - 1))));
	}
	CHECK_NEAR(worst, 0, 2e-3, "training output by the definition");
	CHECK_NEAR(stats, 0, 1e-5, "running statistics by the definition");
	CHECK(p.count == 1, "the batch is counted");
	teardown(&p);
}

int
main(void)
{
	definition();
	gradients(4, 3, 21, 0, 0, 1);
	gradients(4, 3, 21, 1, 0, 1);
	gradients(3, 2, 16, 1, 1, 1);
	gradients(3, 2, 16, 0, 1, 0);
	gradients(3, 2, 16, 1, 0, 0);
	gradients(6, 33, 1, 1, 0, 1);
	return check_done();
}
