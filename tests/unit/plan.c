/* plan: what is not stored but computed while reading, or again when needed, gives the same numbers; outputs anywhere in a network get their
 * gradients, nodes that lead nowhere cost nothing; fewer samples than planned, frozen parts */
#include "nn/graph.h"

#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "check.h"
#include "modes.h"
#include "numeric.h"

#define MAX_OUT 4

struct net {
	struct graph *g;
	struct params ps;
	int h, w, batch, n; /* n: samples run */
	int x, node[32], nodes, out[MAX_OUT], outs;
	float *r[MAX_OUT];  /* the loss is the sum of <output, r> */
	void *arena;
};

static int
keep_count(struct net *t, int node)
{
	return t->node[t->nodes++] = node;
}

static int
conv(struct net *t, int x, const char *name, int cout, int k, int stride)
{
	return keep_count(t, graph_conv(t->g, x, &t->ps, name, cout, k, stride, k / 2, 0));
}

static int
bnorm(struct net *t, int x, int res, const char *name, int relu)
{
	return keep_count(t, graph_bnorm(t->g, x, res, &t->ps, name, relu));
}

static void
output(struct net *t, int x)
{
	graph_output(t->g, x);
	t->out[t->outs++] = x;
}

/* --- networks with something odd in each --- */

/* A batch norm with ReLU that a convolution, a residual sum and a pooling read */
static void
shared_relu(struct net *t)
{
	int a = bnorm(t, conv(t, t->x, "c0", 16, 3, 1), -1, "bn0", 1);
	int b = bnorm(t, conv(t, a, "c1", 16, 3, 1), a, "bn1", 1);
	int c = keep_count(t, graph_maxpool(t->g, a));

	output(t, conv(t, b, "c2", 3, 1, 1));
	output(t, conv(t, c, "c3", 2, 1, 1));
}

/* Skip connections of all kinds into upsamplings, one of which two convolutions read */
static void
decoder(struct net *t)
{
	int a = bnorm(t, conv(t, t->x, "c0", 16, 3, 1), -1, "bn0", 1);
	int b = bnorm(t, conv(t, a, "c1", 6, 3, 2), -1, "bn1", 1);
	int c = bnorm(t, conv(t, b, "c2", 20, 3, 2), -1, "bn2", 0);
	int u = keep_count(t, graph_upcat(t->g, c, b)), v;

	v = bnorm(t, conv(t, u, "c3", 16, 3, 1), -1, "bn3", 1);
	v = keep_count(t, graph_upcat(t->g, v, a));
	v = keep_count(t, graph_upcat(t->g, bnorm(t, conv(t, v, "c4", 16, 3, 1), -1, "bn4", 1), -1));
	output(t, conv(t, v, "c5", 2, 3, 1));
	output(t, conv(t, u, "c6", 4, 1, 1));
}

/* Outputs that are read on: a batch norm, and a convolution that a batch norm reads */
static void
inner_outputs(struct net *t)
{
	int a = conv(t, t->x, "c0", 16, 3, 1), b, c;

	output(t, a);
	b = bnorm(t, a, -1, "bn0", 1);
	output(t, b);
	c = bnorm(t, conv(t, b, "c1", 16, 3, 1), b, "bn1", 1);
	output(t, c);
	output(t, bnorm(t, conv(t, c, "c2", 5, 1, 1), -1, "bn2", 0));
}

/* Branches that lead to no output, one of them looked at */
static void
dead_ends(struct net *t)
{
	int a = bnorm(t, conv(t, t->x, "c0", 16, 3, 1), -1, "bn0", 1), b;

	output(t, conv(t, a, "c1", 3, 3, 1));
	b = bnorm(t, conv(t, a, "c2", 16, 3, 1), -1, "bn2", 1);
	graph_keep(t->g, b);
	conv(t, b, "c3", 2, 1, 1);
	bnorm(t, conv(t, a, "c4", 16, 3, 1), -1, "bn4", 1);
}

/* Residual blocks whose outputs can be computed again, the first with a shortcut of its own, one read by an upsampling
 * too */
static void
blocks(struct net *t)
{
	int a = bnorm(t, conv(t, t->x, "c0", 16, 3, 1), -1, "bn0", 1), b, c, d;

	b = bnorm(t, conv(t, a, "c1", 16, 3, 2), bnorm(t, conv(t, a, "c2", 16, 1, 2), -1, "bn2", 0), "bn1", 1);
	c = bnorm(t, conv(t, b, "c3", 16, 3, 1), b, "bn3", 1);
	d = bnorm(t, conv(t, c, "c4", 16, 3, 1), c, "bn4", 1);
	d = bnorm(t, conv(t, d, "c5", 16, 1, 1), d, "bn5", 1);
	d = bnorm(t, conv(t, d, "c6", 8, 3, 2), -1, "bn6", 1);
	output(t, conv(t, keep_count(t, graph_upcat(t->g, d, c)), "c7", 2, 3, 1));
}

static const struct shape {
	const char *name;
	void (*build)(struct net *t);
} shapes[] = {
	{ "a shared ReLU", shared_relu },
	{ "a decoder", decoder },
	{ "outputs inside", inner_outputs },
	{ "dead ends", dead_ends },
	{ "blocks", blocks },
};

/* --- */

static void
fill_params(struct params *ps)
{
	int i, k;

	for (i = 0; i < ps->n; i++) {
		struct param *p = &ps->p[i];
		float *v = random_floats((size_t)p->n, 100 + (uint64_t)i);
		int positive = strstr(p->name, "var") || (strstr(p->name, "bn") && strstr(p->name, "weight"));

		for (k = 0; k < p->n; k++)
			p->data[k] = p->kind == PARAM_COUNT ? 0 : positive ? 1 + 0.3f * v[k] : 0.5f * v[k];
		free(v);
	}
}

/* store: every node is kept, so that nothing is computed while reading */
static void
setup(struct net *t, const struct shape *s, int h, int w, int batch, int n, int store)
{
	int i, c, oh, ow;
	float *x = random_floats((size_t)n * 2 * h * w, 11);

	*t = (struct net){ .h = h, .w = w, .batch = batch, .n = n, .g = graph_new(batch) };
	params_init(&t->ps, 1);
	t->x = graph_input(t->g, 2, h, w);
	s->build(t);
	for (i = 0; store && i < t->nodes; i++)
		graph_keep(t->g, t->node[i]);
	graph_plan(t->g, GRAPH_TRAIN);
	t->arena = mem_aligned(graph_bytes(t->g));
	memset(t->arena, 0xff, graph_bytes(t->g)); /* NaN: memory read before it is written shows */
	graph_bind(t->g, t->arena);
	fill_params(&t->ps);
	graph_put(t->g, t->x, x, n);
	for (i = 0; i < t->outs; i++) {
		graph_shape(t->g, t->out[i], &c, &oh, &ow);
		t->r[i] = random_floats((size_t)n * c * oh * ow, 20 + (uint64_t)i);
	}
	free(x);
}

static void
teardown(struct net *t)
{
	int i;

	graph_delete(t->g);
	params_free(&t->ps);
	for (i = 0; i < t->outs; i++)
		free(t->r[i]);
	free(t->arena);
}

static size_t
size_of(const struct net *t, int i)
{
	int c, h, w;

	graph_shape(t->g, t->out[i], &c, &h, &w);
	return (size_t)t->n * c * h * w;
}

static double
loss(void *ctx)
{
	struct net *t = ctx;
	double sum = 0;
	int i;

	graph_forward(t->g, &t->ps, t->n, 1);
	for (i = 0; i < t->outs; i++)
		sum += inner(graph_data(t->g, t->out[i]), t->r[i], size_of(t, i));
	return sum;
}

static void
gradients(struct net *t)
{
	int i;

	params_zero_grad(&t->ps);
	loss(t);
	for (i = 0; i < t->outs; i++)
		memcpy(graph_grad(t->g, t->out[i]), t->r[i], size_of(t, i) * sizeof(float));
	graph_backward(t->g, &t->ps);
}

/* The largest relative distance between gradients of the same parameter; 1 where one is not finite */
static double
apart(const struct params *a, const struct params *b)
{
	double worst = 0;
	int i;

	for (i = 0; i < a->n; i++)
		if (a->p[i].grad && !a->p[i].frozen) {
			double d = distance(a->p[i].grad, b->p[i].grad, (size_t)a->p[i].n);

			worst = fmax(worst, norm(a->p[i].grad, (size_t)a->p[i].n) + norm(b->p[i].grad, (size_t)a->p[i].n) == 0
			                            ? 0 : isfinite(d) ? d : 1);
		}
	return worst;
}

static double
outputs_apart(struct net *a, struct net *b)
{
	double worst = 0;
	int i;

	loss(a);
	loss(b);
	for (i = 0; i < a->outs; i++) {
		double d = distance(graph_data(a->g, a->out[i]), graph_data(b->g, b->out[i]), size_of(a, i));

		worst = fmax(worst, isfinite(d) ? d : 1);
	}
	return worst;
}

static void
by_differences(const struct shape *s)
{
	struct net t;
	char name[96];
	int i;

	setup(&t, s, 8, 12, 3, 3, 0);
	gradients(&t);
	for (i = 0; i < t.ps.n; i++) {
		struct param *p = &t.ps.p[i];
		size_t n = (size_t)p->n;

		snprintf(name, sizeof name, "%s: gradient of %s", s->name, p->name);
		if (p->kind == PARAM_TRAINED && norm(p->grad, n) > 0)
			CHECK_NEAR(difference_error(loss, &t, p->data, p->grad, n, 1 + n / 20, 5e-4f), 0, 2e-2, name);
	}
	teardown(&t);
}

static void
stored_or_not(const struct shape *s, int h, int w, int n)
{
	struct net a, b;
	char name[96];

	setup(&a, s, h, w, n, n, 0);
	setup(&b, s, h, w, n, n, 1);
	snprintf(name, sizeof name, "%s, %d of %dx%d: computed while read or stored, the same", s->name, n, h, w);
	CHECK_NEAR(outputs_apart(&a, &b), 0, 1e-5, name);
	gradients(&a);
	gradients(&b);
	CHECK_NEAR(apart(&a.ps, &b.ps), 0, 1e-4, "and the gradients");
	CHECK(graph_bytes(a.g) <= graph_bytes(b.g), "in no more memory");
	teardown(&a);
	teardown(&b);
}

static void
fewer_samples(const struct shape *s)
{
	struct net a, b;

	setup(&a, s, 8, 8, 5, 2, 0);
	setup(&b, s, 8, 8, 2, 2, 0);
	CHECK(outputs_apart(&a, &b) == 0, "planned for 5 or 2 samples, 2 give the same");
	gradients(&a);
	gradients(&b);
	CHECK(apart(&a.ps, &b.ps) == 0, "and the same gradients");
	teardown(&a);
	teardown(&b);
}

/* Convolutions only: a frozen batch norm uses other statistics. */
static void
frozen(const struct shape *s)
{
	struct net a, b;
	int i;

	setup(&a, s, 8, 8, 3, 3, 0);
	setup(&b, s, 8, 8, 3, 3, 0);
	for (i = 0; i < a.ps.n; i++)
		a.ps.p[i].frozen = a.ps.p[i].name[0] == 'c' && a.ps.p[i].name[1] < '3';
	gradients(&a);
	gradients(&b);
	CHECK(apart(&a.ps, &b.ps) == 0, "frozen convolutions change nothing for the others");
	CHECK(norm(a.ps.p[0].grad, (size_t)a.ps.p[0].n) == 0, "and learn nothing");
	teardown(&a);
	teardown(&b);
}

static void
all_shapes(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(shapes); i++) {
		by_differences(&shapes[i]);
		stored_or_not(&shapes[i], 8, 12, 3);
		stored_or_not(&shapes[i], 16, 8, 1);
		fewer_samples(&shapes[i]);
		frozen(&shapes[i]);
	}
}

int
main(void)
{
	par_init(2);
	each_mode(all_shapes);
	return check_done();
}
