/* node.h - inside of a graph: nodes, their buffers and what a kind of node can do (graph*.c, nodes.c only) */
#ifndef NN_NODE_H
#define NN_NODE_H

#include "nn/conv.h"
#include "nn/graph.h"

struct buffer {
	size_t bytes;    /* 0: not needed */
	int from, to;    /* first and last step that touches it */
	size_t offset;   /* in the arena */
};

struct node {
	const struct node_type *type;
	int in[2];       /* -1: none */
	int consumers;   /* nodes that read this one */
	int leads;       /* to an output: it has a gradient */
	enum elem elem;  /* of data and gradient */
	int unstored;    /* its data is never written: consumers compute it as they read (operand.h) */
	int restored;    /* its data is dropped after the forward pass and computed again before the backward pass reads it */
	int normalised;  /* a convolution: the batch norm, in whose save it leaves the moments of its output; 0: none */
	int grad_of;     /* the node whose gradient buffer this one's gradient overwrites; -1: its own buffer */
	int add[2];      /* backward adds to that input's gradient: a later consumer has written it already */
	int param[5];    /* indices into the params list */
	int c, h, w;     /* of the output */
	int relu, bias;
	int output, keep;
	struct conv conv;
	struct buffer data, grad, save;
	struct buffer again; /* the restored data */
};

struct graph {
	struct node *node;
	int n;           /* nodes */
	int batch;       /* largest batch planned for */
	int running, batch_stats; /* of the last forward pass */
	int going_back;  /* the backward pass runs */
	enum graph_mode mode;
	enum elem elem;  /* of images between the layers */
	size_t bytes;
	char *arena;
};

struct node_type {
	const char *name;
	int needs_in, needs_out; /* backward reads the first input's data, with a second input its own output */
	int reads_operand;       /* forward (and backward) read their input as an operand, stored or not */
	size_t (*save)(const struct graph *g, const struct node *v); /* bytes kept for backward; NULL: none */
	void (*forward)(struct graph *g, struct node *v, struct params *ps);

	/* dx[i] is the gradient to fill (or add to) for input i, NULL where none is wanted */
	void (*backward)(struct graph *g, struct node *v, struct params *ps, void *dx[2]);
};

extern const struct node_type node_input, node_conv, node_bnorm, node_maxpool, node_upcat, node_gap, node_linear;

static inline void *
node_data(const struct graph *g, int i)
{
	const struct node *v = &g->node[i];

	return i < 0 ? NULL : g->arena + (v->restored && g->going_back ? v->again.offset : v->data.offset);
}

/* Whether a batch norm's save has the moments of its input before its turn comes. */
static inline int
node_moments_early(const struct graph *g, const struct node *v)
{
	return v->in[0] >= 0 && g->node[v->in[0]].normalised == (int)(v - g->node);
}

/* Computes the data of a restored node. */
void node_restore(struct graph *g, struct node *v, struct params *ps);

/* What a consumer of node i reads. */
struct operand node_operand(const struct graph *g, int i);

static inline void *
node_save(const struct graph *g, const struct node *v)
{
	return v->save.bytes ? g->arena + v->save.offset : NULL;
}

static inline void *
node_grad(const struct graph *g, const struct node *v)
{
	while (v->grad_of >= 0)
		v = &g->node[v->grad_of];
	return g->arena + v->grad.offset;
}

#endif
