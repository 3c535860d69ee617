#include "model/segmenter.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/weights.h"

#define CLASSES_MOST 256

void
segmenter_init(struct segmenter *s, enum resnet_arch arch, int channels, int classes, const struct normalize *norm,
               struct params *ps)
{
	memset(s, 0, sizeof *s);
	s->arch = arch;
	s->channels = channels;
	s->classes = classes;
	s->norm = *norm;
	s->ps = ps;
}

static int
pad_up(int size)
{
	return (size + UNET_MULTIPLE - 1) / UNET_MULTIPLE * UNET_MULTIPLE;
}

static void
build(struct segmenter *s, int height, int width)
{
	graph_delete(s->graph);
	s->graph = graph_new(SEGMENTER_BATCH);
	s->x = graph_input(s->graph, s->channels, height, width);
	s->logits = unet_build(s->graph, s->x, s->ps, s->arch, s->classes);
	graph_plan(s->graph, GRAPH_INFER);
	s->height = height;
	s->width = width;
	if (graph_bytes(s->graph) > s->arena_bytes) {
		free(s->arena);
		s->arena_bytes = graph_bytes(s->graph);
		s->arena = mem_aligned(s->arena_bytes);
	}
	graph_bind(s->graph, s->arena);
	free(s->padded);
	s->padded = mem_array((size_t)SEGMENTER_BATCH * (s->channels > s->classes ? s->channels : s->classes),
	                      (size_t)height * width * sizeof *s->padded);
}

int
segmenter_load(struct segmenter *s, const struct record *model, const char *file, struct err *e)
{
	struct weights_report report;
	struct normalize norm;
	enum resnet_arch arch;

	memset(s, 0, sizeof *s);
	if (weights_arch(&arch, model, e) || normalize_parse(&norm, meta_get(&model->meta, "normalize"), e))
		return err_prefix(e, "model '%s'", file);
	if (!weights_classes(model) || !weights_channels(model))
		return err_set(e, "model '%s': no segmentation head (an encoder, not a fine-tuned U-Net?)", file);
	if (weights_classes(model) > CLASSES_MOST)
		return err_set(e, "model '%s': %d classes, at most %d fit into a mask", file, weights_classes(model),
		               CLASSES_MOST);
	segmenter_init(s, arch, weights_channels(model), weights_classes(model), &norm, &s->own);
	params_init(&s->own, 0);
	build(s, UNET_MULTIPLE, UNET_MULTIPLE); /* creates the parameters */
	if (weights_load(s->ps, model, WEIGHTS_ENCODER | WEIGHTS_DECODER, 0, &report, file, e)) {
		segmenter_free(s);
		return -1;
	}
	return 0;
}

void
segmenter_free(struct segmenter *s)
{
	graph_delete(s->graph);
	params_free(&s->own);
	free(s->arena);
	free(s->image);
	free(s->padded);
	memset(s, 0, sizeof *s);
}

int
segmenter_fits(const struct segmenter *s, const struct tensor *image, const char *normalize, struct err *e)
{
	char have[NORMALIZE_LEN], shape[TENSOR_SHAPE_LEN];
	const char *want = normalize_format(have, &s->norm);

	if (image->ndim != 4 || image->dim[1] != s->channels || image->dim[2] < 1 || image->dim[3] < 1 ||
	    image->dim[2] > 65536 || image->dim[3] > 65536)
		return err_set(e, "'%s' is %s, the model takes [N,%d,H,W]", image->name, tensor_shape(shape, image),
		               s->channels);
	if (normalize && want && strcmp(normalize, want))
		return err_set(e, "images are normalised by '%s', the model expects '%s'", normalize, want);
	return normalize ? 0 : normalize_fits(&s->norm, s->channels, e);
}

static float
minimum(const float *x, int64_t n)
{
	float low = x[0];
	int64_t i;

	for (i = 1; i < n; i++)
		if (x[i] < low)
			low = x[i];
	return low;
}

/* dst[height,width] with src[h,w] in its middle and src's minimum around it */
static void
pad_plane(float *dst, int height, int width, const float *src, int h, int w)
{
	int top = (height - h) / 2, left = (width - w) / 2, i;
	float fill = minimum(src, (int64_t)h * w);
	size_t k;

	for (k = 0; k < (size_t)height * width; k++)
		dst[k] = fill;
	for (i = 0; i < h; i++)
		memcpy(dst + (size_t)(top + i) * width + left, src + (size_t)i * w, (size_t)w * sizeof *dst);
}

static void
crop_plane(float *dst, int h, int w, const float *src, int height, int width)
{
	int top = (height - h) / 2, left = (width - w) / 2, i;

	for (i = 0; i < h; i++)
		memcpy(dst + (size_t)i * w, src + (size_t)(top + i) * width + left, (size_t)w * sizeof *dst);
}

void
segmenter_logits(struct segmenter *s, float *logits, const float *image, int n, int h, int w)
{
	size_t area = (size_t)h * w, out;
	int i;

	if (!s->graph || s->height != pad_up(h) || s->width != pad_up(w))
		build(s, pad_up(h), pad_up(w));
	out = (size_t)s->height * s->width;
	for (i = 0; i < n * s->channels; i++)
		pad_plane(s->padded + i * out, s->height, s->width, image + i * area, h, w);
	graph_put(s->graph, s->x, s->padded, n);
	graph_forward(s->graph, s->ps, n, 0);
	graph_get(s->padded, s->graph, s->logits, n);
	for (i = 0; i < n * s->classes; i++)
		crop_plane(logits + i * area, h, w, s->padded + i * out, s->height, s->width);
}

void
segmenter_run(struct segmenter *s, float *logits, const struct tensor *image, int64_t first, int n, int normalized)
{
	int64_t size = tensor_stride0(image), area = image->dim[2] * image->dim[3];
	int i;

	if ((size_t)(n * size) * sizeof(float) > s->image_bytes) {
		free(s->image);
		s->image_bytes = (size_t)(n * size) * sizeof(float);
		s->image = mem_aligned(s->image_bytes);
	}
	tensor_to_f32(s->image, image, first * size, n * size);
	for (i = 0; i < n && !normalized; i++)
		normalize_apply(&s->norm, s->image + i * size, s->channels, area);
	segmenter_logits(s, logits, s->image, n, (int)image->dim[2], (int)image->dim[3]);
}

void
segmenter_classify(uint8_t *pred, const float *logits, int n, int k, int64_t hw)
{
	int64_t i, s;
	int c;

	for (s = 0; s < n; s++, logits += k * hw, pred += hw)
		for (i = 0; i < hw; i++) {
			int best = 0;

			for (c = 1; c < k; c++)
				if (logits[c * hw + i] > logits[best * hw + i])
					best = c;
			pred[i] = (uint8_t)best;
		}
}
