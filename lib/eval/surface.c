#include "eval/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "eval/summary.h"

/* What lies within lo..hi-1 along x, y, z */
struct span {
	int lo[3], hi[3];
};

static void
widen(struct span *s, int axis, int at)
{
	s->lo[axis] = at < s->lo[axis] ? at : s->lo[axis];
	s->hi[axis] = at >= s->hi[axis] ? at + 1 : s->hi[axis];
}

/* Widens s to hold all voxels of the class; returns whether there are any. */
static int
enclose(struct span *s, const uint8_t *label, int class, const struct raster *g)
{
	size_t nx = (size_t)g->x;
	int y, z, any = 0;

	for (z = 0; z < g->z; z++)
		for (y = 0; y < g->y; y++, label += nx) {
			const uint8_t *first = memchr(label, class, nx);

			if (!first)
				continue;
			any = 1;
			widen(s, 0, (int)(first - label));
			widen(s, 0, (int)((const uint8_t *)memrchr(label, class, nx) - label));
			widen(s, 1, y);
			widen(s, 2, z);
		}
	return any;
}

struct marking {
	uint8_t *on;          /* [hi - lo] of the span */
	const uint8_t *label;
	const struct raster *g;
	const struct span *s;
	int class;
};

/* Whether the voxel at label, of the class itself, has a neighbour that is not */
static int
at_surface(const struct marking *m, const uint8_t *label, int x, int y, int z)
{
	const struct raster *g = m->g;
	ptrdiff_t row = g->x, plane = row * g->y;

	if (x == 0 || label[-1] != m->class || x == g->x - 1 || label[1] != m->class)
		return 1;
	if (y == 0 || label[-row] != m->class || y == g->y - 1 || label[row] != m->class)
		return 1;
	if (g->z == 1)
		return 0;
	return z == 0 || label[-plane] != m->class || z == g->z - 1 || label[plane] != m->class;
}

static void
mark_plane(void *ctx, int i, int worker)
{
	const struct marking *m = ctx;
	const struct span *s = m->s;
	size_t width = (size_t)(s->hi[0] - s->lo[0]), height = (size_t)(s->hi[1] - s->lo[1]);
	uint8_t *on = m->on + (size_t)i * width * height;
	int x, y, z = s->lo[2] + i;

	(void)worker;
	for (y = s->lo[1]; y < s->hi[1]; y++) {
		const uint8_t *row = m->label + ((size_t)z * (size_t)m->g->y + (size_t)y) * (size_t)m->g->x;

		for (x = s->lo[0]; x < s->hi[0]; x++)
			*on++ = row[x] == m->class && at_surface(m, row + x, x, y, z);
	}
}

static void
mark(uint8_t *on, const uint8_t *label, int class, const struct raster *g, const struct span *s)
{
	struct marking m = { on, label, g, s, class };

	par_for(s->hi[2] - s->lo[2], mark_plane, &m);
}

static size_t
count_on(const uint8_t *on, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += on[i];
	return count;
}

static struct surface
pool(const double *d, size_t n)
{
	struct surface s = { 0, summary_quantile_unsorted(d, n, 0.95), 0 };
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		s.hd = d[i] > s.hd ? d[i] : s.hd;
		sum += d[i];
	}
	s.assd = sum / (double)n;
	return s;
}

/* Within the span of both: what is nearest to a point of the one is a point of the other, so nothing outside matters. */
static struct surface
compare_within(const uint8_t *truth, const uint8_t *pred, int class, const struct raster *g, const struct span *s)
{
	struct raster part = { s->hi[0] - s->lo[0], s->hi[1] - s->lo[1], s->hi[2] - s->lo[2],
	                     { g->spacing[0], g->spacing[1], g->spacing[2] } };
	size_t n = raster_voxels(&part), pooled;
	uint8_t *t = mem_array(2 * n, 1), *p = t + n;
	double *d;
	struct surface result;

	mark(t, truth, class, g, s);
	mark(p, pred, class, g, s);
	d = mem_array(count_on(t, 2 * n), sizeof *d);
	pooled = distance_at(d, t, p, &part);
	pooled += distance_at(d + pooled, p, t, &part);
	result = pool(d, pooled);
	free(t);
	free(d);
	return result;
}

struct surface
surface_compare(const uint8_t *truth, const uint8_t *pred, int class, const struct raster *g)
{
	struct span s = { { g->x, g->y, g->z }, { 0, 0, 0 } };
	int t, p;

	if (!raster_has_spacing(g))
		return (struct surface){ NAN, NAN, NAN };
	t = enclose(&s, truth, class, g);
	p = enclose(&s, pred, class, g);
	if (!t && !p)
		return (struct surface){ 0, 0, 0 };
	if (!t || !p)
		return (struct surface){ NAN, NAN, NAN };
	return compare_within(truth, pred, class, g, &s);
}
