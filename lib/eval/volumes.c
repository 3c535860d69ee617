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

/* mm^3 from "x y z" in mm */
static int
voxel_of(double *voxel, const struct meta *m, struct err *e)
{
	const char *text = meta_get(m, "spacing");
	double x, y, z;
	char rest;

	*voxel = NAN;
	if (!text)
		return 0;
	if (sscanf(text, "%lf %lf %lf %c", &x, &y, &z, &rest) != 3 || !(x > 0 && y > 0 && z > 0) ||
	    !isfinite(x * y * z))
		return err_set(e, "metadata 'spacing' is '%s', expected three positive numbers", text);
	*voxel = x * y * z;
	return 0;
}

static int
compare_volume(const struct volume *v, const char *patient, const char *frame)
{
	int c = strcmp(v->patient, patient);

	return c ? c : strcmp(v->frame, frame);
}

/* The place in l->sorted of a volume, or where it belongs. */
static int
find(const struct volume_list *l, const char *patient, const char *frame, int *found)
{
	int lo = 0, hi = l->n;

	while (lo < hi) {
		int mid = (lo + hi) / 2, c = compare_volume(&l->v[l->sorted[mid]], patient, frame);

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
		name = meta_get(&r->meta, "file");
	return name ? mem_strdup(name) : mem_printf("record %lld", (long long)r->seq);
}

struct volume *
volume_list_at(struct volume_list *l, const struct record *r, struct err *e)
{
	char *patient, *frame;
	struct volume *v;
	double voxel;
	int at, found;

	if (voxel_of(&voxel, &r->meta, e))
		return NULL;
	patient = name_of(r);
	frame = text_of(&r->meta, "frame");
	at = find(l, patient, frame, &found);
	if (found) {
		free(patient);
		free(frame);
		v = &l->v[l->sorted[at]];
		if (v->voxel == voxel || (isnan(v->voxel) && isnan(voxel)))
			return v;
		err_set(e, "metadata 'spacing' is not that of the other slices of this volume");
		return NULL;
	}
	v = insert(l, at);
	v->patient = patient;
	v->frame = frame;
	v->group = text_of(&r->meta, "group");
	v->phase = text_of(&r->meta, "phase");
	v->voxel = voxel;
	confusion_init(&v->c, l->k);
	return v;
}

double
volume_dice(const struct volume *v, int class)
{
	double x = confusion_dice(&v->c, class);

	return isnan(x) ? 1 : x;
}

double
volume_iou(const struct volume *v, int class)
{
	double x = confusion_iou(&v->c, class);

	return isnan(x) ? 1 : x;
}

int
volume_one_empty(const struct volume *v, int class)
{
	return !confusion_truth(&v->c, class) != !confusion_pred(&v->c, class);
}

double
volume_true_ml(const struct volume *v, int class)
{
	return (double)confusion_truth(&v->c, class) * v->voxel / 1000;
}

double
volume_pred_ml(const struct volume *v, int class)
{
	return (double)confusion_pred(&v->c, class) * v->voxel / 1000;
}
