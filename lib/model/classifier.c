#include "model/classifier.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/init.h"
#include "nn/loss.h"

#define FC "encoder.fc"

struct classifier *
classifier_new(const struct classifier_shape *shape)
{
	struct classifier *c = mem_alloc(sizeof *c);
	int taps[5];

	c->shape = *shape;
	params_init(&c->ps, 1);
	c->graph = graph_new(shape->batch);
	c->x = graph_input(c->graph, shape->channels, shape->height, shape->width);
	resnet_build(taps, c->graph, c->x, &c->ps, shape->arch);
	c->logits = graph_linear(c->graph, graph_gap(c->graph, taps[4]), &c->ps, FC, shape->classes, 1);
	graph_output(c->graph, c->logits);
	graph_plan(c->graph, GRAPH_TRAIN);
	return c;
}

void
classifier_delete(struct classifier *c)
{
	if (!c)
		return;
	graph_delete(c->graph);
	params_free(&c->ps);
	free(c->arena);
	free(c);
}

size_t
classifier_bytes(const struct classifier *c)
{
	return graph_bytes(c->graph);
}

void
classifier_init(struct classifier *c, uint64_t seed)
{
	int64_t features = resnet_features(c->shape.arch);

	resnet_init(&c->ps, seed);
	init_linear(&c->ps.p[params_find(&c->ps, FC ".weight")], features, seed);
	init_linear(&c->ps.p[params_find(&c->ps, FC ".bias")], features, seed);
}

static void
forward(struct classifier *c, float *logits, const float *images, int n, int batch_stats)
{
	if (!c->arena) {
		c->arena = mem_aligned(graph_bytes(c->graph));
		graph_bind(c->graph, c->arena);
	}
	graph_put(c->graph, c->x, images, n);
	graph_forward(c->graph, &c->ps, n, batch_stats);
	memcpy(logits, graph_data(c->graph, c->logits), (size_t)n * (size_t)c->shape.classes * sizeof *logits);
}

double
classifier_gradients(struct classifier *c, float *logits, const float *images, const int64_t *label, double smoothing)
{
	int n = c->shape.batch;
	double loss;

	params_zero_grad(&c->ps);
	forward(c, logits, images, n, 1);
	loss = class_loss(graph_grad(c->graph, c->logits), logits, label, n, c->shape.classes, smoothing);
	graph_backward(c->graph, &c->ps);
	return loss;
}

void
classifier_run(struct classifier *c, float *logits, const float *images, int n)
{
	forward(c, logits, images, n, 0);
}
