/* graph.c - building and running; graph_plan.c lays out the memory, nodes.c knows the operators */
#include "nn/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cpu/cpu.h"
#include "base/par.h"
#include "nn/compute.h"
#include "nn/node.h"
#include "nn/pool.h"

struct graph *
graph_new(int n)
{
	struct graph *g = mem_alloc(sizeof *g);

	cpu(); /* refuses an unknown SEGPIPE_CPU now, rather than when the first layer runs */
	g->batch = n;
	g->elem = compute_elem();
	return g;
}

void
graph_delete(struct graph *g)
{
	if (!g)
		return;
	free(g->node);
	free(g);
}

static struct node *
add_node(struct graph *g, const struct node_type *type, int in0, int in1)
{
	struct node *v;

	if (in0 >= g->n || in1 >= g->n)
		BUG("%s of a node that does not exist", type->name);
	g->node = mem_grow(g->node, (size_t)g->n + 1, sizeof *g->node);
	v = &g->node[g->n++];
	memset(v, 0, sizeof *v);
	v->type = type;
	v->in[0] = in0;
	v->in[1] = in1;
	if (in0 >= 0) {
		v->c = g->node[in0].c;
		v->h = g->node[in0].h;
		v->w = g->node[in0].w;
	}
	return v;
}

/* The parameter name.part: the list's own, or a new one. */
static int
parameter(struct params *ps, enum param_kind kind, const char *name, const char *part, int ndim, const int64_t *dim)
{
	char *full = mem_printf("%s.%s", name, part);
	int i = params_find(ps, full);

	if (i < 0)
		i = params_add(ps, kind, full, ndim, dim);
	else if (ps->p[i].ndim != ndim || memcmp(ps->p[i].dim, dim, (size_t)ndim * sizeof *dim))
		BUG("parameter '%s' has another shape already", full);
	free(full);
	return i;
}

int
graph_input(struct graph *g, int c, int h, int w)
{
	struct node *v = add_node(g, &node_input, -1, -1);

	v->c = c;
	v->h = h;
	v->w = w;
	return g->n - 1;
}

int
graph_conv(struct graph *g, int x, struct params *ps, const char *name, int cout, int k, int stride, int pad, int bias)
{
	struct node *v = add_node(g, &node_conv, x, -1);

	conv_init(&v->conv, v->c, cout, k, stride, pad, v->h, v->w);
	if (v->conv.oh < 1 || v->conv.ow < 1)
		BUG("image too small for %s", name);
	v->param[0] = parameter(ps, PARAM_TRAINED, name, "weight", 4, (int64_t[]){ cout, v->c, k, k });
	v->bias = bias;
	if (bias)
		v->param[1] = parameter(ps, PARAM_TRAINED, name, "bias", 1, (int64_t[]){ cout });
	v->c = cout;
	v->h = v->conv.oh;
	v->w = v->conv.ow;
	return g->n - 1;
}

int
graph_bnorm(struct graph *g, int x, int res, struct params *ps, const char *name, int relu)
{
	struct node *v = add_node(g, &node_bnorm, x, res);
	int64_t c = v->c;

	if (g->node[x].type == &node_conv && !g->node[x].normalised)
		g->node[x].normalised = g->n - 1;
	v->relu = relu;
	v->param[0] = parameter(ps, PARAM_TRAINED, name, "weight", 1, &c);
	v->param[1] = parameter(ps, PARAM_TRAINED, name, "bias", 1, &c);
	v->param[2] = parameter(ps, PARAM_STAT, name, "running_mean", 1, &c);
	v->param[3] = parameter(ps, PARAM_STAT, name, "running_var", 1, &c);
	v->param[4] = parameter(ps, PARAM_COUNT, name, "num_batches_tracked", 0, &c);
	return g->n - 1;
}

int
graph_maxpool(struct graph *g, int x)
{
	struct node *v = add_node(g, &node_maxpool, x, -1);

	v->h = MAXPOOL_OUT(v->h);
	v->w = MAXPOOL_OUT(v->w);
	return g->n - 1;
}

int
graph_upcat(struct graph *g, int x, int skip)
{
	struct node *v = add_node(g, &node_upcat, x, skip);

	v->h *= 2;
	v->w *= 2;
	if (skip >= 0) {
		if (g->node[skip].h != v->h || g->node[skip].w != v->w)
			BUG("skip connection of another size");
		v->c += g->node[skip].c;
	}
	return g->n - 1;
}

int
graph_gap(struct graph *g, int x)
{
	struct node *v = add_node(g, &node_gap, x, -1);

	v->h = v->w = 1;
	return g->n - 1;
}

int
graph_linear(struct graph *g, int x, struct params *ps, const char *name, int out, int bias)
{
	struct node *v = add_node(g, &node_linear, x, -1);

	if (v->h != 1 || v->w != 1)
		BUG("linear layer %s on an image", name);
	v->param[0] = parameter(ps, PARAM_TRAINED, name, "weight", 2, (int64_t[]){ out, v->c });
	v->bias = bias;
	if (bias)
		v->param[1] = parameter(ps, PARAM_TRAINED, name, "bias", 1, (int64_t[]){ out });
	v->c = out;
	return g->n - 1;
}

void
graph_output(struct graph *g, int x)
{
	g->node[x].output = 1;
}

void
graph_keep(struct graph *g, int x)
{
	g->node[x].keep = 1;
}

size_t
graph_bytes(const struct graph *g)
{
	return g->bytes;
}

void
graph_bind(struct graph *g, void *arena)
{
	g->arena = arena;
}

void
graph_shape(const struct graph *g, int x, int *c, int *h, int *w)
{
	*c = g->node[x].c;
	*h = g->node[x].h;
	*w = g->node[x].w;
}

float *
graph_data(const struct graph *g, int x)
{
	if (g->node[x].unstored || g->node[x].elem != ELEM_F32)
		BUG("data of node %d, which is not stored as float", x);
	return node_data(g, x);
}

/* dst[n][cols][rows] from src[n][rows][cols] */
struct transpose {
	float *dst;
	const float *src;
	int rows, cols;
};

static void
transpose_one(void *ctx, int s, int worker)
{
	const struct transpose *t = ctx;
	const float *src = t->src + (size_t)s * t->rows * t->cols;
	float *dst = t->dst + (size_t)s * t->rows * t->cols;
	int i, k;

	for (k = 0; k < t->cols; k++)
		for (i = 0; i < t->rows; i++)
			*dst++ = src[(size_t)i * t->cols + k];
}

static void
channels_last(float *dst, const float *src, const struct node *v, int n)
{
	struct transpose t = { dst, src, v->c, v->h * v->w };

	par_for(n, transpose_one, &t);
}

void
graph_put(struct graph *g, int x, const float *images, int n)
{
	channels_last(graph_data(g, x), images, &g->node[x], n);
}

void
graph_put_grad(struct graph *g, int x, const float *images, int n)
{
	channels_last(graph_grad(g, x), images, &g->node[x], n);
}

void
graph_get(float *images, const struct graph *g, int x, int n)
{
	const struct node *v = &g->node[x];
	struct transpose t = { images, graph_data(g, x), v->h * v->w, v->c };

	par_for(n, transpose_one, &t);
}

float *
graph_grad(const struct graph *g, int x)
{
	if (!g->node[x].output || g->mode != GRAPH_TRAIN)
		BUG("gradient of a node that is no output of a training graph");
	return node_grad(g, &g->node[x]);
}

void
graph_forward(struct graph *g, struct params *ps, int n, int batch_stats)
{
	int i;

	if (!g->arena || n < 1 || n > g->batch)
		BUG("graph run with %d samples, planned for %d", n, g->batch);
	g->running = n;
	g->batch_stats = batch_stats;
	for (i = 0; i < g->n; i++)
		if (g->node[i].type->forward)
			g->node[i].type->forward(g, &g->node[i], ps);
}

static int
has_trained_param(const struct node *v, const struct params *ps)
{
	return (v->type == &node_conv || v->type == &node_bnorm || v->type == &node_linear) &&
	       !ps->p[v->param[0]].frozen;
}

/* What the backward pass of node i and of those before it read and the forward pass dropped: from the first on, because
 * one may be computed from another. */
static void
restore(struct graph *g, struct params *ps, int i)
{
	int j;

	for (j = 0; j <= i; j++)
		if (g->node[j].restored && g->node[j].again.from == 2 * g->n - 1 - i)
			node_restore(g, &g->node[j], ps);
}

void
graph_backward(struct graph *g, struct params *ps)
{
	char *wanted = mem_alloc((size_t)g->n); /* gradients that lead to a parameter */
	int i, k;

	if (g->mode != GRAPH_TRAIN)
		BUG("backward pass of a graph planned for inference");
	for (i = 0; i < g->n; i++) {
		const struct node *v = &g->node[i];

		wanted[i] = (char)has_trained_param(v, ps);
		for (k = 0; k < 2; k++)
			if (v->in[k] >= 0 && wanted[v->in[k]])
				wanted[i] = 1;
	}
	g->going_back = 1;
	for (i = g->n - 1; i >= 0; i--) {
		struct node *v = &g->node[i];
		void *dx[2] = { NULL, NULL };

		for (k = 0; k < 2; k++)
			if (v->in[k] >= 0 && wanted[v->in[k]])
				dx[k] = node_grad(g, &g->node[v->in[k]]);
		restore(g, ps, i);
		if (wanted[i] && v->leads && v->type->backward)
			v->type->backward(g, v, ps, dx);
	}
	g->going_back = 0;
	free(wanted);
}
