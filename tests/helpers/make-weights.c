/* make-weights - a weights file whose every number is a formula of its name
 *
 * Names and shapes come from this file alone, not from lib/model, which is what they are there to check:
 * `encoder` has torchvision's names, `state` adds projector.* and predictor.*, `classifier` fc.*, `unet` is laid out as in
 * segmentation_models.pytorch.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "formula.h"
#include "ten/ten.h"

enum { RESNET18, RESNET34, RESNET50 };
enum { ENCODER, STATE, UNET, CLASSIFIER };

static int arch, kind, channels = 1, classes = 4, hidden_proj = 4096, hidden_pred = 8192;
static const char *normalize, *grid, *names, *before;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "arch", OPT_CHOICE, &arch, "resnet18|resnet34|resnet50", "encoder", 0, 0, 0 },
	{ 0, "kind", OPT_CHOICE, &kind, "encoder|state|unet|classifier", "what the file holds", 0, 0, 0 },
	{ 0, "in-channels", OPT_INT, &channels, "N", "channels of the images", 1, 16, 0 },
	{ 0, "classes", OPT_INT, &classes, "N", "classes of a U-Net or a classifier", 1, 255, 0 },
	{ 0, "proj-hidden", OPT_INT, &hidden_proj, "N", "width of the projector", 1, 65536, 0 },
	{ 0, "pred-hidden", OPT_INT, &hidden_pred, "N", "width of the predictor", 1, 65536, 0 },
	{ 0, "prefix", OPT_TEXT, &before, "TEXT", "put before every name, after the numbers were made", 0, 0, 0 },
	{ 0, "normalize", OPT_TEXT, &normalize, "TEXT", "normalisation to record in the metadata", 0, 0, 0 },
	{ 0, "grid", OPT_TEXT, &grid, "X Y", "size of pixels to record in the metadata", 0, 0, 0 },
	{ 0, "names", OPT_TEXT, &names, "A,B", "names of classes to record in the metadata", 0, 0, 0 },
	OPT_END
};

static struct record file;

static void
add(const char *prefix, const char *name, enum ten_dtype type, int ndim, const int64_t *dim)
{
	char *full = mem_printf("%s%s", prefix, name);

	formula_weight(record_add(&file, full, type, ndim, dim));
	free(full);
}

static void
conv(const char *name, int64_t out, int64_t in, int64_t k)
{
	add(name, ".weight", TEN_F32, 4, (int64_t[]){ out, in, k, k });
}

static void
bias(const char *name, int64_t n)
{
	add(name, ".bias", TEN_F32, 1, &n);
}

static void
bnorm(const char *name, int64_t n)
{
	add(name, ".weight", TEN_F32, 1, &n);
	bias(name, n);
	add(name, ".running_mean", TEN_F32, 1, &n);
	add(name, ".running_var", TEN_F32, 1, &n);
	add(name, ".num_batches_tracked", TEN_I64, 0, NULL);
}

/* The K-th convolution of a residual block and its batch norm */
static void
step(const char *block, int k, int64_t out, int64_t in, int64_t size)
{
	char name[128];

	snprintf(name, sizeof name, "%sconv%d", block, k);
	conv(name, out, in, size);
	snprintf(name, sizeof name, "%sbn%d", block, k);
	bnorm(name, out);
}

static void
residual(const char *block, int64_t in, int64_t width, int stride)
{
	int64_t out = arch == RESNET50 ? 4 * width : width;
	char name[128];

	if (arch == RESNET50) {
		step(block, 1, width, in, 1);
		step(block, 2, width, width, 3);
		step(block, 3, out, width, 1);
	} else {
		step(block, 1, width, in, 3);
		step(block, 2, width, width, 3);
	}
	if (in == out && stride == 1)
		return;
	snprintf(name, sizeof name, "%sdownsample.0", block);
	conv(name, out, in, 1);
	snprintf(name, sizeof name, "%sdownsample.1", block);
	bnorm(name, out);
}

/* Returns the width of its last layer. */
static int64_t
encoder(const char *prefix)
{
	int depth[2][4] = { { 2, 2, 2, 2 }, { 3, 4, 6, 3 } }, layer, i;
	int64_t in = 64, width = 64;
	char name[64];

	step(prefix, 1, 64, channels, 7);
	for (layer = 0; layer < 4; layer++, width *= 2)
		for (i = 0; i < depth[arch != RESNET18][layer]; i++) {
			snprintf(name, sizeof name, "%slayer%d.%d.", prefix, layer + 1, i);
			residual(name, in, width, layer && !i ? 2 : 1);
			in = arch == RESNET50 ? 4 * width : width;
		}
	return in;
}

/* Linear, batch norm, (ReLU,) Linear */
static void
head(const char *name, int64_t in, int64_t hidden, int64_t out)
{
	char layer[64];

	snprintf(layer, sizeof layer, "%s.0", name);
	add(layer, ".weight", TEN_F32, 2, (int64_t[]){ hidden, in });
	bias(layer, hidden);
	snprintf(layer, sizeof layer, "%s.1", name);
	bnorm(layer, hidden);
	snprintf(layer, sizeof layer, "%s.3", name);
	add(layer, ".weight", TEN_F32, 2, (int64_t[]){ out, hidden });
	bias(layer, out);
}

static void
unet(void)
{
	int64_t wide = encoder("encoder."), in = wide, out = 256;
	int64_t skip[] = { wide / 2, wide / 4, wide / 8, 64, 0 };
	char name[64];
	int i, k;

	for (i = 0; i < 5; i++, in = out, out /= 2)
		for (k = 1; k <= 2; k++) {
			snprintf(name, sizeof name, "decoder.blocks.%d.conv%d.0", i, k);
			conv(name, out, k == 1 ? in + skip[i] : out, 3);
			snprintf(name, sizeof name, "decoder.blocks.%d.conv%d.1", i, k);
			bnorm(name, out);
		}
	conv("segmentation_head.0", classes, 16, 3);
	bias("segmentation_head.0", classes);
}

/* For files of other packages */
static void
rename_all(void)
{
	int i;

	for (i = 0; i < file.n; i++) {
		char *name = file.t[i].name;

		file.t[i].name = mem_printf("%s%s", before, name);
		free(name);
	}
}

int
main(int argc, char *argv[])
{
	struct ten_writer out;
	struct err e;
	int64_t wide;

	opt_parse(argc, &argv, opts, "", "write weights by formula", 0, 0);
	if (kind == UNET) {
		unet();
	} else {
		wide = encoder("");
		if (kind == STATE) {
			head("projector", wide, hidden_proj, 256);
			head("predictor", 256, hidden_pred, 256);
		}
		if (kind == CLASSIFIER) {
			add("fc", ".weight", TEN_F32, 2, (int64_t[]){ classes, wide });
			bias("fc", classes);
		}
	}
	if (before)
		rename_all();
	if (normalize)
		meta_set(&file.meta, "normalize", normalize);
	if (grid)
		meta_set(&file.meta, "grid", grid);
	if (names)
		meta_set(&file.meta, "names", names);
	if (ten_create(&out, opt_common.output, &e) || ten_write(&out, &file, &e) || ten_finish(&out, &e))
		die("%s", e.msg);
	return 0;
}
