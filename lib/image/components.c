#include "image/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/* Voxels x0..x1-1 of a row. The parent of a root is itself; others point to one that came before them. */
struct run {
	int64_t x0, x1;
	int64_t parent;
};

struct runs {
	struct run *run;
	int64_t *row;   /* [rows + 1] where each row's runs begin */
	int64_t n, room;
};

static void
add_run(struct runs *r, int64_t x0, int64_t x1)
{
	if (r->n == r->room) {
		r->room = 2 * r->room + 64;
		r->run = mem_grow(r->run, (size_t)r->room, sizeof *r->run);
	}
	r->run[r->n] = (struct run){ x0, x1, r->n };
	r->n++;
}

static void
find_runs(struct runs *r, const uint8_t *mask, const int64_t dim[3], int lo, int hi)
{
	int64_t rows = dim[0] * dim[1], width = dim[2], y, x, x0;

	memset(r, 0, sizeof *r);
	r->row = mem_array((size_t)rows + 1, sizeof *r->row);
	for (y = 0; y < rows; y++, mask += width) {
		for (x = 0; x < width; x++) {
			if (mask[x] < lo || mask[x] > hi)
				continue;
			for (x0 = x++; x < width && mask[x] >= lo && mask[x] <= hi; x++)
				;
			add_run(r, x0, x);
		}
		r->row[y + 1] = r->n;
	}
}

static void
free_runs(struct runs *r)
{
	free(r->run);
	free(r->row);
}

/* The root of i; halves the way there. */
static int64_t
root(struct run *run, int64_t i)
{
	for (; run[i].parent != i; i = run[i].parent)
		run[i].parent = run[run[i].parent].parent;
	return i;
}

static void
join(struct run *run, int64_t a, int64_t b)
{
	a = root(run, a);
	b = root(run, b);
	if (a < b)
		run[b].parent = a;
	else
		run[a].parent = b;
}

/* Joins the runs of rows a and b that touch; reach 1: also those that only touch across a corner. */
static void
join_rows(struct runs *r, int64_t a, int64_t b, int reach)
{
	int64_t i = r->row[a], j = r->row[b];

	while (i < r->row[a + 1] && j < r->row[b + 1]) {
		const struct run *p = &r->run[i], *q = &r->run[j];

		if (p->x0 < q->x1 + reach && q->x0 < p->x1 + reach)
			join(r->run, i, j);
		if (p->x1 < q->x1)
			i++;
		else
			j++;
	}
}

static void
join_neighbours(struct runs *r, const int64_t dim[3], int neighbours)
{
	int64_t z, y, at = 0;
	int edges = neighbours >= 18, corners = neighbours == 26;

	for (z = 0; z < dim[0]; z++)
		for (y = 0; y < dim[1]; y++, at++) {
			int64_t above = at - dim[1];

			if (y)
				join_rows(r, at, at - 1, edges);
			if (!z)
				continue;
			join_rows(r, at, above, edges);
			if (edges && y)
				join_rows(r, at, above - 1, corners);
			if (edges && y + 1 < dim[1])
				join_rows(r, at, above + 1, corners);
		}
}

static void
include(struct component *c, const int64_t lo[3], const struct run *run)
{
	int64_t hi[3] = { lo[0], lo[1], run->x1 - 1 };
	int i;

	c->voxels += run->x1 - run->x0;
	for (i = 0; i < 3; i++) {
		c->lo[i] = lo[i] < c->lo[i] ? lo[i] : c->lo[i];
		c->hi[i] = hi[i] > c->hi[i] ? hi[i] : c->hi[i];
	}
}

/* Roots get their numbers as they come, for they are the first runs of their components: `parent` becomes the number. */
static void
number(struct components *cs, struct runs *r, const int64_t dim[3])
{
	int64_t row, i, room = 0;

	for (row = 0; row < dim[0] * dim[1]; row++)
		for (i = r->row[row]; i < r->row[row + 1]; i++) {
			struct run *run = &r->run[i];
			int64_t lo[3] = { row / dim[1], row % dim[1], run->x0 };

			if (run->parent != i) {
				run->parent = r->run[run->parent].parent;
			} else {
				if (cs->n == INT32_MAX - 1)
					BUG("too many components");
				if (cs->n == room)
					cs->c = mem_grow(cs->c, (size_t)(room = 2 * room + 16), sizeof *cs->c);
				cs->c[cs->n] = (struct component){ 0, row * dim[2] + run->x0, { lo[0], lo[1], lo[2] },
				                                   { lo[0], lo[1], lo[2] } };
				run->parent = cs->n++;
			}
			include(&cs->c[run->parent], lo, run);
		}
}

static void
find(struct components *cs, struct runs *r, const uint8_t *mask, const int64_t dim[3], int lo, int hi, int neighbours)
{
	if (neighbours != 6 && neighbours != 18 && neighbours != 26)
		BUG("%d neighbours", neighbours);
	memset(cs, 0, sizeof *cs);
	find_runs(r, mask, dim, lo, hi);
	join_neighbours(r, dim, neighbours);
	number(cs, r, dim);
}

void
components_find(struct components *cs, int32_t *numbers, const uint8_t *mask, const int64_t dim[3], int lo, int hi,
                int neighbours)
{
	struct runs r;
	int64_t row, i, x;

	find(cs, &r, mask, dim, lo, hi, neighbours);
	if (numbers) {
		memset(numbers, 0, (size_t)(dim[0] * dim[1] * dim[2]) * sizeof *numbers);
		for (row = 0; row < dim[0] * dim[1]; row++)
			for (i = r.row[row]; i < r.row[row + 1]; i++)
				for (x = r.run[i].x0; x < r.run[i].x1; x++)
					numbers[row * dim[2] + x] = (int32_t)r.run[i].parent + 1;
	}
	free_runs(&r);
}

void
components_free(struct components *cs)
{
	free(cs->c);
	memset(cs, 0, sizeof *cs);
}

int64_t
components_keep_largest(uint8_t *mask, const int64_t dim[3], int lo, int hi, int neighbours)
{
	struct components cs;
	struct runs r;
	int64_t row, i, removed = 0;
	int largest = 0, c;

	find(&cs, &r, mask, dim, lo, hi, neighbours);
	for (c = 1; c < cs.n; c++)
		if (cs.c[c].voxels > cs.c[largest].voxels)
			largest = c;
	for (row = 0; row < dim[0] * dim[1]; row++)
		for (i = r.row[row]; i < r.row[row + 1]; i++) {
			const struct run *run = &r.run[i];

			if (run->parent == largest)
				continue;
			memset(mask + row * dim[2] + run->x0, 0, (size_t)(run->x1 - run->x0));
			removed += run->x1 - run->x0;
		}
	free_runs(&r);
	components_free(&cs);
	return removed;
}
