#include "page/worst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

double
worst_dice(const struct volume *v, int k)
{
	double sum = 0;
	int i;

	for (i = 1; i < k; i++)
		sum += volume_score(v, i).dice;
	return k > 1 ? sum / (k - 1) : NAN;
}

void
worst_init(struct worst *g, const struct evaluation *x, int most, int truth, int channel)
{
	memset(g, 0, sizeof *g);
	g->x = x;
	g->most = most;
	g->truth = truth;
	g->channel = channel;
	g->last = -1;
}

/* 0 for all where nothing tells which is worse. */
static double
rank(const struct worst *g, int at)
{
	return g->truth ? worst_dice(&g->x->volumes.v[at], g->x->k) : 0;
}

/* Takes the pictures from the one that is the least bad, the last of them if there are several. */
static void
drop_best(struct worst *g)
{
	int i, best = 0, at;

	for (i = 1; i < g->shown; i++)
		if (rank(g, g->order[i]) > rank(g, g->order[best]) ||
		    (rank(g, g->order[i]) == rank(g, g->order[best]) && g->order[i] > g->order[best]))
			best = i;
	at = g->order[best];
	slices_free(&g->pictures[at]);
	g->state[at] = WORST_DROPPED;
	g->order[best] = g->order[--g->shown];
}

static int
finish(struct worst *g, int at, struct err *e)
{
	if (slices_draw(&g->pictures[at], g->x->ignore, e))
		return -1;
	g->state[at] = WORST_DRAWN;
	g->order = mem_grow(g->order, (size_t)g->shown + 1, sizeof *g->order);
	g->order[g->shown++] = at;
	if (g->shown > g->most)
		drop_best(g);
	return 0;
}

static void
make_room(struct worst *g, int n)
{
	if (g->n == n)
		return;
	g->pictures = mem_grow(g->pictures, (size_t)n, sizeof *g->pictures);
	g->state = mem_grow(g->state, (size_t)n, sizeof *g->state);
	g->late = mem_grow(g->late, (size_t)n, 1);
	for (; g->n < n; g->n++) {
		g->pictures[g->n] = (struct slice_list){ 0 };
		g->state[g->n] = WORST_GATHERED;
		g->late[g->n] = 0;
	}
}

/* Whether the volume of the last record is whole now that another one follows. */
static int
is_left(const struct worst *g, int at)
{
	return g->last >= 0 && g->last != at && g->state[g->last] == WORST_GATHERED &&
	       !g->x->volumes.v[g->last].expected;
}

int
worst_add(struct worst *g, int at, const struct record *r, struct err *e)
{
	const struct volume *v = &g->x->volumes.v[at];

	make_room(g, g->x->volumes.n);
	if (!g->most)
		return 0;
	if (is_left(g, at) && finish(g, g->last, e))
		return -1;
	g->last = at;
	if (g->state[at] != WORST_GATHERED) {
		g->late[at] = 1;
		return 0;
	}
	if (slices_gather(&g->pictures[at], r, g->truth, g->channel, e))
		return -1;
	return v->expected && v->slices >= v->expected ? finish(g, at, e) : 0;
}

/* Volumes with pictures, the worst first. */
static void
put_in_order(struct worst *g)
{
	const struct volume_list *l = &g->x->volumes;
	int i, k, at;

	g->order = mem_grow(g->order, (size_t)g->shown + 1, sizeof *g->order);
	for (i = g->shown = 0; i < l->n; i++) {
		at = l->sorted[i];
		if (g->state[at] != WORST_DRAWN)
			continue;
		for (k = g->shown++; k > 0 && rank(g, g->order[k - 1]) > rank(g, at); k--)
			g->order[k] = g->order[k - 1];
		g->order[k] = at;
	}
}

int
worst_end(struct worst *g, struct err *e)
{
	int i;

	for (i = 0; g->most && i < g->n; i++)
		if (g->state[i] == WORST_GATHERED && finish(g, i, e))
			return -1;
	put_in_order(g);
	return 0;
}

int
worst_late(const struct worst *g)
{
	int i, n = 0;

	for (i = 0; i < g->n; i++)
		n += g->late[i];
	return n;
}

void
worst_free(struct worst *g)
{
	int i;

	for (i = 0; i < g->n; i++)
		slices_free(&g->pictures[i]);
	free(g->pictures);
	free(g->state);
	free(g->late);
	free(g->order);
	memset(g, 0, sizeof *g);
}
