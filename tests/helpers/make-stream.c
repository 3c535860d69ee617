/* make-stream - images, segmented or labelled ones, or pairs of views, whose every number is a formula
 *
 * Sample i of epoch E is sample E * samples + i of the formula: epochs differ as augmented ones do.
 *
 * With --ignore LABEL a square of each mask has that label, at another place in each sample, and metadata `ignore` says so;
 * with --under LABEL the metadata say nothing and it is a label like others. Images stay what they are.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "formula.h"
#include "ten/ten.h"

enum { IMAGES, SEGMENTED, VIEWS, LABELLED };

static int kind, samples = 4, epochs = 1, chunk = 3, channels = 1, height = 64, width = 64, classes = 7;
static int ignore = -1, under = -1;
static const char *normalize, *spacing;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "kind", OPT_CHOICE, &kind, "images|segmented|views|labelled", "what the records hold", 0, 0, 0 },
	{ 0, "samples", OPT_INT, &samples, "N", "samples of an epoch", 1, 1000000, 0 },
	{ 0, "epochs", OPT_INT, &epochs, "N", "epochs", 1, 1000000, 0 },
	{ 0, "chunk", OPT_INT, &chunk, "N", "samples of a record, at most", 1, 1000000, 0 },
	{ 0, "channels", OPT_INT, &channels, "N", "channels", 1, 16, 0 },
	{ 0, "height", OPT_INT, &height, "N", "rows; views are as high as wide", 1, 4096, 0 },
	{ 0, "width", OPT_INT, &width, "N", "columns", 1, 4096, 0 },
	{ 0, "classes", OPT_INT, &classes, "N", "classes of labels", 1, 1000, 0 },
	{ 0, "ignore", OPT_INT, &ignore, "LABEL", "pixels to be ignored", -1, 255, 0 },
	{ 0, "under", OPT_INT, &under, "LABEL", "the same pixels, not to be ignored", -1, 255, 0 },
	{ 0, "normalize", OPT_TEXT, &normalize, "TEXT", "normalisation to claim in the metadata", 0, 0, 0 },
	{ 0, "spacing", OPT_TEXT, &spacing, "X Y Z", "spacing to claim in the metadata", 0, 0, 0 },
	OPT_END
};

static void
put_views(struct record *r, int64_t i, uint32_t sample)
{
	int64_t one = (int64_t)channels * width * width;
	int v;

	for (v = 1; v <= 2; v++) {
		struct tensor *t = record_find(r, v == 1 ? "view.1" : "view.2");

		formula_view((float *)t->data + i * one, v, (uint32_t)opt_common.seed, sample, channels, width);
	}
}

/* A square as wide as half the mask; every fourth sample is covered whole. */
static void
cover(unsigned char *mask, uint32_t sample, int label)
{
	int x, y, left = (int)(sample * 11) % (width / 2), top = (int)(sample * 7) % (height / 2);

	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			if (sample % 4 == 3 || (x - left >= 0 && x - left < width / 2 && y - top >= 0 && y - top < height / 2))
				mask[y * width + x] = (unsigned char)label;
}

/* Each class is 0.5 brighter than the one before */
static void
put_image(struct record *r, int64_t i, uint32_t sample)
{
	int64_t area = (int64_t)height * width, j;
	float *image = (float *)record_find(r, "image")->data + i * channels * area;
	unsigned char *mask;

	formula_image(image, (uint32_t)opt_common.seed, sample, channels, height, width);
	if (kind == LABELLED)
		((int64_t *)record_find(r, "label")->data)[i] = formula_label((uint32_t)opt_common.seed, sample, classes);
	if (kind != SEGMENTED)
		return;
	mask = (unsigned char *)record_find(r, "mask")->data + i * area;
	formula_mask(mask, (uint32_t)opt_common.seed, sample, height, width);
	for (j = 0; j < channels * area; j++)
		image[j] += 0.5f * (float)mask[j % area];
	if (ignore >= 0 || under >= 0)
		cover(mask, sample, ignore >= 0 ? ignore : under);
}

static void
make_record(struct record *r, int epoch, int first, int n)
{
	int i;

	if (kind == VIEWS) {
		record_add4(r, "view.1", TEN_F32, n, channels, width, width);
		record_add4(r, "view.2", TEN_F32, n, channels, width, width);
	} else {
		record_add4(r, "image", TEN_F32, n, channels, height, width);
		if (kind == SEGMENTED)
			record_add(r, "mask", TEN_U8, 3, (int64_t[]){ n, height, width });
		if (kind == LABELLED)
			record_add(r, "label", TEN_I64, 1, (int64_t[]){ n });
	}
	for (i = 0; i < n; i++)
		(kind == VIEWS ? put_views : put_image)(r, i, (uint32_t)(epoch * samples + first + i));
	if (kind == LABELLED)
		meta_setf(&r->meta, "classes", "%d", classes);
	meta_setf(&r->meta, "samples", "%d", samples);
	meta_setf(&r->meta, "epochs", "%d", epochs);
	meta_setf(&r->meta, "epoch", "%d", epoch);
	meta_setf(&r->meta, "first", "%d", first);
	if (ignore >= 0)
		meta_setf(&r->meta, "ignore", "%d", ignore);
	if (normalize)
		meta_set(&r->meta, "normalize", normalize);
	if (spacing)
		meta_set(&r->meta, "spacing", spacing);
}

int
main(int argc, char *argv[])
{
	struct ten_writer out;
	struct record r = { 0 };
	struct err e;
	int epoch, first;

	opt_parse(argc, &argv, opts, "", "write a stream by formula", 0, 0);
	if (ten_create(&out, opt_common.output, &e))
		die("%s", e.msg);
	for (epoch = 0; epoch < epochs; epoch++)
		for (first = 0; first < samples; first += chunk) {
			make_record(&r, epoch, first, samples - first < chunk ? samples - first : chunk);
			if (ten_write(&out, &r, &e))
				die("%s", e.msg);
		}
	if (ten_finish(&out, &e))
		die("%s", e.msg);
	return 0;
}
