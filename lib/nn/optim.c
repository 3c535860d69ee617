#include "nn/optim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

#define CHUNK 65536 /* elements that one thread takes at a time */

/* --- the parameters that move, cut into chunks --- */

struct chunk {
	int param;
	int64_t from, n;
};

struct cut {
	struct chunk *c;
	int n;
};

static int
moves(const struct param *p)
{
	return p->grad && !p->frozen;
}

static struct cut
cut(const struct params *ps)
{
	struct cut all = { NULL, 0 };
	int64_t from, count = 0;
	int i;

	for (i = 0; i < ps->n; i++)
		count += moves(&ps->p[i]) ? (ps->p[i].n + CHUNK - 1) / CHUNK : 0;
	all.c = mem_array((size_t)count, sizeof *all.c);
	for (i = 0; i < ps->n; i++) {
		const struct param *p = &ps->p[i];

		for (from = 0; moves(p) && from < p->n; from += CHUNK) {
			int64_t left = p->n - from;

			all.c[all.n++] = (struct chunk){ i, from, left < CHUNK ? left : CHUNK };
		}
	}
	return all;
}

/* --- norms --- */

/* Eight sums side by side, so that the compiler may use its vectors without changing the result. */
static double
sum_squares(const float *x, int64_t n)
{
	double s[8] = { 0 };
	int64_t i;
	int j;

	for (i = 0; i + 8 <= n; i += 8)
		for (j = 0; j < 8; j++)
			s[j] += (double)x[i + j] * x[i + j];
	for (j = 0; i < n; i++, j++)
		s[j] += (double)x[i] * x[i];
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

struct norms {
	const struct params *ps;
	const struct chunk *c;
	double *data, *grad; /* per chunk; data may be NULL */
};

static void
norms_chunk(void *ctx, int i, int worker)
{
	const struct norms *q = ctx;
	const struct chunk *c = &q->c[i];
	const struct param *p = &q->ps->p[c->param];

	q->grad[i] = sum_squares(p->grad + c->from, c->n);
	if (q->data)
		q->data[i] = sum_squares(p->data + c->from, c->n);
}

double
params_grad_norm(const struct params *ps)
{
	struct cut all = cut(ps);
	struct norms q = { ps, all.c, NULL, mem_array((size_t)all.n, sizeof(double)) };
	double sum = 0;
	int i;

	par_for(all.n, norms_chunk, &q);
	for (i = 0; i < all.n; i++)
		sum += q.grad[i];
	free(q.grad);
	free(all.c);
	return sqrt(sum);
}

struct scale {
	struct params *ps;
	const struct chunk *c;
	float by;
};

static void
scale_chunk(void *ctx, int i, int worker)
{
	const struct scale *q = ctx;
	const struct chunk *c = &q->c[i];
	float *g = q->ps->p[c->param].grad + c->from, by = q->by;
	int64_t k;

	for (k = 0; k < c->n; k++)
		g[k] *= by;
}

double
params_clip(struct params *ps, double max_norm)
{
	double norm = params_grad_norm(ps), f = max_norm / (norm + 1e-6);
	struct cut all;

	if (f < 1) {
		all = cut(ps);
		par_for(all.n, scale_chunk, &(struct scale){ ps, all.c, (float)f });
		free(all.c);
	}
	return norm;
}

/* --- the step --- */

void
optim_init(struct optim *o, enum optim_kind kind, const struct params *ps)
{
	int i;

	memset(o, 0, sizeof *o);
	o->kind = kind;
	o->momentum = 0.9;
	o->weight_decay = kind == OPTIM_LARS ? 1e-5 : 0;
	o->beta1 = 0.9;
	o->beta2 = 0.999;
	o->eps = 1e-8;
	o->eta = 0.02;
	o->n = ps->n;
	o->state = mem_array((size_t)ps->n, sizeof *o->state);
	for (i = 0; i < ps->n; i++) {
		if (!ps->p[i].grad)
			continue;
		o->state[i].m = mem_array((size_t)ps->p[i].n, sizeof(float));
		if (kind == OPTIM_ADAM)
			o->state[i].v = mem_array((size_t)ps->p[i].n, sizeof(float));
	}
}

size_t
optim_bytes(enum optim_kind kind, const struct params *ps)
{
	size_t bytes = 0;
	int i;

	for (i = 0; i < ps->n; i++)
		bytes += ps->p[i].grad ? (size_t)ps->p[i].n * sizeof(float) * (kind == OPTIM_ADAM ? 2 : 1) : 0;
	return bytes;
}

void
optim_free(struct optim *o)
{
	int i;

	for (i = 0; i < o->n; i++) {
		free(o->state[i].m);
		free(o->state[i].v);
	}
	free(o->state);
	memset(o, 0, sizeof *o);
}

/* What a whole tensor shares in one step. */
struct pace {
	float ratio, decay;          /* SGD, LARS: d = ratio (g + decay p) */
	float step, inv_correction2; /* Adam: lr / (1-b1^t), 1 / sqrt(1-b2^t) */
};

struct step {
	const struct optim *o;
	const struct params *ps;
	const struct chunk *c;
	struct pace *pace; /* per parameter */
	double lr;
};

/* SGD and LARS. */
static void
move_momentum(float *p, float *m, const float *g, int64_t n, const struct pace *a, float mu, float lr)
{
	float ratio = a->ratio, decay = a->decay;
	int64_t i;

	for (i = 0; i < n; i++) {
		m[i] = mu * m[i] + ratio * (g[i] + decay * p[i]);
		p[i] -= lr * m[i];
	}
}

static void
move_adam(float *p, const struct optim_state *s, int64_t from, const float *g, int64_t n, const struct pace *a,
          const struct optim *o)
{
	float *m = s->m + from, *v = s->v + from;
	float b1 = (float)o->beta1, b2 = (float)o->beta2, c1 = (float)(1 - o->beta1), c2 = (float)(1 - o->beta2);
	float decay = a->decay, step = a->step, inv = a->inv_correction2, eps = (float)o->eps;
	int64_t i;

	for (i = 0; i < n; i++) {
		float d = g[i] + decay * p[i];

		m[i] = b1 * m[i] + c1 * d;
		v[i] = b2 * v[i] + c2 * d * d;
		p[i] -= step * m[i] / (sqrtf(v[i]) * inv + eps);
	}
}

static void
step_chunk(void *ctx, int i, int worker)
{
	const struct step *q = ctx;
	const struct chunk *c = &q->c[i];
	const struct param *p = &q->ps->p[c->param];
	const struct optim_state *s = &q->o->state[c->param];
	const struct pace *a = &q->pace[c->param];

	if (q->o->kind == OPTIM_ADAM)
		move_adam(p->data + c->from, s, c->from, p->grad + c->from, c->n, a, q->o);
	else
		move_momentum(p->data + c->from, s->m + c->from, p->grad + c->from, c->n, a, (float)q->o->momentum,
		              (float)q->lr);
}

static double
lars_ratio(const struct optim *o, double data, double grad, double lr)
{
	return fmin(o->eta * data / (grad + o->weight_decay * data + o->eps) / lr, 1);
}

/* Finds the ratio of every tensor; those LARS leaves alone keep 1 and lose the decay. */
static void
pace_lars(struct pace *pace, const struct optim *o, const struct params *ps, const struct cut *all, double lr)
{
	struct norms q = { ps, all->c, mem_array((size_t)all->n, sizeof(double)),
	                   mem_array((size_t)all->n, sizeof(double)) };
	int i, k = 0;

	par_for(all->n, norms_chunk, &q);
	for (i = 0; i < ps->n; i++) {
		double data = 0, grad = 0;

		for (; k < all->n && all->c[k].param == i; k++) {
			data += q.data[k];
			grad += q.grad[k];
		}
		if (ps->p[i].ndim > 1 && data > 0 && grad > 0)
			pace[i].ratio = (float)lars_ratio(o, sqrt(data), sqrt(grad), lr);
		else
			pace[i].decay = 0;
	}
	free(q.data);
	free(q.grad);
}

void
optim_step(struct optim *o, struct params *ps, double lr)
{
	struct cut all = cut(ps);
	struct step q = { o, ps, all.c, mem_array((size_t)ps->n, sizeof *q.pace), lr };
	int i;

	if (ps->n != o->n)
		BUG("optimiser of %d parameters given %d", o->n, ps->n);
	for (i = 0; i < ps->n; i++) {
		double t = (double)(o->state[i].steps += moves(&ps->p[i]));

		q.pace[i].ratio = 1;
		q.pace[i].decay = (float)o->weight_decay;
		if (o->kind == OPTIM_ADAM && t > 0) {
			q.pace[i].step = (float)(lr / (1 - pow(o->beta1, t)));
			q.pace[i].inv_correction2 = (float)(1 / sqrt(1 - pow(o->beta2, t)));
		}
	}
	if (o->kind == OPTIM_LARS)
		pace_lars(q.pace, o, ps, &all, lr);
	par_for(all.n, step_chunk, &q);
	free(q.pace);
	free(all.c);
}
