#include "model/byol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "model/init.h"
#include "nn/loss.h"

static int
head(struct graph *g, int x, struct params *ps, const char *name, int hidden)
{
	char part[32];

	snprintf(part, sizeof part, "%s.0", name);
	x = graph_linear(g, x, ps, part, hidden, 1);
	snprintf(part, sizeof part, "%s.1", name);
	x = graph_bnorm(g, x, -1, ps, part, 1);
	snprintf(part, sizeof part, "%s.3", name);
	return graph_linear(g, x, ps, part, BYOL_DIM, 1);
}

/* Encoder and projector; returns the projection's node. */
static int
build_projection(struct graph *g, int *x, struct params *ps, const struct byol_shape *s)
{
	int taps[5];

	*x = graph_input(g, s->channels, s->height, s->width);
	resnet_build(taps, g, *x, ps, s->arch);
	return head(g, graph_gap(g, taps[4]), ps, "projector", s->proj_hidden);
}

struct byol *
byol_new(const struct byol_shape *shape)
{
	struct byol *b = mem_alloc(sizeof *b);

	b->shape = *shape;
	params_init(&b->online, 1);
	params_init(&b->target, 0);
	b->train = graph_new(shape->batch);
	b->infer = graph_new(shape->batch);
	b->z = build_projection(b->train, &b->x, &b->online, shape);
	b->p = head(b->train, b->z, &b->online, "predictor", shape->pred_hidden);
	graph_keep(b->train, b->z);
	graph_output(b->train, b->p);
	graph_plan(b->train, GRAPH_TRAIN);
	b->tz = build_projection(b->infer, &b->tx, &b->target, shape);
	graph_keep(b->infer, b->tz);
	graph_plan(b->infer, GRAPH_INFER);
	return b;
}

static void
take_memory(struct byol *b)
{
	size_t embedding = (size_t)b->shape.batch * BYOL_DIM * sizeof(float);

	b->arena = mem_aligned(byol_bytes(b));
	graph_bind(b->train, b->arena);
	graph_bind(b->infer, b->arena);
	b->targets[0] = mem_aligned(embedding);
	b->targets[1] = mem_aligned(embedding);
}

void
byol_delete(struct byol *b)
{
	if (!b)
		return;
	graph_delete(b->train);
	graph_delete(b->infer);
	params_free(&b->online);
	params_free(&b->target);
	free(b->arena);
	free(b->targets[0]);
	free(b->targets[1]);
	free(b);
}

size_t
byol_bytes(const struct byol *b)
{
	size_t train = graph_bytes(b->train), infer = graph_bytes(b->infer);

	return train > infer ? train : infer;
}

static int
is_linear(const char *name)
{
	return (!strncmp(name, "projector.", 10) || !strncmp(name, "predictor.", 10)) &&
	       (strstr(name, ".0.") || strstr(name, ".3."));
}

void
byol_init_heads(struct byol *b, uint64_t seed)
{
	int64_t fan_in = 0;
	int i;

	init_bnorms(&b->online, "projector.");
	init_bnorms(&b->online, "predictor.");
	for (i = 0; i < b->online.n; i++) {
		struct param *p = &b->online.p[i];

		if (!is_linear(p->name))
			continue;
		if (p->ndim == 2)
			fan_in = p->dim[1]; /* a layer's bias follows its weight */
		init_linear(p, fan_in, seed);
	}
}

static const struct param *
online_twin(const struct byol *b, int i)
{
	if (strcmp(b->online.p[i].name, b->target.p[i].name))
		BUG("target parameter '%s' is not where the online one is", b->target.p[i].name);
	return &b->online.p[i];
}

void
byol_copy_target(struct byol *b)
{
	int i;

	for (i = 0; i < b->target.n; i++)
		memcpy(b->target.p[i].data, online_twin(b, i)->data, (size_t)b->target.p[i].n * sizeof(float));
}

static void
project_target(struct byol *b, const float *view, float *z)
{
	graph_put(b->infer, b->tx, view, b->shape.batch);
	graph_forward(b->infer, &b->target, b->shape.batch, 1);
	memcpy(z, graph_data(b->infer, b->tz), (size_t)b->shape.batch * BYOL_DIM * sizeof *z);
}

void
byol_gradients(struct byol *b, struct byol_stats *stats, const float *const view[2])
{
	int n = b->shape.batch, i;

	if (!b->arena)
		take_memory(b);
	*stats = (struct byol_stats){ 0 };
	params_zero_grad(&b->online);
	for (i = 0; i < 2; i++)
		project_target(b, view[i], b->targets[i]);
	for (i = 0; i < 2; i++) { /* one view at a time: its activations need not outlive its backward pass */
		graph_put(b->train, b->x, view[i], n);
		graph_forward(b->train, &b->online, n, 1);
		stats->loss += byol_loss(graph_grad(b->train, b->p), graph_data(b->train, b->p), b->targets[1 - i], n,
		                         BYOL_DIM);
		stats->collapse += embedding_spread(graph_data(b->train, b->z), n, BYOL_DIM) / 2;
		graph_backward(b->train, &b->online);
	}
}

struct average {
	struct byol *b;
	double tau;
};

static void
average_param(void *ctx, int i, int worker)
{
	const struct average *a = ctx;
	struct param *t = &a->b->target.p[i];
	const struct param *o = online_twin(a->b, i);
	float take = (float)(1 - a->tau);
	int64_t k;

	if (t->kind == PARAM_TRAINED)
		for (k = 0; k < t->n; k++)
			t->data[k] += take * (o->data[k] - t->data[k]); /* weights that agree stay put */
}

void
byol_average(struct byol *b, double tau)
{
	struct average a = { b, tau };

	par_for(b->target.n, average_param, &a);
}
