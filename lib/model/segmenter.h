/* segmenter.h - a trained U-Net applied to images of any size
 *
 * Images are normalised as the model wants it (unless they are already), padded to multiples of 32 with their
 * minimum, evenly on both sides (the odd pixel at the bottom and right), run, and the logits cropped back.
 * Batch norms use their running statistics, so an image's result does not depend on its neighbours.
 */
#ifndef MODEL_SEGMENTER_H
#define MODEL_SEGMENTER_H

#include "image/normalize.h"
#include "model/unet.h"
#include "ten/tensor.h"

#define SEGMENTER_BATCH 8 /* images run together at most */

struct segmenter {
	enum resnet_arch arch;
	int channels, classes;
	struct normalize norm;
	struct params *ps;       /* someone else's, or &own */
	struct params own;
	struct graph *graph;     /* for padded images of height x width */
	int height, width, x, logits;
	void *arena;
	size_t arena_bytes;
	float *image;            /* a batch before padding */
	size_t image_bytes;
	float *padded;           /* a padded batch, images or logits, (N,C,H,W) */
};

/* Around parameters in training. */
void segmenter_init(struct segmenter *s, enum resnet_arch arch, int channels, int classes, const struct normalize *norm,
                    struct params *ps);

/* From a model file's record, which describes itself; foreign ones (no metadata) are recognised by their names
 * and take images as they are. file names it in messages. */
int segmenter_load(struct segmenter *s, const struct record *model, const char *file, struct err *e);
void segmenter_free(struct segmenter *s);

/* Can images be given to s? They are (N,channels,H,W); `normalize` is what their stream says of itself (NULL: raw). */
int segmenter_fits(const struct segmenter *s, const struct tensor *image, const char *normalize, struct err *e);

/* logits[n,classes,H,W] of the n images from `first` on, n <= SEGMENTER_BATCH. normalized: don't do it again. */
void segmenter_run(struct segmenter *s, float *logits, const struct tensor *image, int64_t first, int n,
                   int normalized);

/* The same of n images (n,channels,h,w) that are normalised already. */
void segmenter_logits(struct segmenter *s, float *logits, const float *image, int n, int h, int w);

/* The class of the largest logit (the lowest among equals): pred[n,hw] from logits[n,k,hw]. */
void segmenter_classify(uint8_t *pred, const float *logits, int n, int k, int64_t hw);

#endif
