#include "eval/classify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/loss.h"

static int
check_labels(const struct tensor *label, int classes, struct err *e)
{
	const int64_t *l = label->data;
	int64_t i;

	for (i = 0; i < label->dim[0]; i++)
		if (l[i] < 0 || l[i] >= classes)
			return err_set(e, "label %lld of sample %lld, expected 0..%d", (long long)l[i], (long long)i,
			               classes - 1);
	return 0;
}

static int
check_record(const struct classify *v, const struct record *r, const char *normalize, struct err *e)
{
	const struct tensor *image = record_find(r, "image"), *label = record_find(r, "label");
	const struct classifier_shape *s = &v->classifier->shape;
	const char *have = meta_get(&r->meta, "normalize");
	char a[TENSOR_SHAPE_LEN];
	int64_t odd;

	if (!image || !label)
		return err_set(e, "no tensor '%s'", image ? "label" : "image");
	if (image->ndim != 4 || image->dim[1] != s->channels || image->dim[2] != s->height || image->dim[3] != s->width)
		return err_set(e, "'image' is %s, training has [N,%d,%d,%d] (ssl-augment --policy centre --size %d)",
		               tensor_shape(a, image), s->channels, s->height, s->width, s->height);
	if (label->dtype != TEN_I64 || label->ndim != 1 || label->dim[0] != image->dim[0])
		return err_set(e, "'label' is %s of %s, expected I64 for each image", tensor_shape(a, label),
		               ten_dtype_name(label->dtype));
	if (strcmp(have ? have : "none", normalize ? normalize : "none"))
		return err_set(e, "images are normalised by '%s', those to train with by '%s' (ssl-augment --stats)",
		               have ? have : "none", normalize ? normalize : "none");
	odd = tensor_odd(image);
	if (odd >= 0)
		return err_set(e, "'image' has the value %g in sample %lld, expected finite floats", tensor_get(image, odd),
		               (long long)(odd / tensor_stride0(image)));
	return check_labels(label, s->classes, e);
}

int
classify_open(struct classify *v, const char *path, struct classifier *c, const char *normalize, struct err *e)
{
	const struct classifier_shape *s = &c->shape;
	int i, rc;

	memset(v, 0, sizeof *v);
	v->classifier = c;
	rc = ten_map(&v->map, path, e);
	if (rc > 0)
		return err_set(e, "'%s' is read every epoch: it must be a file, not a pipe", path);
	if (rc < 0)
		return -1;
	for (i = 0; i < v->map.n && !rc; i++) {
		const struct record *r = ten_map_record(&v->map, i, e);

		rc = r ? 0 : -1;
		if (r && check_record(v, r, normalize, e))
			rc = err_prefix(e, "%s record %d at byte %llu", v->map.name, i, (unsigned long long)r->offset);
		if (!rc)
			v->n += record_samples(r, "image");
	}
	if (!rc && !v->n)
		rc = err_set(e, "%s: no samples", v->map.name);
	v->images = mem_aligned((size_t)s->batch * s->channels * s->height * s->width * sizeof *v->images);
	v->logits = mem_aligned((size_t)s->batch * s->classes * sizeof *v->logits);
	if (rc)
		classify_close(v);
	return rc;
}

int
classify_rank(const float *logits, int k, int64_t label)
{
	int i, above = 0;

	for (i = 0; i < k; i++)
		if (i != label && (i < label ? !(logits[i] < logits[label]) : !(logits[i] <= logits[label])))
			above++;
	return above;
}

/* n samples that wait in v->images */
static void
measure(struct classify *v, const int64_t *label, int n)
{
	int k = v->classifier->shape.classes, i;

	classifier_run(v->classifier, v->logits, v->images, n);
	v->loss += class_loss(NULL, v->logits, label, n, k, 0) * n;
	for (i = 0; i < n; i++) {
		int rank = classify_rank(v->logits + (int64_t)i * k, k, label[i]);

		v->top1 += rank < 1;
		v->top5 += rank < 5;
	}
}

int
classify_run(struct classify *v, struct err *e)
{
	int batch = v->classifier->shape.batch, n = 0, i;
	int64_t *label = mem_array((size_t)batch, sizeof *label), k;

	v->loss = v->top1 = v->top5 = 0;
	for (i = 0; i < v->map.n; i++) {
		const struct record *r = ten_map_record(&v->map, i, e);
		const struct tensor *image, *labels;
		int64_t size;

		if (!r) {
			free(label);
			return -1;
		}
		image = record_find(r, "image");
		labels = record_find(r, "label");
		size = tensor_stride0(image);
		for (k = 0; k < image->dim[0]; k++) { /* batches go on over records, which may hold a single image */
			tensor_to_f32(v->images + n * size, image, k * size, size);
			label[n++] = ((const int64_t *)labels->data)[k];
			if (n == batch) {
				measure(v, label, n);
				n = 0;
			}
		}
	}
	if (n)
		measure(v, label, n);
	free(label);
	v->loss /= (double)v->n;
	v->top1 /= (double)v->n;
	v->top5 /= (double)v->n;
	return isfinite(v->loss) ? 0 :
	                           err_set(e, "%s: the loss on it is %g: the network's outputs are not finite", v->map.name, v->loss);
}

void
classify_close(struct classify *v)
{
	ten_unmap(&v->map);
	free(v->images);
	free(v->logits);
	memset(v, 0, sizeof *v);
}
