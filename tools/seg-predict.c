/* seg-predict - segment images with a trained U-Net */
#include <stdlib.h>

#include "base/progress.h"
#include "model/segmenter.h"
#include "shared/computing.h"
#include "shared/tool.h"

static const char *model;
static int keep_logits;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'm', "model", OPT_FILE, &model, "FILE", "the trained U-Net", 0, 0, "required" },
	{ 0, "logits", OPT_FLAG, &keep_logits, NULL, "add the tensor 'logits' too", 0, 0, "" },
	OPT_COMPUTING,
	OPT_END
};

static void
load(struct segmenter *s, struct meta *meta)
{
	struct record r = { 0 };
	struct err e;

	weights_read(&r, model);
	if (segmenter_load(s, &r, model, &e))
		die("%s", e.msg);
	meta_copy(meta, &r.meta);
	record_free(&r);
}

/* Adds pred, and logits if wanted, to r. */
static void
predict(struct segmenter *s, struct record *r)
{
	struct tensor image = *record_find(r, "image"); /* adding tensors moves those that are there */
	int64_t n = image.dim[0], h = image.dim[2], w = image.dim[3], size = s->classes * h * w, i;
	int normalized = meta_get(&r->meta, "normalize") != NULL, count;
	uint8_t *pred = record_add(r, "pred", TEN_U8, 3, (int64_t[]){ n, h, w })->data;
	float *all = NULL, *some = NULL;

	if (keep_logits)
		all = record_add4(r, "logits", TEN_F32, n, s->classes, h, w)->data;
	else
		some = mem_aligned((size_t)(SEGMENTER_BATCH * size) * sizeof *some);
	for (i = 0; i < n; i += count) {
		float *logits = all ? all + i * size : some;

		count = n - i < SEGMENTER_BATCH ? (int)(n - i) : SEGMENTER_BATCH;
		segmenter_run(s, logits, &image, i, count, normalized);
		segmenter_classify(pred + i * h * w, logits, count, s->classes, h * w);
	}
	free(some);
}

int
main(int argc, char *argv[])
{
	struct segmenter s;
	struct ten_reader in;
	struct ten_writer out;
	struct record r = { 0 };
	struct meta trained = { 0 };
	struct progress progress;
	uint64_t done = 0;
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file]", "segment images with a trained U-Net", 0, 1);

	computing_start();
	if (!model)
		die("--model is required (see %s -h)", prog_name);
	in_open(&in, n ? argv[0] : NULL);
	load(&s, &trained);
	out_open(&out);
	progress_start(&progress, "slices", 0, opt_common.quiet);
	while (in_read(&in, &r)) {
		if (segmenter_fits(&s, in_tensor(&in, &r, "image", 4), meta_get(&r.meta, "normalize"), &e))
			in_die(&in, &r, "%s", e.msg);
		in_check_finite(&in, &r, record_find(&r, "image"));
		predict(&s, &r);
		done += (uint64_t)record_samples(&r, "image");
		meta_setf(&r.meta, "classes", "%d", s.classes);
		provenance_include(&r.meta, &trained, "model");
		out_write(&out, &r);
		progress_update(&progress, done, "%s", "");
	}
	progress_end(&progress);
	in_close(&in);
	out_close(&out);
	segmenter_free(&s);
	meta_free(&trained);
	return 0;
}
