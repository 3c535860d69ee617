/* graph.h - a network as a static graph: built once, memory planned once, then only run
 *
 * Nodes are added in the order of computation; each has one output, (N,H,W,C) in memory, named by the node's number.
 * Parameters live outside, in a params list that the building calls fill: the same graph runs with any list
 * of the same layout (BYOL's target network is the online network's list under another name). Building a
 * second graph over a list that has the parameters already (another image size) uses those.
 *
 * Images between the layers and their gradients are stored and multiplied as compute_elem() said when the graph was
 * made (compute.h); inputs, outputs, what follows a global average, parameters and all sums are float.
 *
 * graph_plan lays out every buffer by lifetime in one arena. The arena is the caller's, so that graphs that
 * never run at the same time can share one.
 *
 *   g = graph_new(16);
 *   x = graph_input(g, 1, 128, 128);
 *   y = graph_bnorm(g, graph_conv(g, x, &ps, "conv1", 64, 7, 2, 3, 0), -1, &ps, "bn1", 1);
 *   graph_output(g, y);
 *   graph_plan(g, GRAPH_TRAIN); graph_bind(g, mem_aligned(graph_bytes(g)));
 *   graph_put(g, x, images, 16); graph_forward(g, &ps, 16, 1); fill graph_grad(g, y); graph_backward(g, &ps);
 */
#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include "nn/elem.h"
#include "nn/param.h"

struct graph;

struct graph *graph_new(int n); /* n: the largest batch */
void graph_delete(struct graph *g);

/* --- building; each returns the new node --- */

int graph_input(struct graph *g, int c, int h, int w);

/* name.weight [cout,cin,k,k], with bias name.bias [cout] */
int graph_conv(struct graph *g, int x, struct params *ps, const char *name, int cout, int k, int stride, int pad,
               int bias);

/* name.weight, .bias, .running_mean, .running_var [c], .num_batches_tracked; res: a node to add before the ReLU,
 * or -1 */
int graph_bnorm(struct graph *g, int x, int res, struct params *ps, const char *name, int relu);
int graph_maxpool(struct graph *g, int x);               /* 3x3, stride 2, padding 1 */
int graph_upcat(struct graph *g, int x, int skip);       /* nearest x2, then concatenate skip (-1: none) */
int graph_gap(struct graph *g, int x);                   /* (N,C,1,1) */
int graph_linear(struct graph *g, int x, struct params *ps, const char *name, int out, int bias);

/* The node's data stays until the next run or the backward pass, and in training its gradient is the caller's to fill. */
void graph_output(struct graph *g, int x);

/* The node's data stays until the next run, to look at; its gradient is nobody's business. */
void graph_keep(struct graph *g, int x);

/* --- planning --- */

enum graph_mode {
	GRAPH_INFER, /* forward only; buffers are reused as soon as they are read */
	GRAPH_TRAIN  /* what the backward pass needs stays */
};
void graph_plan(struct graph *g, enum graph_mode mode);
size_t graph_bytes(const struct graph *g);
void graph_bind(struct graph *g, void *arena); /* 64-byte aligned, graph_bytes(g) long */

/* --- running --- */

void graph_shape(const struct graph *g, int x, int *c, int *h, int *w);
float *graph_data(const struct graph *g, int x); /* channels last; of inputs, outputs and kept nodes */
float *graph_grad(const struct graph *g, int x); /* outputs of a training graph only; the backward pass may change it */

/* The same in the order of streams, (N,C,H,W): fills an input, or an output's gradient; reads data. */
void graph_put(struct graph *g, int x, const float *images, int n);
void graph_put_grad(struct graph *g, int x, const float *images, int n);
void graph_get(float *images, const struct graph *g, int x, int n);

/* Runs the first n samples. batch_stats: batch norms use and move the statistics of these samples; otherwise,
 * and where their parameters are frozen, the running ones. */
void graph_forward(struct graph *g, struct params *ps, int n, int batch_stats);

/* Adds to the gradients of ps what the last graph_forward and the outputs' gradients imply. Nothing is computed
 * for frozen parameters, nor beyond the first node that has any other. */
void graph_backward(struct graph *g, struct params *ps);

#endif
