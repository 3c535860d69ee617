#include "image/regrid.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

void
regrid_init(struct regrid *g, const double grid[2])
{
	memcpy(g->grid, grid, sizeof g->grid);
	g->worker = mem_array((size_t)par_threads(), sizeof *g->worker);
}

void
regrid_free(struct regrid *g)
{
	int i;

	for (i = 0; g->worker && i < par_threads(); i++)
		resampler_free(&g->worker[i]);
	free(g->worker);
	g->worker = NULL;
}

/* "x y z", or "x y" where there are no slices. *rest: what stands behind y */
static int
read_spacing(double mm[2], const char **rest, const struct meta *m, struct err *e)
{
	const char *text = meta_get(m, "spacing"), *s = text;
	char *end;
	int i;

	if (!text)
		return err_set(e, "no metadata 'spacing' to tell how large pixels are");
	for (i = 0; i < 2; i++, s = end) {
		mm[i] = strtod(s, &end);
		if (end == s || !(mm[i] > 0) || !isfinite(mm[i]) || (*end && *end != ' '))
			return err_set(e, "metadata 'spacing' is '%.100s', expected positive numbers, x, y and z in mm", text);
	}
	*rest = s;
	return 0;
}

/* --- a record --- */

static int
is_labels(const struct tensor *t)
{
	return !strcmp(t->name, "mask") || !strcmp(t->name, "pred");
}

static int
is_pixels(const struct tensor *t)
{
	return !strcmp(t->name, "image") || is_labels(t);
}

/* size[2] (height, width) becomes that of t, or must be it */
static int
check_tensor(int size[2], const struct tensor *t, struct err *e)
{
	const int64_t *d = t->dim + (is_labels(t) ? 1 : 2);
	char shape[TENSOR_SHAPE_LEN];

	if (t->ndim != (is_labels(t) ? 3 : 4))
		return err_set(e, "'%s' is %s, expected %s", t->name, tensor_shape(shape, t), is_labels(t) ? "[N,H,W]" : "[N,C,H,W]");
	if (is_labels(t) && t->dtype != TEN_U8)
		return err_set(e, "'%s' is %s, expected U8", t->name, ten_dtype_name(t->dtype));
	if (d[0] < 1 || d[1] < 1 || d[0] > GRID_MOST || d[1] > GRID_MOST)
		return err_set(e, "'%s' is %s, sides must have 1..%d pixels", t->name, tensor_shape(shape, t), GRID_MOST);
	if (size[0] && (size[0] != d[0] || size[1] != d[1]))
		return err_set(e, "'%s' is %s, its pixels are not those of the tensors before it", t->name, tensor_shape(shape, t));
	size[0] = (int)d[0];
	size[1] = (int)d[1];
	return 0;
}

static int
check_record(int size[2], const struct record *r, struct err *e)
{
	int i;

	size[0] = size[1] = 0;
	for (i = 0; i < r->n; i++)
		if (is_pixels(&r->t[i]) ? check_tensor(size, &r->t[i], e) : r->t[i].ndim > 2 ?
		    err_set(e, "'%.100s' would not fit any more: only image, mask and pred can be resampled", r->t[i].name) : 0)
			return -1;
	return size[0] ? 0 : err_set(e, "neither 'image' nor 'mask' nor 'pred'");
}

static int
check_room(const struct record *r, const int from[2], const int to[2], struct err *e)
{
	int64_t n;
	int i;

	for (i = 0; i < r->n; i++) {
		if (!is_pixels(&r->t[i]))
			continue;
		n = tensor_count(&r->t[i]) / from[0] / from[1];
		if (__builtin_mul_overflow(n, (int64_t)to[0] * to[1], &n) || n > INT_MAX)
			return err_set(e, "'%s' would have more pixels than %d", r->t[i].name, INT_MAX);
	}
	return 0;
}

struct job {
	struct regrid *g;
	const struct tensor *t;
	void *to;
	int from_size[2], to_size[2];
};

static void
resample_plane(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	struct resampler *r = &j->g->worker[worker];
	struct box all = { 0, 0, j->from_size[1], j->from_size[0] };
	size_t from = (size_t)all.h * (size_t)all.w, to = (size_t)j->to_size[0] * (size_t)j->to_size[1];
	float *image;

	if (is_labels(j->t)) {
		resample_nearest(r, (uint8_t *)j->to + (size_t)i * to, j->to_size[0], j->to_size[1],
		                 (const uint8_t *)j->t->data + (size_t)i * from, all.w, all, 0);
		return;
	}
	image = par_scratch(worker, from * sizeof *image);
	tensor_to_f32(image, j->t, i * (int64_t)from, (int64_t)from);
	resample(r, (float *)j->to + (size_t)i * to, j->to_size[0], j->to_size[1], image, 1, all.h, all.w, all,
	         RESAMPLE_BILINEAR, 0);
}

/* t, taken out of its record, into r under its name */
static void
resample_tensor(struct regrid *g, struct record *r, const struct tensor *t, const int from[2], const int to[2])
{
	struct job j = { .g = g, .t = t, .from_size = { from[0], from[1] }, .to_size = { to[0], to[1] } };
	int64_t dim[4];

	memcpy(dim, t->dim, sizeof dim);
	dim[t->ndim - 2] = to[0];
	dim[t->ndim - 1] = to[1];
	j.to = record_add(r, t->name, is_labels(t) ? TEN_U8 : TEN_F32, t->ndim, dim)->data;
	par_for((int)(tensor_count(t) / from[0] / from[1]), resample_plane, &j);
}

/* Those in r that have pixels, anew; the others are kept as they are. */
static void
resample_all(struct regrid *g, struct record *r, const int from[2], const int to[2])
{
	struct record new = { 0 };
	int i;

	for (i = 0; i < r->n; i++)
		if (is_pixels(&r->t[i]))
			resample_tensor(g, &new, &r->t[i], from, to);
	for (i = 0; i < new.n; i++) {
		struct tensor *t = record_find(r, new.t[i].name), old = *t;

		*t = new.t[i];
		new.t[i] = old;
	}
	record_free(&new);
}

int
regrid_record(struct regrid *g, struct record *r, struct err *e)
{
	int from[2], to[2];
	char buf[GRID_LEN];
	const char *rest;
	double mm[2];

	if (check_record(from, r, e) || read_spacing(mm, &rest, &r->meta, e) ||
	    grid_size(to, from[0], from[1], mm, g->grid, e) || check_room(r, from, to, e))
		return -1;
	meta_set(&r->meta, "grid", grid_format(buf, g->grid));
	if (to[0] == from[0] && to[1] == from[1])
		return 0;
	resample_all(g, r, from, to);
	meta_setf(&r->meta, "spacing", "%.9g %.9g%s", mm[0] * from[1] / to[1], mm[1] * from[0] / to[0], rest);
	return 0;
}

/* --- the median --- */

struct volume {
	char *key;
	double mm[2];
};

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct volume *)a)->key, ((const struct volume *)b)->key);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
read_volume(struct volume *v, const struct meta *m, struct err *e)
{
	static const char *const names[] = { "case", "patient", "frame", "file" };
	const char *part[ARRAY_LEN(names)], *rest;
	size_t i;

	if (read_spacing(v->mm, &rest, m, e))
		return -1;
	for (i = 0; i < ARRAY_LEN(names); i++)
		part[i] = meta_get(m, names[i]) ? meta_get(m, names[i]) : "";
	v->key = mem_printf("%s\n%s\n%s\n%s\n%.17g %.17g", part[0], part[1], part[2], part[3], v->mm[0], v->mm[1]);
	return 0;
}

/* Each volume once, in v[0..n-1]; returns n */
static int
unite(struct volume *v, int records)
{
	int i, n = 0;

	qsort(v, (size_t)records, sizeof *v, by_key);
	for (i = 0; i < records; i++)
		if (!n || strcmp(v[n - 1].key, v[i].key)) {
			struct volume next = v[i];

			v[i] = v[n];
			v[n++] = next;
		}
	return n;
}

static double
median(const struct volume *v, int n, int axis)
{
	double *x = mem_array((size_t)n, sizeof *x), middle;
	int i;

	for (i = 0; i < n; i++)
		x[i] = v[i].mm[axis];
	qsort(x, (size_t)n, sizeof *x, ascending);
	middle = (x[(n - 1) / 2] + x[n / 2]) / 2;
	free(x);
	return middle;
}

int
regrid_median(double grid[2], const struct ten_map *m, struct err *e)
{
	struct volume *v = mem_array((size_t)m->n + 1, sizeof *v);
	char buf[GRID_LEN];
	int i, n = 0, rc = m->n ? 0 : err_set(e, "no volumes to take the median of");

	for (i = 0; i < m->n && !rc; i++)
		if ((rc = read_volume(&v[i], &m->entry[i].rec.meta, e)))
			err_put_before(e, "record %d", i);
	if (!rc) {
		n = unite(v, m->n);
		for (i = 0; i < 2; i++)
			grid[i] = median(v, n, i);
		rc = grid_parse(grid, grid_format(buf, grid), e);
	}
	for (i = 0; i < m->n; i++)
		free(v[i].key);
	free(v);
	return rc ? -1 : n;
}
