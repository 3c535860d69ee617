#include "eval/validate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
check_labels(const struct tensor *mask, int classes, struct err *e)
{
	const uint8_t *m = mask->data;
	int64_t n = tensor_count(mask), i, area = mask->dim[1] * mask->dim[2], w = mask->dim[2];

	for (i = 0; i < n; i++)
		if (m[i] >= classes)
			return err_set(e, "label %d in slice %lld at (%lld,%lld), expected 0..%d", m[i],
			               (long long)(i / area), (long long)(i % w), (long long)(i / w % mask->dim[1]),
			               classes - 1);
	return 0;
}

static int
check_record(const struct validator *v, const struct record *r, struct err *e)
{
	const struct tensor *image = record_find(r, "image"), *mask = record_find(r, "mask");
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];

	if (!image || !mask)
		return err_set(e, "no tensor '%s'", image ? "mask" : "image");
	if (segmenter_fits(v->segmenter, image, meta_get(&r->meta, "normalize"), e))
		return -1;
	if (mask->dtype != TEN_U8 || mask->ndim != 3 || mask->dim[0] != image->dim[0] ||
	    mask->dim[1] != image->dim[2] || mask->dim[2] != image->dim[3])
		return err_set(e, "'mask' is %s of %s beside an image of %s", tensor_shape(a, mask),
		               ten_dtype_name(mask->dtype), tensor_shape(b, image));
	return check_labels(mask, v->segmenter->classes, e);
}

int
validator_open(struct validator *v, const char *path, struct segmenter *s, enum seg_loss loss, struct err *e)
{
	int i, rc;

	memset(v, 0, sizeof *v);
	v->segmenter = s;
	v->loss_kind = loss;
	rc = ten_map(&v->map, path, e);
	if (rc > 0)
		return err_set(e, "'%s' is read every epoch: it must be a file, not a pipe", path);
	if (rc < 0)
		return -1;
	confusion_init(&v->pooled, s->classes);
	overlap_mean_init(&v->mean, s->classes);
	for (i = 0; i < v->map.n && !rc; i++) {
		const struct record *r = ten_map_record(&v->map, i, e);

		rc = r ? 0 : -1;
		if (r && check_record(v, r, e))
			rc = err_prefix(e, "%s record %d at byte %llu", v->map.name, i, (unsigned long long)r->offset);
	}
	if (!rc && !v->map.n)
		rc = err_set(e, "%s: no samples", v->map.name);
	if (rc)
		validator_close(v);
	return rc;
}

/* n slices of one size: their loss times n, their overlaps. */
static double
measure(struct validator *v, const uint8_t *mask, const uint8_t *pred, const float *logits, int n, int64_t hw)
{
	struct confusion slice;
	struct err e;
	int i;

	for (i = 0; i < n; i++) {
		confusion_init(&slice, v->segmenter->classes);
		if (confusion_add(&slice, mask + i * hw, pred + i * hw, (size_t)hw, &e))
			BUG("%s", e.msg); /* labels were checked when the file was opened */
		confusion_merge(&v->pooled, &slice);
		overlap_mean_add(&v->mean, &slice);
		confusion_free(&slice);
	}
	return seg_loss(v->loss_kind, NULL, logits, mask, n, v->segmenter->classes, hw) * n;
}

static double
run_record(struct validator *v, const struct record *r)
{
	const struct tensor *image = record_find(r, "image"), *mask = record_find(r, "mask");
	int64_t hw = image->dim[2] * image->dim[3], n = image->dim[0], i;
	float *logits = mem_aligned((size_t)(n * v->segmenter->classes * hw) * sizeof *logits);
	uint8_t *pred = mem_aligned((size_t)(n * hw));
	int normalized = meta_get(&r->meta, "normalize") != NULL, count;
	double loss;

	for (i = 0; i < n; i += count) {
		count = n - i < SEGMENTER_BATCH ? (int)(n - i) : SEGMENTER_BATCH;
		segmenter_run(v->segmenter, logits + i * v->segmenter->classes * hw, image, i, count, normalized);
	}
	segmenter_classify(pred, logits, (int)n, v->segmenter->classes, hw);
	loss = measure(v, mask->data, pred, logits, (int)n, hw);
	free(logits);
	free(pred);
	return loss;
}

int
validator_run(struct validator *v, struct err *e)
{
	int64_t slices = 0;
	int i;

	confusion_clear(&v->pooled);
	overlap_mean_free(&v->mean);
	overlap_mean_init(&v->mean, v->segmenter->classes);
	v->loss = 0;
	for (i = 0; i < v->map.n; i++) {
		const struct record *r = ten_map_record(&v->map, i, e);

		if (!r)
			return -1;
		if (record_samples(r, "image") == 0)
			continue;
		v->loss += run_record(v, r);
		slices += record_samples(r, "image");
	}
	v->loss /= slices ? (double)slices : 1;
	return 0;
}

void
validator_close(struct validator *v)
{
	ten_unmap(&v->map);
	confusion_free(&v->pooled);
	overlap_mean_free(&v->mean);
	memset(v, 0, sizeof *v);
}
