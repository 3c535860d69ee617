#include "eval/validate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "eval/mask.h"

static int
check_labels(const struct tensor *mask, const struct meta *m, int classes, struct err *e)
{
	int64_t i;
	int ignore;

	if (mask_ignore(&ignore, m, classes, e))
		return -1;
	for (i = 0; i < mask->dim[0]; i++)
		if (mask_check(mask, i, classes, ignore, e))
			return -1;
	return 0;
}

static int
check_record(const struct validator *v, const struct record *r, struct err *e)
{
	const struct tensor *image = record_find(r, "image"), *mask = record_find(r, "mask");
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];
	int64_t odd;

	if (!image || !mask)
		return err_set(e, "no tensor '%s'", image ? "mask" : "image");
	if (segmenter_fits(v->segmenter, image, meta_get(&r->meta, "normalize"), e))
		return -1;
	if (mask->dtype != TEN_U8 || mask->ndim != 3 || mask->dim[0] != image->dim[0] ||
	    mask->dim[1] != image->dim[2] || mask->dim[2] != image->dim[3])
		return err_set(e, "'mask' is %s of %s beside an image of %s", tensor_shape(a, mask),
		               ten_dtype_name(mask->dtype), tensor_shape(b, image));
	odd = tensor_odd(image);
	if (odd >= 0)
		return err_set(e, "'image' has the value %g in sample %lld, expected finite floats", tensor_get(image, odd),
		               (long long)(odd / tensor_stride0(image)));
	return check_labels(mask, &r->meta, v->segmenter->classes, e);
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

/* n slices of one size: their overlaps, and their loss times the number of those in which pixels count. */
static double
measure(struct validator *v, const uint8_t *mask, int ignore, const uint8_t *pred, const float *logits, int n, int64_t hw)
{
	uint64_t before = v->mean.parts;
	struct confusion slice;
	struct err e;
	int i;

	for (i = 0; i < n; i++) {
		confusion_init(&slice, v->segmenter->classes);
		if (confusion_add_but(&slice, mask + i * hw, pred + i * hw, (size_t)hw, ignore, &e))
			BUG("%s", e.msg); /* labels were checked when the file was opened */
		confusion_merge(&v->pooled, &slice);
		overlap_mean_add(&v->mean, &slice);
		confusion_free(&slice);
	}
	return seg_loss(v->loss_kind, NULL, logits, mask, ignore, n, v->segmenter->classes, hw) *
	       (double)(v->mean.parts - before);
}

static double
run_record(struct validator *v, const struct record *r)
{
	const struct tensor *image = record_find(r, "image"), *mask = record_find(r, "mask");
	int64_t hw = image->dim[2] * image->dim[3], n = image->dim[0], i;
	float *logits = mem_aligned((size_t)(n * v->segmenter->classes * hw) * sizeof *logits);
	uint8_t *pred = mem_aligned((size_t)(n * hw));
	int normalized = meta_get(&r->meta, "normalize") != NULL, count, ignore;
	double loss;
	struct err e;

	if (mask_ignore(&ignore, &r->meta, v->segmenter->classes, &e))
		BUG("%s", e.msg);
	for (i = 0; i < n; i += count) {
		count = n - i < SEGMENTER_BATCH ? (int)(n - i) : SEGMENTER_BATCH;
		segmenter_run(v->segmenter, logits + i * v->segmenter->classes * hw, image, i, count, normalized);
	}
	segmenter_classify(pred, logits, (int)n, v->segmenter->classes, hw);
	loss = measure(v, mask->data, ignore, pred, logits, (int)n, hw);
	free(logits);
	free(pred);
	return loss;
}

int
validator_run(struct validator *v, struct err *e)
{
	int i;

	confusion_clear(&v->pooled);
	overlap_mean_free(&v->mean);
	overlap_mean_init(&v->mean, v->segmenter->classes);
	v->loss = 0;
	for (i = 0; i < v->map.n; i++) {
		const struct record *r = ten_map_record(&v->map, i, e);

		if (!r)
			return -1;
		if (record_samples(r, "image"))
			v->loss += run_record(v, r);
	}
	v->loss /= v->mean.parts ? (double)v->mean.parts : 1;
	return isfinite(v->loss) ? 0 :
	                           err_set(e, "%s: the loss on it is %g: the network's outputs are not finite", v->map.name, v->loss);
}

void
validator_close(struct validator *v)
{
	ten_unmap(&v->map);
	confusion_free(&v->pooled);
	overlap_mean_free(&v->mean);
	memset(v, 0, sizeof *v);
}
