#include "eval/distance.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/par.h"

#define ROWS 32   /* per task */
#define COLUMNS 8 /* doubles of a cache line: as many are brought together */

size_t
raster_voxels(const struct raster *g)
{
	return (size_t)g->x * (size_t)g->y * (size_t)g->z;
}

int
raster_has_spacing(const struct raster *g)
{
	int i, good = 1;

	for (i = 0; i < 3; i++)
		good = good && g->spacing[i] > 1e-9 && g->spacing[i] < 1e9; /* squares stay finite */
	return good;
}

double
raster_voxel(const struct raster *g)
{
	return raster_has_spacing(g) ? g->spacing[0] * g->spacing[1] * g->spacing[2] : NAN;
}

/* What the loops below share: `lines` columns of n values `stride` apart, side by side from each of `blocks` places. */
struct pass {
	double *d2;
	const uint8_t *on;
	const struct raster *g;
	size_t block, stride;
	int n, lines;
	double spacing;
};

static void
scan_row(double *d2, const uint8_t *on, int n, double spacing)
{
	double count = INFINITY;
	int x;

	for (x = 0; x < n; x++) {
		count = on[x] ? 0 : count + 1;
		d2[x] = count;
	}
	for (x = n - 1; x >= 0; x--) {
		count = on[x] ? 0 : count + 1;
		count = d2[x] < count ? d2[x] : count;
		d2[x] = spacing * count * (spacing * count);
	}
}

static void
scan_rows(void *ctx, int i, int worker)
{
	const struct pass *p = ctx;
	size_t rows = (size_t)p->g->y * (size_t)p->g->z, row = (size_t)i * ROWS, nx = (size_t)p->g->x;

	(void)worker;
	for (; row < rows && row < (size_t)(i + 1) * ROWS; row++)
		scan_row(p->d2 + row * nx, p->on + row * nx, p->g->x, p->g->spacing[0]);
}

/* Of a column's parabolas f[q] + (spacing (p - q))^2 those that are least somewhere: place[k] is the k-th from the
 * left, least from from[k] on. Returns how many. */
static int
envelope(int *place, double *from, const double *f, int n, double spacing)
{
	double w = spacing * spacing, cross = 0;
	int q, top = -1;

	for (q = 0; q < n; q++) {
		if (isinf(f[q]))
			continue;
		for (; top >= 0; top--) {
			int v = place[top];

			cross = ((f[q] - f[v]) / (w * (q - v)) + (q + v)) / 2;
			if (cross > from[top])
				break;
		}
		top++;
		from[top] = top ? cross : -INFINITY;
		place[top] = q;
	}
	return top + 1;
}

static void
fill_column(double *out, const double *f, const int *place, const double *from, int parabolas, int n, double spacing)
{
	int p, k = 0;

	for (p = 0; p < n; p++) {
		double step;

		while (k + 1 < parabolas && from[k + 1] < p)
			k++;
		step = spacing * (p - place[k]);
		out[p] = parabolas ? f[place[k]] + step * step : INFINITY;
	}
}

/* COLUMNS columns: brought together, transformed, put back */
static void
transform_columns(void *ctx, int i, int worker)
{
	const struct pass *p = ctx;
	int groups = (p->lines + COLUMNS - 1) / COLUMNS, at = i % groups * COLUMNS, c, q, parabolas;
	int lines = p->lines - at < COLUMNS ? p->lines - at : COLUMNS;
	size_t n = (size_t)p->n;
	double *f = par_scratch(worker, n * ((2 * COLUMNS + 1) * sizeof *f + sizeof(int))), *out = f + n * COLUMNS;
	double *from = out + n * COLUMNS, *d2 = p->d2 + (size_t)(i / groups) * p->block + at;
	int *place = (int *)(from + n);

	for (q = 0; q < p->n; q++)
		for (c = 0; c < lines; c++)
			f[(size_t)c * n + (size_t)q] = d2[(size_t)q * p->stride + (size_t)c];
	for (c = 0; c < lines; c++) {
		parabolas = envelope(place, from, f + (size_t)c * n, p->n, p->spacing);
		fill_column(out + (size_t)c * n, f + (size_t)c * n, place, from, parabolas, p->n, p->spacing);
	}
	for (q = 0; q < p->n; q++)
		for (c = 0; c < lines; c++)
			d2[(size_t)q * p->stride + (size_t)c] = out[(size_t)c * n + (size_t)q];
}

static void
transform_axis(struct pass *p, int n, size_t stride, int blocks, size_t block, double spacing)
{
	p->n = n;
	p->stride = stride;
	p->block = block;
	p->lines = p->g->x;
	p->spacing = spacing;
	if (n > 1)
		par_for(blocks * ((p->lines + COLUMNS - 1) / COLUMNS), transform_columns, p);
}

/* Along x alone. */
static void
scan(struct pass *p)
{
	size_t rows = (size_t)p->g->y * (size_t)p->g->z;

	par_for((int)((rows + ROWS - 1) / ROWS), scan_rows, p);
}

static void
transform_planes(struct pass *p)
{
	const struct raster *g = p->g;
	size_t plane = (size_t)g->x * (size_t)g->y;

	transform_axis(p, g->y, (size_t)g->x, g->z, plane, g->spacing[1]);
	transform_axis(p, g->z, plane, g->y, (size_t)g->x, g->spacing[2]);
}

void
distance_squared(double *d2, const uint8_t *on, const struct raster *g)
{
	struct pass p = { .d2 = d2, .on = on, .g = g };

	scan(&p);
	transform_planes(&p);
}

/* --- only some voxels --- */

struct search {
	double *d;           /* results, behind each other */
	const double *d2;    /* after the scan along x */
	const uint8_t *at;
	const struct raster *g;
	size_t *first;       /* [z + 1] where in d those of each plane begin */
	atomic_int long_way; /* some plane has taken too many steps: the others need not go on */
};

/* The least of best and what the column at x in plane z has, from row y outwards; the plane is `away` (squared) off. */
static double
search_column(const struct search *s, double best, double away, int x, int y, int z, size_t *steps)
{
	const struct raster *g = s->g;
	const double *column = s->d2 + (size_t)z * (size_t)g->x * (size_t)g->y + (size_t)x;
	int i;

	for (i = 0; y + i < g->y || y - i >= 0; i++) {
		double off = i * g->spacing[1] * (i * g->spacing[1]), d;

		if (off + away >= best)
			break;
		d = y + i < g->y ? column[(size_t)(y + i) * (size_t)g->x] + off + away : INFINITY;
		best = d < best ? d : best;
		d = y - i >= 0 ? column[(size_t)(y - i) * (size_t)g->x] + off + away : INFINITY;
		best = d < best ? d : best;
	}
	*steps += (size_t)i;
	return best;
}

static double
search_voxel(const struct search *s, int x, int y, int z, size_t *steps)
{
	const struct raster *g = s->g;
	double best = INFINITY;
	int i;

	for (i = 0; z + i < g->z || z - i >= 0; i++) {
		double away = i * g->spacing[2] * (i * g->spacing[2]);

		if (away >= best)
			break;
		if (z + i < g->z)
			best = search_column(s, best, away, x, y, z + i, steps);
		if (i && z - i >= 0)
			best = search_column(s, best, away, x, y, z - i, steps);
	}
	return best;
}

static void
search_plane(void *ctx, int z, int worker)
{
	struct search *s = ctx;
	size_t nx = (size_t)s->g->x, plane = nx * (size_t)s->g->y, steps = 0, i, n = s->first[z];
	const uint8_t *at = s->at + (size_t)z * plane;

	(void)worker;
	for (i = 0; i < plane && !atomic_load_explicit(&s->long_way, memory_order_relaxed); i++) {
		if (!at[i])
			continue;
		s->d[n++] = sqrt(search_voxel(s, (int)(i % nx), (int)(i / nx), z, &steps));
		if (steps > DISTANCE_STEPS * plane)
			atomic_store_explicit(&s->long_way, 1, memory_order_relaxed);
	}
}

static size_t
count_planes(size_t *first, const uint8_t *at, const struct raster *g)
{
	size_t plane = (size_t)g->x * (size_t)g->y, i;
	int z;

	for (z = 0; z < g->z; z++, at += plane) {
		size_t n = 0;

		for (i = 0; i < plane; i++)
			n += at[i];
		first[z + 1] = first[z] + n;
	}
	return first[g->z];
}

size_t
distance_at(double *d, const uint8_t *at, const uint8_t *on, const struct raster *g)
{
	size_t voxels = raster_voxels(g), n, i;
	double *d2 = mem_aligned(voxels * sizeof *d2);
	struct pass p = { .d2 = d2, .on = on, .g = g };
	struct search s = { d, d2, at, g, mem_array((size_t)g->z + 1, sizeof *s.first), 0 };

	n = count_planes(s.first, at, g);
	scan(&p);
	par_for(g->z, search_plane, &s);
	if (s.long_way) {
		transform_planes(&p);
		for (i = n = 0; i < voxels; i++)
			if (at[i])
				d[n++] = sqrt(d2[i]);
	}
	free(d2);
	free(s.first);
	return n;
}
