#include "eval/evaluation.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

void
evaluation_init(struct evaluation *x, int k, int ignore)
{
	memset(x, 0, sizeof *x);
	x->k = k;
	x->ignore = ignore;
	confusion_init(&x->all, k);
	overlap_mean_init(&x->slices, k);
	volume_list_init(&x->volumes, k);
}

void
evaluation_free(struct evaluation *x)
{
	confusion_free(&x->all);
	overlap_mean_free(&x->slices);
	volume_list_free(&x->volumes);
	memset(x, 0, sizeof *x);
}

static int
check(const struct record *r, const struct tensor **mask, const struct tensor **pred, struct err *e)
{
	static const char *const name[] = { "mask", "pred" };
	const struct tensor *t[2];
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];
	int i;

	for (i = 0; i < 2; i++) {
		t[i] = record_find(r, name[i]);
		if (!t[i])
			return err_set(e, "there is no tensor '%s'", name[i]);
		if (t[i]->ndim != 3)
			return err_set(e, "'%s' is %s, expected 3 dimensions", name[i], tensor_shape(a, t[i]));
		if (t[i]->dtype != TEN_U8)
			return err_set(e, "'%s' is %s, expected U8", name[i], ten_dtype_name(t[i]->dtype));
	}
	if (!tensor_same_shape(t[0], t[1]) || !tensor_stride0(t[0]))
		return err_set(e, "'mask' is %s, 'pred' is %s", tensor_shape(a, t[0]), tensor_shape(b, t[1]));
	for (i = 0; i < 3; i++)
		if (t[0]->dim[i] > INT_MAX)
			return err_set(e, "'mask' is %s: too large", tensor_shape(a, t[0]));
	*mask = t[0];
	*pred = t[1];
	return 0;
}

/* --- volumes --- */

static void
no_distances(struct volume *v, int k, const char *why)
{
	int i;

	free(v->why_not);
	v->why_not = mem_strdup(why);
	for (i = 0; i < k; i++)
		v->surface[i] = (struct surface){ NAN, NAN, NAN };
}

static void
not_as_many(struct volume *v, int k)
{
	char *why = mem_printf("it should have %lld slices, there are %lld", (long long)v->expected, (long long)v->slices);

	no_distances(v, k, why);
	free(why);
}

static void
measure(struct evaluation *x, struct volume *v)
{
	struct raster g = volume_raster(v);
	struct err e;

	g.z = (int)v->stack.n;
	if (v->stack.n > INT_MAX)
		no_distances(v, x->k, "there are too many slices");
	else if (stack_sort(&v->stack, &e))
		no_distances(v, x->k, e.msg);
	else {
		if (x->on_volume)
			x->on_volume(x->ctx, v);
		score_ignore(v->stack.truth, v->stack.pred, raster_voxels(&g), x->ignore);
		score_surfaces(v->surface, v->stack.truth, v->stack.pred, &g, x->k);
	}
	stack_free(&v->stack);
	v->measured = 1;
}

/* Keeps the slices of a record; measures the volume if these were the last. */
static void
keep(struct evaluation *x, struct volume *v, const struct tensor *mask, const struct tensor *pred, int64_t place)
{
	v->slices += mask->dim[0];
	if (v->measured)
		not_as_many(v, x->k);
	else if (x->on_volume || !isnan(volume_voxel(v)))
		stack_add(&v->stack, mask->data, pred->data, mask->dim[0], mask->dim[1], mask->dim[2], place);
	if (v->stack.n && v->slices == v->expected)
		measure(x, v);
}

void
evaluation_end(struct evaluation *x)
{
	int i;

	for (i = 0; i < x->volumes.n; i++) {
		struct volume *v = &x->volumes.v[i];

		if (v->stack.n && v->expected)
			not_as_many(v, x->k);
		else if (v->stack.n)
			measure(x, v);
		stack_free(&v->stack);
	}
}

/* --- slices --- */

struct flat {
	struct surface *surface; /* [slices][k] */
	uint8_t *truth, *pred;   /* a copy, what is to be ignored made background */
	struct raster g;
	int k;
};

static void
measure_slice(void *ctx, int i, int worker)
{
	const struct flat *f = ctx;
	size_t at = (size_t)i * raster_voxels(&f->g);

	(void)worker;
	score_surfaces(f->surface + (size_t)i * (size_t)f->k, f->truth + at, f->pred + at, &f->g, f->k);
}

/* Distances in each slice, for the caller to free; NULL if they are not wanted. */
static struct surface *
slice_surfaces(const struct evaluation *x, const struct volume *v, const struct tensor *mask, const struct tensor *pred)
{
	size_t n = tensor_bytes(mask);
	struct flat f = { .g = volume_raster(v), .k = x->k };

	if (!x->slice_surfaces)
		return NULL;
	f.g.x = (int)mask->dim[2];
	f.g.y = (int)mask->dim[1];
	f.surface = mem_array((size_t)mask->dim[0] * (size_t)x->k + 1, sizeof *f.surface);
	f.truth = mem_array(2 * n + 1, 1);
	f.pred = f.truth + n;
	memcpy(f.truth, mask->data, n);
	memcpy(f.pred, pred->data, n);
	score_ignore(f.truth, f.pred, n, x->ignore);
	par_for((int)mask->dim[0], measure_slice, &f);
	free(f.truth);
	return f.surface;
}

/* Counts every slice, by itself and with its volume and all others. */
static int
count(struct evaluation *x, struct volume *v, const struct tensor *mask, const struct tensor *pred,
      const struct surface *surface, int64_t place, struct err *e)
{
	size_t size = (size_t)tensor_stride0(mask);
	struct confusion slice;
	int64_t i;
	int rc = 0;

	confusion_init(&slice, x->k);
	for (i = 0; i < mask->dim[0] && !rc; i++) {
		const uint8_t *t = (const uint8_t *)mask->data + (size_t)i * size;
		const uint8_t *p = (const uint8_t *)pred->data + (size_t)i * size;

		confusion_clear(&slice);
		rc = confusion_add_but(&slice, t, p, size, x->ignore, e);
		if (rc) {
			err_prefix(e, "sample %lld", (long long)i);
			break;
		}
		confusion_merge(&x->all, &slice);
		confusion_merge(&v->c, &slice);
		overlap_mean_add(&x->slices, &slice);
		if (x->on_slice)
			x->on_slice(x->ctx, v, place + i, &slice, surface ? surface + i * x->k : NULL);
	}
	confusion_free(&slice);
	return rc;
}

int
evaluation_add(struct evaluation *x, const struct record *r, struct err *e)
{
	const struct tensor *mask, *pred;
	struct surface *surface;
	struct volume *v;
	int64_t place;
	int rc;

	if (check(r, &mask, &pred, e) || !(v = volume_list_at(&x->volumes, r, e)))
		return -1;
	place = v->slices;
	if (meta_int(&r->meta, "slice", &place, 0, INT64_MAX / 2, e) < 0)
		return -1;
	surface = slice_surfaces(x, v, mask, pred);
	rc = count(x, v, mask, pred, surface, place, e);
	if (!rc)
		keep(x, v, mask, pred, place);
	free(surface);
	return rc;
}

/* --- over volumes --- */

double
evaluation_mean(const struct evaluation *x, int class, double (*get)(const struct score *s))
{
	double sum = 0;
	int i, n = 0;

	for (i = 0; i < x->volumes.n; i++) {
		struct score s = volume_score(&x->volumes.v[i], class);

		if (!isnan(get(&s))) {
			sum += get(&s);
			n++;
		}
	}
	return n ? sum / n : NAN;
}

double
evaluation_foreground(const struct evaluation *x, double (*get)(const struct score *s))
{
	double sum = 0, mean;
	int k, n = 0;

	for (k = 1; k < x->k; k++) {
		mean = evaluation_mean(x, k, get);
		if (!isnan(mean)) {
			sum += mean;
			n++;
		}
	}
	return n ? sum / n : NAN;
}
