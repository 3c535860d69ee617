/* graph: a small residual U-Net with every kind of node, its gradients against finite differences; plans that
 * reuse memory give the same numbers; frozen parts stay put */
#include "nn/graph.h"

#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "check.h"
#include "modes.h"
#include "numeric.h"

#define BATCH 3

struct net {
	struct graph *g;
	struct params ps;
	int x, feature, logits;
	float *r1, *r2;
	void *arena;
};

static void
build(struct net *t, enum graph_mode mode)
{
	struct graph *g = t->g = graph_new(BATCH);
	struct params *ps = &t->ps;
	int a, b, c;

	t->x = graph_input(g, 2, 16, 24);
	a = graph_bnorm(g, graph_conv(g, t->x, ps, "stem", 4, 7, 2, 3, 0), -1, ps, "stem_bn", 1);
	b = graph_maxpool(g, a);
	c = graph_bnorm(g, graph_conv(g, b, ps, "c1", 4, 3, 1, 1, 0), -1, ps, "bn1", 1);
	c = graph_bnorm(g, graph_conv(g, c, ps, "c2", 4, 1, 1, 0, 0), b, ps, "bn2", 1); /* residual */
	t->feature = graph_linear(g, graph_gap(g, c), ps, "fc", 5, 1);
	t->logits = graph_conv(g, graph_upcat(g, graph_upcat(g, c, a), -1), ps, "head", 2, 3, 1, 1, 1);
	graph_output(g, t->feature);
	graph_output(g, t->logits);
	graph_plan(g, mode);
	t->arena = mem_aligned(graph_bytes(g));
	memset(t->arena, 0xff, graph_bytes(g)); /* NaN: memory read before it is written shows */
	graph_bind(g, t->arena);
}

static void
fill(struct net *t)
{
	float *x = random_floats(BATCH * 2 * 16 * 24, 11);
	int i, k;

	for (i = 0; i < t->ps.n; i++) {
		struct param *p = &t->ps.p[i];
		float *v = random_floats((size_t)p->n, 100 + (uint64_t)i);

		for (k = 0; k < p->n; k++)
			p->data[k] = strstr(p->name, "var") || (strstr(p->name, "bn") && strstr(p->name, "weight"))
			                     ? 1 + 0.3f * v[k] : p->kind == PARAM_COUNT ? 0 : 0.5f * v[k];
		free(v);
	}
	graph_put(t->g, t->x, x, BATCH);
	free(x);
	t->r1 = random_floats(BATCH * 5, 12);
	t->r2 = random_floats(BATCH * 2 * 16 * 24, 13);
}

static void
teardown(struct net *t)
{
	graph_delete(t->g);
	params_free(&t->ps);
	free(t->r1);
	free(t->r2);
	free(t->arena);
}

static double
loss(void *ctx)
{
	struct net *t = ctx;
	static float stats[4096];
	size_t at = 0;
	int i;

	for (i = 0; i < t->ps.n; i++) /* running statistics must not drift from one evaluation to the next */
		if (t->ps.p[i].kind != PARAM_TRAINED) {
			memcpy(stats + at, t->ps.p[i].data, (size_t)t->ps.p[i].n * sizeof(float));
			at += (size_t)t->ps.p[i].n;
		}
	graph_forward(t->g, &t->ps, BATCH, 1);
	for (i = 0, at = 0; i < t->ps.n; i++)
		if (t->ps.p[i].kind != PARAM_TRAINED) {
			memcpy(t->ps.p[i].data, stats + at, (size_t)t->ps.p[i].n * sizeof(float));
			at += (size_t)t->ps.p[i].n;
		}
	return inner(graph_data(t->g, t->feature), t->r1, BATCH * 5) +
	       inner(graph_data(t->g, t->logits), t->r2, BATCH * 2 * 16 * 24);
}

static void
backward(struct net *t)
{
	memcpy(graph_grad(t->g, t->feature), t->r1, BATCH * 5 * sizeof(float));
	memcpy(graph_grad(t->g, t->logits), t->r2, BATCH * 2 * 16 * 24 * sizeof(float));
	graph_backward(t->g, &t->ps);
}

static void
network(void)
{
	struct net train = { 0 }, infer = { 0 };
	double value;
	float *once;
	int i;

	params_init(&train.ps, 1);
	build(&train, GRAPH_TRAIN);
	fill(&train);
	value = loss(&train);
	backward(&train);
	for (i = 0; i < train.ps.n; i++) {
		struct param *p = &train.ps.p[i];

		if (p->kind == PARAM_TRAINED)
			CHECK_NEAR(difference_error(loss, &train, p->data, p->grad, (size_t)p->n, 1 + (size_t)p->n / 40, 5e-4f), 0,
			           1e-2, p->name);
	}
	once = mem_aligned((size_t)train.ps.p[0].n * sizeof(float));
	memcpy(once, train.ps.p[0].grad, (size_t)train.ps.p[0].n * sizeof(float));
	loss(&train);
	backward(&train);
	for (i = 0; i < train.ps.p[0].n; i++)
		once[i] *= 2;
	CHECK_NEAR(distance(once, train.ps.p[0].grad, (size_t)train.ps.p[0].n), 0, 1e-6, "gradients accumulate");

	params_clone(&infer.ps, &train.ps, 0);
	build(&infer, GRAPH_INFER);
	fill(&infer);
	CHECK(graph_bytes(infer.g) < graph_bytes(train.g), "inference needs less memory");
	CHECK(loss(&infer) == value, "and computes the same");

	params_zero_grad(&train.ps);
	for (i = 0; i < train.ps.n; i++)
		train.ps.p[i].frozen = strncmp(train.ps.p[i].name, "head", 4) != 0;
	graph_forward(train.g, &train.ps, BATCH, 1);
	CHECK(train.ps.p[params_find(&train.ps, "bn1.num_batches_tracked")].data[0] == 0,
	      "a frozen batch norm does not move its statistics");
	backward(&train);
	for (i = 0, value = 0; i < train.ps.n; i++)
		if (train.ps.p[i].grad && train.ps.p[i].frozen)
			value += norm(train.ps.p[i].grad, (size_t)train.ps.p[i].n);
	CHECK(value == 0, "frozen parameters get no gradient");
	CHECK(norm(train.ps.p[params_find(&train.ps, "head.weight")].grad, 72) > 0, "the others do");
	free(once);
	teardown(&train);
	teardown(&infer);
}

int
main(void)
{
	par_init(2);
	each_mode(network);
	return check_done();
}
