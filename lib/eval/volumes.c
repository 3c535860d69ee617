#include "eval/volumes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
volume_list_init(struct volume_list *l, int k)
{
	memset(l, 0, sizeof *l);
	l->k = k;
}

void
volume_list_free(struct volume_list *l)
{
	int i;

	for (i = 0; i < l->n; i++) {
		free(l->v[i].patient);
		free(l->v[i].frame);
		free(l->v[i].group);
		free(l->v[i].phase);
		free(l->v[i].name);
		free(l->v[i].surface);
		free(l->v[i].why_not);
		stack_free(&l->v[i].stack);
		confusion_free(&l->v[i].c);
	}
	free(l->v);
	free(l->sorted);
	memset(l, 0, sizeof *l);
}

static char *
text_of(const struct meta *m, const char *key)
{
	const char *value = meta_get(m, key);

	return mem_strdup(value ? value : "");
}

/* "x y z" in mm */
static int
spacing_of(double spacing[3], const struct meta *m, struct err *e)
{
	const char *text = meta_get(m, "spacing");
	struct raster g = { 1, 1, 1, { NAN, NAN, NAN } };
	double *d = g.spacing;
	char rest;

	if (text && (sscanf(text, "%lf %lf %lf %c", &d[0], &d[1], &d[2], &rest) != 3 || !raster_has_spacing(&g)))
		return err_set(e, "metadata 'spacing' is '%s', expected three positive numbers", text);
	memcpy(spacing, d, sizeof g.spacing);
	return 0;
}

/* Both unknown are the same too */
static int
same_spacing(const double a[3], const double b[3])
{
	int i, same = 1;

	for (i = 0; i < 3; i++)
		same = same && (a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
	return same;
}

/* What makes a volume: its patient (or case, or file), frame and case, in this order. */
struct key {
	char *part[3];
};

static int
compare_volume(const struct volume *v, const struct key *k)
{
	int c = strcmp(v->patient, k->part[0]);

	if (!c)
		c = strcmp(v->frame, k->part[1]);
	return c ? c : strcmp(v->name, k->part[2]);
}

/* The place in l->sorted of a volume, or where it belongs. */
static int
find(const struct volume_list *l, const struct key *k, int *found)
{
	int lo = 0, hi = l->n;

	while (lo < hi) {
		int mid = (lo + hi) / 2, c = compare_volume(&l->v[l->sorted[mid]], k);

		if (c == 0) {
			*found = 1;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*found = 0;
	return lo;
}

static struct volume *
insert(struct volume_list *l, int at)
{
	l->v = mem_grow(l->v, (size_t)l->n + 1, sizeof *l->v);
	l->sorted = mem_grow(l->sorted, (size_t)l->n + 1, sizeof *l->sorted);
	memmove(l->sorted + at + 1, l->sorted + at, (size_t)(l->n - at) * sizeof *l->sorted);
	l->sorted[at] = l->n;
	return memset(&l->v[l->n++], 0, sizeof *l->v);
}

static char *
name_of(const struct record *r)
{
	const char *name = meta_get(&r->meta, "patient");

	if (!name)
		name = meta_get(&r->meta, "case");
	if (!name)
		name = meta_get(&r->meta, "file");
	return name ? mem_strdup(name) : mem_printf("record %lld", (long long)r->seq);
}

static void
begin(struct volume *v, const struct record *r, const struct key *key, int k)
{
	int i;

	v->patient = key->part[0];
	v->frame = key->part[1];
	v->name = key->part[2];
	v->group = text_of(&r->meta, "group");
	v->phase = text_of(&r->meta, "phase");
	confusion_init(&v->c, k);
	v->surface = mem_array((size_t)k, sizeof *v->surface);
	for (i = 0; i < k; i++)
		v->surface[i] = (struct surface){ NAN, NAN, NAN };
}

struct volume *
volume_list_at(struct volume_list *l, const struct record *r, struct err *e)
{
	struct key key;
	struct volume *v;
	double spacing[3];
	int64_t expected = 0;
	int at, found, i;

	if (spacing_of(spacing, &r->meta, e) || meta_int(&r->meta, "slices", &expected, 1, INT64_MAX / 2, e) < 0)
		return NULL;
	key = (struct key){ { name_of(r), text_of(&r->meta, "frame"), text_of(&r->meta, "case") } };
	at = find(l, &key, &found);
	if (!found) {
		v = insert(l, at);
		memcpy(v->spacing, spacing, sizeof spacing);
		v->expected = expected;
		begin(v, r, &key, l->k);
		return v;
	}
	for (i = 0; i < 3; i++)
		free(key.part[i]);
	v = &l->v[l->sorted[at]];
	if (same_spacing(v->spacing, spacing))
		return v;
	err_set(e, "metadata 'spacing' is not that of the other slices of this volume");
	return NULL;
}

struct raster
volume_raster(const struct volume *v)
{
	return (struct raster){ (int)v->stack.w, (int)v->stack.h, 1, { v->spacing[0], v->spacing[1], v->spacing[2] } };
}

double
volume_voxel(const struct volume *v)
{
	struct raster g = { 1, 1, 1, { v->spacing[0], v->spacing[1], v->spacing[2] } };

	return raster_voxel(&g);
}

struct score
volume_score(const struct volume *v, int class)
{
	return score_from(&v->c, class, volume_voxel(v), &v->surface[class]);
}
