/* graph_plan.c - which buffer lives when, and where in the arena
 *
 * Time is counted in steps: node i runs forward at step i and backward at step 2T-1-i, T nodes in all. A
 * buffer lives from the step that first writes it to the step that last reads it; two buffers may share
 * memory if no step touches both. Placement: largest first, each at the lowest offset that is free during its
 * life. For chains, which networks nearly are, that comes close to the largest sum of buffers alive at once, and
 * reaches it when what stood out is placed first and the others once more, a hundred times or two: 10 ms.
 *
 * Not everything is stored: see can_stay_unstored. What such a node is computed from lives as long as its readers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/gemm.h"
#include "nn/node.h"

#define ALIGN(x) (((x) + 63) & ~(size_t)63)
#define TRIALS 300 /* of an order of placement; most networks need fewer than 200 */

static void
live_until(struct buffer *b, int step)
{
	if (step > b->to)
		b->to = step;
}

/* --- what is stored, and how --- */

/* A batch norm stores what it reads; what comes from the caller or goes to him is float, and so is all that follows a
 * global average. */
static enum elem
stored_as(const struct graph *g, const struct node *v)
{
	if (v->type == &node_bnorm)
		return g->node[v->in[0]].elem;
	if (v->type == &node_maxpool || v->type == &node_upcat || (v->type == &node_conv && !v->output))
		return g->elem;
	return ELEM_F32;
}

static void
count_consumers(struct graph *g)
{
	int i, k;

	for (i = 0; i < g->n; i++)
		g->node[i].consumers = 0;
	for (i = 0; i < g->n; i++)
		for (k = 0; k < 2; k++)
			if (g->node[i].in[k] >= 0)
				g->node[g->node[i].in[k]].consumers++;
}

/* Consumers can compute the data of node i while they read: it is a batch norm without residual or an upsampling, and
 * all of them read operands. (An upsampling reads any operand of one part, a batch norm's residual too.) */
static int
can_stay_unstored(const struct graph *g, int i)
{
	const struct node *v = &g->node[i];
	int j, k;

	if (v->output || v->keep || !v->consumers)
		return 0;
	if (v->type != &node_upcat && (v->type != &node_bnorm || v->in[1] >= 0))
		return 0;
	for (j = i + 1; j < g->n; j++)
		for (k = 0; k < 2; k++) {
			const struct node_type *reader = g->node[j].type;
			int whole = reader->reads_operand && k == 0, part = reader == &node_upcat || (reader == &node_bnorm && k == 1);

			if (g->node[j].in[k] == i && !whole && !(part && v->type == &node_bnorm))
				return 0;
		}
	return 1;
}

/* A block's output is a sum of what lives until its backward pass anyway, if the block before ends likewise or with a
 * shortcut of its own: one pass over memory computes it again. It is worth it where the next block's shortcut is the
 * identity; what else reads it, a U-Net's decoder say, comes too early in the backward pass to gain anything. */
static int
can_be_restored(const struct graph *g, int i)
{
	const struct node *v = &g->node[i];
	int j, k, identity = 0;

	if (g->mode != GRAPH_TRAIN || v->type != &node_bnorm || v->in[1] < 0 || v->output || v->keep)
		return 0;
	for (j = i + 1; j < g->n; j++)
		for (k = 0; k < 2; k++) {
			const struct node_type *reader = g->node[j].type;

			if (g->node[j].in[k] != i)
				continue;
			if (reader == &node_bnorm && k == 1)
				identity = 1;
			else if (reader != &node_conv)
				return 0;
		}
	return identity;
}

/* Node i's data is read at `step`: its buffer, or those it is computed from, live until then. */
static void
read_at(struct graph *g, int i, int step)
{
	struct node *v = &g->node[i];
	int k;

	if (v->restored && step >= g->n) {
		if (!v->again.from || step < v->again.from)
			v->again.from = step;
		live_until(&v->again, step);
		return;
	}
	if (!v->unstored) {
		live_until(&v->data, step);
		return;
	}
	live_until(&v->save, step);
	for (k = 0; k < 2; k++)
		if (v->in[k] >= 0)
			read_at(g, v->in[k], step);
}

/* --- lifetimes --- */

/* Called from the last node to the first, so that all readers of a restored node are known when its turn comes. */
static void
data_lifetime(struct graph *g, int i)
{
	struct node *v = &g->node[i];
	int last = 2 * g->n, back = last - 1 - i, k;

	v->data.bytes = v->unstored ? 0 : (size_t)g->batch * v->c * v->h * v->w * elem_size(v->elem);
	v->data.from = v->type == &node_input ? -1 : i; /* the caller fills inputs before the first step */
	live_until(&v->data, v->keep ? last : v->output ? g->n - 1 : i);
	if (g->mode == GRAPH_TRAIN && v->type->needs_out && v->in[1] >= 0)
		read_at(g, i, back);
	if (v->restored) {
		v->again.bytes = v->data.bytes;
		read_at(g, v->in[1], v->again.from);
	}
	for (k = 0; k < 2; k++)
		if (v->in[k] >= 0)
			read_at(g, v->in[k], i);
	if (g->mode == GRAPH_TRAIN && v->type->needs_in)
		read_at(g, v->in[0], back);
}

static void
save_size(struct graph *g, int i)
{
	struct node *v = &g->node[i];

	v->save.bytes = v->type->save ? v->type->save(g, v) : 0;
	v->save.from = node_moments_early(g, v) ? v->in[0] : i;
	v->save.to = g->mode == GRAPH_TRAIN ? 2 * g->n - 1 - i : i;
}

/* A batch norm can write the gradient of its input over that of its output. */
static int
shares_gradient(const struct graph *g, const struct node *v)
{
	const struct node *x = &g->node[v->in[0]];

	return v->type == &node_bnorm && x->consumers == 1 && !x->output && x->type != &node_input;
}

static void
start_gradient(const struct graph *g, struct node *v, int step)
{
	v->grad.bytes = (size_t)g->batch * v->c * v->h * v->w * elem_size(v->elem);
	v->grad.from = step;
}

/* The caller writes the outputs' gradients between the passes, and consumers add to them. A node that leads to no
 * output (one to look at only) has no gradient. */
static void
start_outputs(struct graph *g)
{
	int i, k;

	for (i = g->n - 1; i >= 0; i--) {
		struct node *v = &g->node[i];

		if (v->output) {
			start_gradient(g, v, g->n - 1);
			v->leads = 1;
		}
		for (k = 0; k < 2; k++)
			if (v->leads && v->in[k] >= 0)
				g->node[v->in[k]].leads = 1;
	}
}

/* Called from the last node to the first: the first consumer met is the first to write the gradient. */
static void
grad_lifetime(struct graph *g, int i)
{
	struct node *v = &g->node[i], *owner = v;
	int k, step = 2 * g->n - 1 - i;

	if (!v->leads)
		return;
	while (owner->grad_of >= 0)
		owner = &g->node[owner->grad_of];
	live_until(&owner->grad, step);
	for (k = 0; k < 2; k++) {
		struct node *x = v->in[k] < 0 ? NULL : &g->node[v->in[k]];

		if (!x || x->type == &node_input)
			continue;
		if (k == 0 && shares_gradient(g, v)) {
			x->grad_of = i;
			continue;
		}
		v->add[k] = x->grad.bytes != 0;
		if (!v->add[k])
			start_gradient(g, x, step);
	}
}

/* --- places --- */

static int
by_size(const void *a, const void *b)
{
	const struct buffer *const *x = a, *const *y = b;

	if ((*x)->bytes != (*y)->bytes)
		return (*x)->bytes > (*y)->bytes ? -1 : 1;
	return *x < *y ? -1 : *x > *y; /* the order in the node array: the same plan every time */
}

static int
clash(const struct buffer *a, const struct buffer *b)
{
	return a->from <= b->to && b->from <= a->to;
}

/* Lowest offset where b fits below or between the placed buffers alive with it; placed is sorted by offset. */
static size_t
find_place(struct buffer *const *placed, int n, const struct buffer *b)
{
	size_t at = 0;
	int i;

	for (i = 0; i < n; i++) {
		const struct buffer *p = placed[i];

		if (!clash(p, b))
			continue;
		if (p->offset >= at + ALIGN(b->bytes))
			break;
		if (p->offset + ALIGN(p->bytes) > at)
			at = p->offset + ALIGN(p->bytes);
	}
	return at;
}

static void
insert_by_offset(struct buffer **placed, int n, struct buffer *b)
{
	while (n > 0 && placed[n - 1]->offset > b->offset) {
		placed[n] = placed[n - 1];
		n--;
	}
	placed[n] = b;
}

/* Places all n buffers in their order and returns the bytes they take. */
static size_t
place_in_order(struct buffer **all, struct buffer **placed, int n)
{
	size_t bytes = 64, end;
	int i;

	for (i = 0; i < n; i++) {
		all[i]->offset = find_place(placed, i, all[i]);
		insert_by_offset(placed, i, all[i]);
		end = all[i]->offset + ALIGN(all[i]->bytes);
		bytes = end > bytes ? end : bytes;
	}
	return bytes;
}

/* No plan takes less than this: all that lives at once. */
static size_t
least_bytes(struct buffer *const *all, int n)
{
	size_t least = 64, sum;
	int i, k;

	for (i = 0; i < n; i++) { /* the most are alive when some buffer's life begins */
		for (k = 0, sum = 0; k < n; k++)
			if (all[k]->from <= all[i]->from && all[i]->from <= all[k]->to)
				sum += ALIGN(all[k]->bytes);
		least = sum > least ? sum : least;
	}
	return least;
}

/* The buffer that ends last comes first, the others after it in the same order. */
static void
promote_last(struct buffer **all, int n)
{
	struct buffer *b;
	int i, last = 0;

	for (i = 1; i < n; i++)
		if (all[i]->offset + ALIGN(all[i]->bytes) > all[last]->offset + ALIGN(all[last]->bytes))
			last = i;
	b = all[last];
	memmove(all + 1, all, (size_t)last * sizeof *all);
	all[0] = b;
}

static int
collect(struct buffer **all, struct graph *g)
{
	int i, k, n = 0;

	for (i = 0; i < g->n; i++) {
		struct buffer *own[] = { &g->node[i].data, &g->node[i].grad, &g->node[i].save, &g->node[i].again };

		for (k = 0; k < (int)ARRAY_LEN(own); k++)
			if (own[k]->bytes)
				all[n++] = own[k];
	}
	qsort(all, (size_t)n, sizeof *all, by_size);
	return n;
}

/* What found no place low enough comes first in the next trial; the best trial counts. */
static void
place_all(struct graph *g)
{
	size_t room = 4 * (size_t)g->n, least, bytes;
	struct buffer **all = mem_array(room, sizeof *all), **placed = mem_array(room, sizeof *all);
	struct buffer **best = mem_array(room, sizeof *all);
	int n = collect(all, g), trial;

	least = least_bytes(all, n);
	g->bytes = (size_t)-1;
	for (trial = 0; trial < TRIALS && g->bytes > least; trial++) {
		bytes = place_in_order(all, placed, n);
		if (bytes < g->bytes) {
			g->bytes = bytes;
			memcpy(best, all, (size_t)n * sizeof *all);
		}
		promote_last(all, n);
	}
	place_in_order(best, placed, n);
	free(all);
	free(placed);
	free(best);
}

void
graph_plan(struct graph *g, enum graph_mode mode)
{
	int i;

	g->mode = mode;
	count_consumers(g);
	for (i = 0; i < g->n; i++) {
		struct node *v = &g->node[i];

		memset(&v->data, 0, sizeof v->data);
		memset(&v->grad, 0, sizeof v->grad);
		memset(&v->again, 0, sizeof v->again);
		memset(v->add, 0, sizeof v->add);
		v->grad_of = -1;
		v->leads = 0;
		v->elem = stored_as(g, v);
		v->unstored = can_stay_unstored(g, i);
		v->restored = can_be_restored(g, i);
		save_size(g, i);
		if (v->type == &node_linear)
			gemm_reserve(); /* part of what a run takes */
	}
	for (i = g->n - 1; i >= 0; i--)
		data_lifetime(g, i);
	if (mode == GRAPH_TRAIN) {
		start_outputs(g);
		for (i = g->n - 1; i >= 0; i--)
			grad_lifetime(g, i);
	}
	place_all(g);
}
