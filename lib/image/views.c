#include "image/views.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "image/colour.h"

#define MAX_SIDE 65535

struct views_worker {
	float *image;
	size_t room;
	struct augment_work work;
};

void
views_init(struct views *v)
{
	v->seen = 0;
	v->ignore = -1;
	v->worker = mem_array((size_t)par_threads(), sizeof *v->worker);
}

void
views_free(struct views *v)
{
	int i;

	for (i = 0; v->worker && i < par_threads(); i++) {
		free(v->worker[i].image);
		augment_work_free(&v->worker[i].work);
	}
	free(v->worker);
	free(v->names);
	v->worker = NULL;
	v->names = NULL;
}

/* --- what may come in --- */

static int
check_image(const struct views *v, const struct tensor *t, struct err *e)
{
	char shape[TENSOR_SHAPE_LEN];

	if (t->ndim != 4 || t->dim[1] < 1 || t->dim[2] < 1 || t->dim[3] < 1 || t->dim[2] > MAX_SIDE || t->dim[3] > MAX_SIDE)
		return err_set(e, "'image' is %s, expected [N,C,H,W]", tensor_shape(shape, t));
	if (t->dim[1] > NORMALIZE_MAXC)
		return err_set(e, "'image' has %lld channels, at most %d are supported", (long long)t->dim[1],
		               NORMALIZE_MAXC);
	if (v->seen && !v->channels && t->dim[1] != v->c)
		return err_set(e, "'image' has %lld channels, those before it %d (--channels makes them agree)",
		               (long long)t->dim[1], v->c);
	if (v->channels && t->dim[1] != 1 && t->dim[1] != 3)
		return err_set(e, "cannot make %d channels of %lld, only of 1 or 3", v->channels, (long long)t->dim[1]);
	return 0;
}

static int
check_mask(const struct tensor *mask, const struct tensor *image, struct err *e)
{
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];

	if (mask->dtype != TEN_U8)
		return err_set(e, "'mask' is %s, expected U8", ten_dtype_name(mask->dtype));
	if (mask->ndim != 3 || mask->dim[0] != image->dim[0] || mask->dim[1] != image->dim[2] ||
	    mask->dim[2] != image->dim[3])
		return err_set(e, "'mask' is %s, 'image' %s", tensor_shape(a, mask), tensor_shape(b, image));
	return 0;
}

static int
check_label(const struct tensor *label, const struct tensor *image, struct err *e)
{
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];

	if (label->dtype != TEN_I64)
		return err_set(e, "'label' is %s, expected I64", ten_dtype_name(label->dtype));
	if (label->ndim != 1 || label->dim[0] != image->dim[0])
		return err_set(e, "'label' is %s, 'image' %s", tensor_shape(a, label), tensor_shape(b, image));
	return 0;
}

/* A stream is normalised or not, once and in one way. */
static int
check_normalized(struct views *v, const struct record *r, struct err *e)
{
	const char *text = meta_get(&r->meta, "normalize");
	struct normalize n;

	if (text && normalize_parse(&n, text, e))
		return -1;
	if (text && v->normalize.kind != NORMALIZE_NONE)
		return err_set(e, "is normalised already ('%.200s'); --normalize none leaves it as it is", text);
	text = text ? text : "";
	if (v->seen && strcmp(text, v->normalized))
		return err_set(e, "normalisation is '%.200s', before it was '%.200s'", text, v->normalized);
	snprintf(v->normalized, sizeof v->normalized, "%s", text);
	return 0;
}

/* One label for all masks: views of several records become one. What it is says metadata that views keep. */
static int
check_ignore(struct views *v, const struct record *r, struct err *e)
{
	int64_t label = -1;

	if (meta_int(&r->meta, "ignore", &label, 0, 255, e) < 0)
		return -1;
	if (v->seen && label != v->ignore)
		return err_set(e, "the ignore label is %d, before it was %d (-1: none)", (int)label, v->ignore);
	v->ignore = (int)label;
	return 0;
}

/* The same label must not be one thing here and another there. */
static int
check_names(struct views *v, const struct record *r, struct err *e)
{
	const char *text = meta_get(&r->meta, "names");

	if (text && v->names && strcmp(text, v->names))
		return err_set(e, "the classes are '%.200s', before they were '%.200s'", text, v->names);
	if (text && !v->names)
		v->names = mem_strdup(text);
	return 0;
}

/* What a pixel is worth in mm is one thing to the network, or nothing is said of it. */
static int
check_grid(struct views *v, const struct record *r, struct err *e)
{
	const char *text = meta_get(&r->meta, "grid");
	char buf[GRID_LEN] = "";
	double grid[2];

	if (text && grid_parse(grid, text, e))
		return err_prefix(e, "metadata 'grid'");
	if (text)
		grid_format(buf, grid);
	if (v->seen && strcmp(buf, v->grid))
		return err_set(e, "grid is '%s', before it was '%s': ten-resample brings all to one", buf, v->grid);
	memcpy(v->grid, buf, sizeof buf);
	return 0;
}

int
views_check(void *ctx, const struct record *r, struct err *e)
{
	struct views *v = ctx;
	const struct tensor *image = record_find(r, "image"), *mask = record_find(r, "mask");
	const struct tensor *label = record_find(r, "label");

	if (!image)
		return err_set(e, "no tensor 'image'");
	if (check_image(v, image, e) || check_normalized(v, r, e) || check_grid(v, r, e))
		return -1;
	if (v->count == 1 && ((mask && check_mask(mask, image, e)) || (label && check_label(label, image, e))))
		return -1;
	if (v->count == 1 && v->seen && (v->mask != !!mask || v->label != !!label))
		return err_set(e, "%s '%s', unlike the records before it", v->mask == !!mask ? label ? "has" : "has no" :
		               mask ? "has" : "has no", v->mask == !!mask ? "label" : "mask");
	if (v->count == 1 && mask && (check_ignore(v, r, e) || check_names(v, r, e)))
		return -1;
	v->c = v->channels ? v->channels : (int)image->dim[1];
	v->mask = v->count == 1 && mask;
	v->label = v->count == 1 && label;
	v->seen = 1;
	return 0;
}

/* --- one sample --- */

/* The sample's pixels as floats with the output's channels, in the worker's memory. */
static void
load(struct source *s, const struct views *v, struct views_worker *k, const struct sample *from)
{
	const struct tensor *image = record_find(from->rec, "image"), *mask = record_find(from->rec, "mask");
	int64_t hw = image->dim[2] * image->dim[3], c = image->dim[1], chw = c * hw;
	size_t need = (size_t)(c > v->c ? chw : v->c * hw);

	memset(s, 0, sizeof *s);
	if (k->room < need)
		k->image = mem_grow(k->image, k->room = need, sizeof *k->image);
	tensor_to_f32(k->image, image, from->at * chw, chw);
	if (c == 3 && v->c == 1)
		colour_grey(k->image, 3, hw, hw);
	if (c == 1 && v->c == 3) {
		memcpy(k->image + hw, k->image, (size_t)hw * sizeof *k->image);
		memcpy(k->image + 2 * hw, k->image, (size_t)hw * sizeof *k->image);
	}
	s->image = k->image;
	s->c = v->c;
	s->h = (int)image->dim[2];
	s->w = (int)image->dim[3];
	if (v->mask)
		s->mask = (const uint8_t *)mask->data + from->at * hw;
}

struct job {
	struct views *v;
	const struct sample *sample;
	uint64_t epoch;
	float *view[2];
	uint8_t *mask;
	struct err *err;          /* [n]; "" where all went well */
	struct stats *stats;      /* [n][channels] */
};

static void
make_sample(void *ctx, int i, int worker)
{
	struct job *j = ctx;
	struct views *v = j->v;
	struct views_worker *k = &v->worker[worker];
	const struct sample *from = &j->sample[i];
	struct rng r = rng_at(v->seed, RNG_AUGMENT, (uint32_t)j->epoch, from->index);
	size_t ss = (size_t)v->size * (size_t)v->size, at = (size_t)i * (size_t)v->c * ss;
	struct source s;
	struct drawn d;
	int view;

	load(&s, v, k, from);
	if (source_measure(&s, &v->policy, &v->normalize, record_find(from->rec, "image")->dtype == TEN_U8, &j->err[i]))
		return;
	for (view = 0; view < v->count; view++) {
		augment_draw(&d, &r, &v->policy, view, s.c, s.h, s.w);
		augment_apply(j->view[view] + at, j->mask ? j->mask + (size_t)i * ss : NULL, &k->work, &s, &v->policy, &d,
		              v->size);
	}
}

/* Item 0 may be what goes on beside; it is taken first because nobody else can hurry it. */
static void
make_item(void *ctx, int i, int worker)
{
	struct job *j = ctx;

	if (!j->v->beside)
		make_sample(j, i, worker);
	else if (i)
		make_sample(j, i - 1, worker);
	else
		j->v->beside(j->v->ctx);
}

static void
copy_labels(int64_t *dst, const struct sample *s, int n)
{
	int i;

	for (i = 0; i < n; i++)
		dst[i] = ((const int64_t *)record_find(s[i].rec, "label")->data)[s[i].at];
}

int
views_make(struct views *v, struct record *out, const struct sample *s, int n, uint64_t epoch, struct err *e)
{
	struct job j = { .v = v, .sample = s, .epoch = epoch };
	int64_t size = v->size, dim[3] = { n, size, size };
	int i, rc = 0;

	j.view[0] = record_add4(out, v->count == 2 ? "view.1" : "image", TEN_F32, n, v->c, size, size)->data;
	if (v->count == 2)
		j.view[1] = record_add4(out, "view.2", TEN_F32, n, v->c, size, size)->data;
	if (v->mask)
		j.mask = record_add(out, "mask", TEN_U8, 3, dim)->data;
	if (v->label)
		copy_labels(record_add(out, "label", TEN_I64, 1, dim)->data, s, n);
	j.err = mem_array((size_t)n, sizeof *j.err);
	par_for(n + !!v->beside, make_item, &j);
	for (i = 0; i < n && !rc; i++)
		if (j.err[i].msg[0])
			rc = err_set(e, "record %lld at byte %llu, sample %lld: %s", (long long)s[i].rec->seq,
			             (unsigned long long)s[i].rec->offset, (long long)s[i].at, j.err[i].msg);
	free(j.err);
	return rc;
}

static void
measure_sample(void *ctx, int i, int worker)
{
	struct job *j = ctx;
	struct source s;
	int c;

	load(&s, j->v, &j->v->worker[worker], &j->sample[i]);
	for (c = 0; c < s.c; c++)
		stats_add(&j->stats[i * s.c + c], s.image + (size_t)c * (size_t)s.h * (size_t)s.w, (int64_t)s.h * s.w);
}

void
views_stats(struct views *v, struct stats *st, const struct sample *s, int n)
{
	struct job j = { .v = v, .sample = s };
	int c = v->c, i;

	j.stats = mem_array((size_t)n * (size_t)c, sizeof *j.stats);
	par_for(n, measure_sample, &j);
	for (i = 0; i < n * c; i++)
		stats_merge(&st[i % c], &j.stats[i]);
	free(j.stats);
}
