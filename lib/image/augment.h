/* augment.h - random views of an image: policies, what they draw, and doing it (SPEC 8)
 *
 * A view is made in two steps. augment_draw takes every random decision from the sample's own generator and
 * writes it down; augment_apply carries it out without chance:
 *
 *   crop and resample, mirrored or not;  jitter;  greyscale;  blur;  solarise;  normalise
 *
 * Jitter comes in two kinds. By factors, in random order: brightness U(1-b,1+b), contrast U(1-c,1+c) and, on three
 * channels, saturation U(1-s,1+s) and hue U(-h,h). Or in steps of the image's own range (fine-tuning): with lo
 * and hi the source's extremes, x' = lo + (1 + U(-c,c)) (x - lo) + U(-b,b) (hi - lo).
 *
 * Intensities stay float and are not clamped, but for `natural` images: those have a range, 0..255 for bytes and
 * 0 (or their least value) to their greatest otherwise, and are clamped to it after each step. Solarising
 * mirrors about the middle of that range, or of the source's extremes.
 */
#ifndef IMAGE_AUGMENT_H
#define IMAGE_AUGMENT_H

#include <stdint.h>

#include "base/rng.h"
#include "image/blur.h"
#include "image/crop.h"
#include "image/normalize.h"
#include "image/resample.h"

enum policy_name { POLICY_BYOL_MRI, POLICY_BYOL_NATURAL, POLICY_FINETUNE, POLICY_CLASSIFY, POLICY_CENTRE };
#define POLICY_WORDS "byol-mri|byol-natural|finetune|classify|centre" /* in the order of the enum */

struct policy {
	double scale[2], ratio[2];                        /* of the crop: area as a part of the image's, aspect w/h */
	double jitter_p, brightness, contrast, saturation, hue;
	double grey_p;
	double blur_p[2], blur_sigma[2];                  /* probabilities for view 1 and 2 */
	double solarize_p[2];
	double flip_p;
	int filter;                                       /* enum resample_filter */
	int by_range;                                     /* the kind of jitter */
	int natural;                                      /* clamp */
	double middle;                                    /* if not 0: no random crop, but a square in the middle whose
	                                                   * side is this part of the shorter one */
};

void policy_init(struct policy *p, enum policy_name name);
const char *policy_name(enum policy_name name);
int policy_views(enum policy_name name); /* what it is for: two views of an image, or one */

/* One image as it came, and what its views need to know of the whole of it. */
struct source {
	float *image;            /* (c,h,w) */
	const uint8_t *mask;     /* (h,w) or NULL */
	int c, h, w;
	float lo, hi;            /* range, see above */
	float mean[NORMALIZE_MAXC], scale[NORMALIZE_MAXC];
};

/* Fills in lo, hi, mean and scale. bytes: the pixels were U8. Pixels that are not finite are an error. */
int source_measure(struct source *s, const struct policy *p, const struct normalize *n, int bytes, struct err *e);

enum jitter_op { JITTER_BRIGHTNESS, JITTER_CONTRAST, JITTER_SATURATION, JITTER_HUE, JITTER_N };

struct drawn {
	struct box box;
	int flip, jitter, grey, blur, solarize;
	enum jitter_op order[JITTER_N];
	int ops;                  /* of order; 0: jitter by range */
	double amount[JITTER_N];  /* factors (hue: turn); by range: steps of brightness and contrast */
	double sigma;
};

/* view 0 or 1; c, h, w of the source. */
void augment_draw(struct drawn *d, struct rng *r, const struct policy *p, int view, int c, int h, int w);

struct augment_work {         /* all zero at first */
	struct resampler resampler;
	float *plane;
	size_t planes;
};

/* out (c,size,size), and mask_out (size,size) if the source has a mask; mask_out may be NULL. */
void augment_apply(float *out, uint8_t *mask_out, struct augment_work *work, const struct source *s,
                   const struct policy *p, const struct drawn *d, int size);
void augment_work_free(struct augment_work *work);

#endif
