/* nodes.c - the kinds of nodes: each ties an operator (conv.h, bnorm.h, ...) to the graph's buffers */
#include "nn/bnorm.h"
#include "nn/linear.h"
#include "nn/moments.h"
#include "nn/node.h"
#include "nn/pool.h"

const struct node_type node_input = { .name = "input" };

static float *
weight(const struct params *ps, const struct node *v, int i)
{
	return ps->p[v->param[i]].data;
}

/* NULL where nothing is to be learnt */
static float *
gradient(const struct params *ps, const struct node *v, int i)
{
	const struct param *p = &ps->p[v->param[i]];

	return p->frozen ? NULL : p->grad;
}

/* How a batch norm without residual or an upsampling is computed from what it reads. */
static struct operand
computed(const struct graph *g, const struct node *v)
{
	struct operand op = node_operand(g, v->in[0]), skip;

	if (v->type == &node_bnorm) {
		op.part[0].scale = BNORM_SCALE((const float *)node_save(g, v), v->c);
		op.part[0].shift = BNORM_SHIFT((const float *)node_save(g, v), v->c);
		op.part[0].relu = v->relu;
		return op;
	}
	op.part[0].up = 1;
	op.c = v->c;
	op.h = v->h;
	op.w = v->w;
	if (v->in[1] >= 0) {
		skip = node_operand(g, v->in[1]);
		op.part[op.parts++] = skip.part[0];
	}
	return op;
}

struct operand
node_operand(const struct graph *g, int i)
{
	const struct node *v = &g->node[i];

	return v->unstored ? computed(g, v) : operand_plain(node_data(g, i), v->elem, v->c, v->h, v->w);
}

/* --- conv --- */

static const struct conv *
conv_of(const struct graph *g, struct node *v)
{
	v->conv.arithmetic = g->elem;
	v->conv.in = g->node[v->in[0]].elem;
	v->conv.out = v->elem;
	return &v->conv;
}

/* Where moments of the input of a batch norm stand, from when they are known until it has run; NULL: it doesn't want them */
static double *
moments(const struct graph *g, const struct node *bnorm, const struct params *ps)
{
	return g->batch_stats && !ps->p[bnorm->param[0]].frozen ? node_save(g, bnorm) : NULL;
}

static void
conv_run(struct graph *g, struct node *v, struct params *ps)
{
	struct operand x = node_operand(g, v->in[0]);

	conv_forward(node_data(g, (int)(v - g->node)), v->normalised ? moments(g, &g->node[v->normalised], ps) : NULL, &x,
	             weight(ps, v, 0), v->bias ? weight(ps, v, 1) : NULL, conv_of(g, v), g->running);
}

static void
conv_back(struct graph *g, struct node *v, struct params *ps, void *dx[2])
{
	struct operand x = node_operand(g, v->in[0]);

	conv_backward(dx[0], v->add[0], gradient(ps, v, 0), v->bias ? gradient(ps, v, 1) : NULL, node_grad(g, v), &x,
	              weight(ps, v, 0), conv_of(g, v), g->running);
}

const struct node_type node_conv = { .name = "conv", .needs_in = 1, .reads_operand = 1, .forward = conv_run,
	                             .backward = conv_back };

/* --- batch norm --- */

static struct bnorm
bnorm_of(const struct node *v, struct params *ps)
{
	return (struct bnorm){ .c = v->c, .relu = v->relu, .elem = v->elem, .gamma = weight(ps, v, 0),
	                       .beta = weight(ps, v, 1), .mean = weight(ps, v, 2), .var = weight(ps, v, 3), .count = weight(ps, v, 4) };
}

static size_t
pixels(const struct graph *g, const struct node *v)
{
	return (size_t)g->running * v->h * v->w;
}

static size_t
bnorm_save(const struct graph *g, const struct node *v)
{
	return BNORM_SAVE(v->c) * sizeof(float);
}

static void
bnorm_store(struct graph *g, struct node *v, struct params *ps)
{
	struct bnorm b = bnorm_of(v, ps);
	struct operand res = { 0 };

	if (v->in[1] >= 0)
		res = node_operand(g, v->in[1]);
	bnorm_apply(node_data(g, (int)(v - g->node)), node_save(g, v), &b, node_data(g, v->in[0]), &res.part[0],
	            pixels(g, v));
}

void
node_restore(struct graph *g, struct node *v, struct params *ps)
{
	bnorm_store(g, v, ps); /* the forward pass left what it needs in save */
}

static void
bnorm_run(struct graph *g, struct node *v, struct params *ps)
{
	struct bnorm b = bnorm_of(v, ps);
	double *sums = moments(g, v, ps);

	if (sums && !node_moments_early(g, v))
		moments_of(sums, node_data(g, v->in[0]), v->elem, v->c, pixels(g, v));
	bnorm_statistics(node_save(g, v), &b, sums, pixels(g, v));
	if (!v->unstored)
		bnorm_store(g, v, ps);
}

static void
bnorm_back(struct graph *g, struct node *v, struct params *ps, void *dx[2])
{
	struct bnorm b = bnorm_of(v, ps);

	bnorm_backward(dx[0], v->add[0], dx[1], v->add[1], gradient(ps, v, 0), gradient(ps, v, 1), node_grad(g, v),
	               node_data(g, v->in[0]), v->in[1] >= 0 ? node_data(g, (int)(v - g->node)) : NULL, node_save(g, v),
	               &b, pixels(g, v), moments(g, v, ps) != NULL);
}

const struct node_type node_bnorm = { .name = "bnorm", .needs_in = 1, .needs_out = 1, .save = bnorm_save,
	                              .forward = bnorm_run, .backward = bnorm_back };

/* --- pooling --- */

static size_t
maxpool_save(const struct graph *g, const struct node *v)
{
	return g->mode == GRAPH_TRAIN ? (size_t)g->batch * v->c * v->h * v->w : 0;
}

static void
maxpool_run(struct graph *g, struct node *v, struct params *ps)
{
	struct operand x = node_operand(g, v->in[0]);

	maxpool_forward(node_data(g, (int)(v - g->node)), v->elem, node_save(g, v), &x, g->running);
}

static void
maxpool_back(struct graph *g, struct node *v, struct params *ps, void *dx[2])
{
	const struct node *x = &g->node[v->in[0]];

	if (dx[0])
		maxpool_backward(dx[0], v->add[0], node_grad(g, v), v->elem, node_save(g, v), g->running, x->c, x->h,
		                 x->w);
}

const struct node_type node_maxpool = { .name = "maxpool", .reads_operand = 1, .save = maxpool_save,
	                                .forward = maxpool_run, .backward = maxpool_back };

static void
gap_run(struct graph *g, struct node *v, struct params *ps)
{
	const struct node *x = &g->node[v->in[0]];

	gap_forward(node_data(g, (int)(v - g->node)), node_data(g, v->in[0]), x->elem, g->running, x->c, x->h * x->w);
}

static void
gap_back(struct graph *g, struct node *v, struct params *ps, void *dx[2])
{
	const struct node *x = &g->node[v->in[0]];

	if (dx[0])
		gap_backward(dx[0], x->elem, v->add[0], node_grad(g, v), g->running, x->c, x->h * x->w);
}

const struct node_type node_gap = { .name = "gap", .forward = gap_run, .backward = gap_back };

/* --- upsampling and concatenation --- */

static void
upcat_run(struct graph *g, struct node *v, struct params *ps)
{
	struct operand op;

	if (v->unstored)
		return;
	op = computed(g, v);
	operand_store(node_data(g, (int)(v - g->node)), v->elem, &op, g->running);
}

static void
upcat_back(struct graph *g, struct node *v, struct params *ps, void *dx[2])
{
	const struct node *x = &g->node[v->in[0]];

	upcat_backward(dx[0], v->add[0], dx[1], v->add[1], node_grad(g, v), v->elem, g->running, x->c, v->c - x->c, x->h,
	               x->w);
}

const struct node_type node_upcat = { .name = "upcat", .forward = upcat_run, .backward = upcat_back };

/* --- linear --- */

static void
linear_run(struct graph *g, struct node *v, struct params *ps)
{
	linear_forward(node_data(g, (int)(v - g->node)), node_data(g, v->in[0]), weight(ps, v, 0),
	               v->bias ? weight(ps, v, 1) : NULL, g->running, g->node[v->in[0]].c, v->c);
}

static void
linear_back(struct graph *g, struct node *v, struct params *ps, void *dx[2])
{
	const float *dy = node_grad(g, v);
	int in = g->node[v->in[0]].c;

	if (gradient(ps, v, 0))
		linear_backward_weights(gradient(ps, v, 0), v->bias ? gradient(ps, v, 1) : NULL, dy,
		                        node_data(g, v->in[0]), g->running, in, v->c);
	if (dx[0])
		linear_backward_data(dx[0], dy, weight(ps, v, 0), g->running, in, v->c, v->add[0]);
}

const struct node_type node_linear = { .name = "linear", .needs_in = 1, .forward = linear_run,
	                               .backward = linear_back };
