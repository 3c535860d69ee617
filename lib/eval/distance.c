#include "eval/distance.h"

#include <math.h>

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

void
distance_squared(double *d2, const uint8_t *on, const struct raster *g)
{
	struct pass p = { .d2 = d2, .on = on, .g = g };
	size_t rows = (size_t)g->y * (size_t)g->z, plane = (size_t)g->x * (size_t)g->y;

	par_for((int)((rows + ROWS - 1) / ROWS), scan_rows, &p);
	transform_axis(&p, g->y, (size_t)g->x, g->z, plane, g->spacing[1]);
	transform_axis(&p, g->z, plane, g->y, (size_t)g->x, g->spacing[2]);
}
