#include "eval/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "base/par.h"

#define LANES 32 /* sums side by side, so that the loop vectorises with a fixed order */

struct search {
	struct neighbour *near;
	const float *x;
	double *length;
	const int *group;
	int n, d, k;
};

KERNEL static double
dot(const float *restrict a, const float *restrict b, int d)
{
	double s[LANES] = { 0 }, sum = 0;
	int i, l;

	for (i = 0; i + LANES <= d; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += (double)a[i + l] * (double)b[i + l];
	for (; i < d; i++)
		sum += (double)a[i] * (double)b[i];
	for (l = 0; l < LANES; l++)
		sum += s[l];
	return sum;
}

static void
measure(void *ctx, int i, int worker)
{
	struct search *s = ctx;
	const float *x = s->x + (size_t)i * (size_t)s->d;

	s->length[i] = sqrt(dot(x, x, s->d));
}

static double
cosine(const struct search *s, int i, int j)
{
	double both = s->length[i] * s->length[j];

	return both > 0 ? dot(s->x + (size_t)i * (size_t)s->d, s->x + (size_t)j * (size_t)s->d, s->d) / both : 0;
}

/* In its place among those that are there, the last of which goes if there is no room. */
static void
insert(struct neighbour *near, int k, struct neighbour c)
{
	int place = k;

	while (place > 0 && (near[place - 1].at < 0 || near[place - 1].cosine < c.cosine))
		place--;
	if (place == k)
		return;
	memmove(near + place + 1, near + place, (size_t)(k - place - 1) * sizeof *near);
	near[place] = c;
}

static void
find(void *ctx, int i, int worker)
{
	struct search *s = ctx;
	struct neighbour *near = s->near + (size_t)i * (size_t)s->k;
	int j;

	for (j = 0; j < s->k; j++)
		near[j] = (struct neighbour){ -1, 0 };
	for (j = 0; j < s->n; j++)
		if (j != i && (!s->group || s->group[j] != s->group[i]))
			insert(near, s->k, (struct neighbour){ j, cosine(s, i, j) });
}

void
neighbours_find(struct neighbour *near, const float *x, int n, int d, int k, const int *group)
{
	struct search s = { near, x, mem_array((size_t)n + 1, sizeof *s.length), group, n, d, k };

	par_for(n, measure, &s);
	par_for(n, find, &s);
	free(s.length);
}
