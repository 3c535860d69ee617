/* optim: six steps against PyTorch, chunks, threads, clipping */
#include "nn/optim.h"

#include <stdlib.h>

#include "../golden/optim.h"
#include "base/mem.h"
#include "base/par.h"
#include "check.h"

#define STEPS 6
#define ALL 42 /* elements of the four tensors in the golden file */

static void
load_params(struct params *ps)
{
	int64_t shape[4][4] = { { 3, 5 }, { 7 }, { 2, 2, 1, 3 }, { 4, 2 } };
	int ndim[4] = { 2, 1, 4, 2 }, i, at = 0;
	char name[] = "a";

	params_init(ps, 1);
	for (i = 0; i < 4; i++, name[0]++) {
		int id = params_add(ps, PARAM_TRAINED, name, ndim[i], shape[i]);
		struct param *p = &ps->p[id];

		memcpy(p->data, golden_start + at, (size_t)p->n * sizeof(float));
		at += (int)p->n;
	}
	params_add(ps, PARAM_STAT, "running", 1, (int64_t[]){ 3 });
}

static void
load_grads(struct params *ps, int step)
{
	const float *g = golden_grads + step * ALL;
	int i;

	for (i = 0; i < 4; i++) {
		memcpy(ps->p[i].grad, g, (size_t)ps->p[i].n * sizeof(float));
		g += ps->p[i].n;
	}
}

static double
distance(const struct params *ps, const float *want, int grad)
{
	double worst = 0;
	int64_t k;
	int i;

	for (i = 0; i < 4; i++)
		for (k = 0; k < ps->p[i].n; k++)
			worst = fmax(worst, fabs((double)(grad ? ps->p[i].grad : ps->p[i].data)[k] - *want++));
	return worst;
}

/* set[]: momentum, weight decay, beta1, beta2, eps, eta; NAN keeps the default */
static void
against_pytorch(const char *name, enum optim_kind kind, const double set[6], const float *want)
{
	struct params ps;
	struct optim o;
	double *field[6] = { &o.momentum, &o.weight_decay, &o.beta1, &o.beta2, &o.eps, &o.eta };
	int k;

	load_params(&ps);
	optim_init(&o, kind, &ps);
	for (k = 0; k < 6; k++)
		if (!isnan(set[k]))
			*field[k] = set[k];
	for (k = 0; k < STEPS; k++) {
		char text[64];

		load_grads(&ps, k);
		ps.p[2].frozen = k < 2;
		optim_step(&o, &ps, (double)golden_rates[k]);
		snprintf(text, sizeof text, "%s, step %d is PyTorch's", name, k + 1);
		CHECK_NEAR(distance(&ps, want + k * ALL, 0), 0, 5e-7, text);
	}
	CHECK(o.state[0].steps == 6 && o.state[2].steps == 4 && !o.state[4].m, "steps are counted per parameter");
	CHECK(!o.state[0].v == (kind != OPTIM_ADAM), "only adam has a second moment");
	optim_free(&o);
	params_free(&ps);
}

static void
clipping(void)
{
	struct params ps;

	load_params(&ps);
	load_grads(&ps, 0);
	CHECK_NEAR(params_grad_norm(&ps), golden_norm, 1e-9 * golden_norm, "the norm of all gradients is PyTorch's");
	CHECK_NEAR(params_clip(&ps, 100), golden_norm, 1e-9 * golden_norm, "clipping tells the norm");
	CHECK(distance(&ps, golden_whole, 1) == 0, "gradients under the limit are left alone");
	CHECK_NEAR(params_clip(&ps, 0.25), golden_norm, 1e-9 * golden_norm, "and those over it");
	CHECK_NEAR(distance(&ps, golden_clipped, 1), 0, 1e-8, "are scaled as PyTorch does");
	CHECK_NEAR(params_grad_norm(&ps), 0.25, 1e-6, "to the limit");
	ps.p[0].frozen = ps.p[2].frozen = ps.p[3].frozen = 1;
	ps.p[0].grad[0] = 1e9f;
	CHECK(params_grad_norm(&ps) < 0.25, "frozen parameters don't count");
	params_free(&ps);
}

/* Three tensors that end before, at and after a chunk's border, with gradients of very different sizes. */
static void
large_params(struct params *ps)
{
	int64_t size[3][2] = { { 65535, 1 }, { 2, 65536 }, { 3, 65537 } }, k;
	char name[] = "a";
	int i;

	params_init(ps, 1);
	for (i = 0; i < 3; i++, name[0]++) {
		int at = params_add(ps, PARAM_TRAINED, name, 2, size[i]);
		struct param *p = &ps->p[at];
		struct rng r = rng_at(3, RNG_TEST, 0, (uint64_t)i);

		for (k = 0; k < p->n; k++) {
			p->data[k] = (float)rng_range(&r, -1, 1);
			p->grad[k] = (float)(rng_range(&r, -1, 1) * pow(10, rng_range(&r, -6, 0)));
		}
	}
}

static double
norm(const float *x, int64_t n)
{
	double s = 0;
	int64_t k;

	for (k = 0; k < n; k++)
		s += (double)x[k] * x[k];
	return sqrt(s);
}

/* The largest difference of one first LARS step from the formula. */
static double
lars_error(const struct params *after, const struct params *before, double lr)
{
	double worst = 0;
	int64_t k;
	int i;

	for (i = 0; i < before->n; i++) {
		const struct param *p = &before->p[i];
		double w = norm(p->data, p->n), g = norm(p->grad, p->n), r = 0.02 * w / (g + 1e-5 * w + 1e-8) / lr;

		r = r < 1 ? r : 1;
		for (k = 0; k < p->n; k++)
			worst = fmax(worst, fabs(p->data[k] - lr * r * (p->grad[k] + 1e-5 * p->data[k]) -
			                         after->p[i].data[k]));
	}
	return worst;
}

static void
chunks_and_threads(void)
{
	struct params before, one, many;
	struct optim o1, o2;
	double n1, n2;
	int i, k, same = 1;

	large_params(&before);
	large_params(&one);
	large_params(&many);
	optim_init(&o1, OPTIM_LARS, &one);
	optim_init(&o2, OPTIM_LARS, &many);
	optim_step(&o1, &one, 0.3);
	CHECK_NEAR(lars_error(&one, &before, 0.3), 0, 2e-7, "tensors of several chunks move by one formula");
	optim_step(&o1, &one, 0.3);
	n1 = params_grad_norm(&one);
	par_init(3);
	for (k = 0; k < 2; k++)
		optim_step(&o2, &many, 0.3);
	n2 = params_grad_norm(&many);
	for (i = 0; i < one.n; i++)
		same &= !memcmp(one.p[i].data, many.p[i].data, (size_t)one.p[i].n * sizeof(float));
	CHECK(same && n1 == n2, "three threads give the same bytes as one");
	optim_free(&o1);
	optim_free(&o2);
	params_free(&before);
	params_free(&one);
	params_free(&many);
}

int
main(void)
{
	static const double as_is[6] = { NAN, NAN, NAN, NAN, NAN, NAN };

	against_pytorch("sgd", OPTIM_SGD, (double[]){ 0.9, 0.01, NAN, NAN, NAN, NAN }, golden_sgd);
	against_pytorch("sgd without momentum", OPTIM_SGD, (double[]){ 0, 0, NAN, NAN, NAN, NAN }, golden_sgd_plain);
	against_pytorch("adam", OPTIM_ADAM, as_is, golden_adam);
	against_pytorch("adam with decay", OPTIM_ADAM, (double[]){ NAN, 0.1, 0.8, 0.99, 1e-4, NAN },
	                golden_adam_decay);
	against_pytorch("lars", OPTIM_LARS, as_is, golden_lars);
	against_pytorch("lars with decay", OPTIM_LARS, (double[]){ 0.5, 0.1, NAN, NAN, 0.01, 0.5 },
	                golden_lars_decay);
	clipping();
	chunks_and_threads();
	return check_done();
}
