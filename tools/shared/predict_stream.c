#include "predict_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* Of the record's pixels, from its metadata "x y z"; NULL: it does not say. */
static const double *
read_spacing(double spacing[2], const struct ten_reader *in, const struct record *r)
{
	const char *text = meta_get(&r->meta, "spacing");

	if (!text)
		return NULL;
	if (sscanf(text, "%lf %lf", &spacing[0], &spacing[1]) != 2 || !(spacing[0] > 0 && spacing[1] > 0))
		in_die(in, r, "spacing is '%s', expected sizes in mm", text);
	return spacing;
}

/* Components are those of a volume where the record is one, and of a picture where nothing is said of slices. */
static void
postprocess(const struct predictor *p, const struct ten_reader *in, const struct record *r, uint8_t *pred)
{
	const int64_t *d = record_find(r, "image")->dim;
	int64_t dim[3] = { d[0], d[2], d[3] }, slice = 0, slices = d[0], i;
	struct err e;
	int known;

	if (!p->keep.n)
		return;
	known = meta_int(&r->meta, "slices", &slices, 1, INT32_MAX, &e);
	if (known < 0 || meta_int(&r->meta, "slice", &slice, 0, INT32_MAX, &e) < 0)
		in_die(in, r, "%s", e.msg);
	if (known && (slice || slices != d[0]))
		in_die(in, r, "%lld of the %lld slices of a volume: the largest component is that of the whole", (long long)d[0],
		       (long long)slices);
	if (known) {
		postprocess_apply(&p->keep, pred, dim);
		return;
	}
	dim[0] = 1;
	for (i = 0; i < d[0]; i++)
		postprocess_apply(&p->keep, pred + i * d[2] * d[3], dim);
}

/* Adds what is wanted to r. */
static void
predict(struct predictor *p, const struct ten_reader *in, struct record *r)
{
	struct tensor image = *record_find(r, "image"); /* adding tensors moves those that are there */
	int64_t n = image.dim[0], h = image.dim[2], w = image.dim[3], k = p->models.classes;
	struct ensemble_result out = { 0 };
	double spacing[2];
	struct err e;

	out.pred = record_add(r, "pred", TEN_U8, 3, (int64_t[]){ n, h, w })->data;
	if (p->logits)
		out.logits = record_add4(r, "logits", TEN_F32, n, k, h, w)->data;
	if (p->probabilities)
		out.probabilities = record_add4(r, "probabilities", TEN_F32, n, k, h, w)->data;
	if (p->entropy)
		out.entropy = record_add(r, "entropy", TEN_F32, 3, (int64_t[]){ n, h, w })->data;
	if (predictor_run(p, &out, &image, read_spacing(spacing, in, r), meta_get(&r->meta, "normalize") != NULL, &e))
		in_die(in, r, "%s", e.msg);
	postprocess(p, in, r, out.pred);
}

/* As metadata; NULL: the models don't name their classes. */
static char *
names_of(const struct predictor *p)
{
	char *names = NULL, *longer;
	int i;

	for (i = 0; i < p->models.names.n; i++) {
		longer = mem_printf("%s%s%s", names ? names : "", names ? "," : "", p->models.names.name[i]);
		free(names);
		names = longer;
	}
	return names;
}

/* Masks that go along would have the models' classes by the output's metadata. */
static void
check_mask(const struct predictor *p, const struct ten_reader *in, const struct record *r)
{
	const char *told = meta_get(&r->meta, "names");
	char *names = names_of(p);

	if (record_find(r, "mask") && told && names && strcmp(told, names))
		in_die(in, r, "the classes of 'mask' are '%.200s', those of the model '%.200s' (without masks this is no matter)", told,
		       names);
	free(names);
}

/* The models' classes, their names, and how they were trained. */
static void
describe(struct meta *m, const struct predictor *p)
{
	char as[32] = "model";
	char *names = names_of(p);
	int i;

	meta_setf(m, "classes", "%d", p->models.classes);
	if (names)
		meta_set(m, "names", names);
	free(names);
	for (i = 0; i < p->files.n; i++) {
		if (i)
			snprintf(as, sizeof as, "model-%d", i + 1);
		provenance_include(m, &p->trained[i], as);
	}
}

void
predict_stream(struct predictor *p, const char *path)
{
	struct ten_reader in;
	struct ten_writer out;
	struct record r = { 0 };
	struct err e;

	in_open(&in, path);
	out_open(&out);
	progress_start(&p->progress, "slices", 0, opt_common.quiet);
	while (in_read(&in, &r)) {
		if (ensemble_fits(&p->models, in_tensor(&in, &r, "image", 4), meta_get(&r.meta, "normalize"), &e))
			in_die(&in, &r, "%s", e.msg);
		in_check_finite(&in, &r, record_find(&r, "image"));
		check_mask(p, &in, &r);
		predict(p, &in, &r);
		describe(&r.meta, p);
		out_write(&out, &r);
	}
	progress_end(&p->progress);
	in_close(&in);
	out_close(&out);
}
