/* normalize.h - intensities to mean 0, deviation 1, and the line of metadata that says how
 *
 *   dataset    y = (x - mean) / std            mean and std of the training split, in intensity units, per channel
 *   released   y = (x / 255 - mean) / std      the arithmetic of the paper's released code, with the same numbers
 *   image      y = (x - m) / s                 m and s of each channel of the image itself
 *
 * The text "dataset M S [M S ...]" (one pair per channel), "released M S [...]" or "image" travels as the metadata
 * `normalize` of streams that are normalised, and of models that want their input so. No text means none:
 * pixels are used as they are.
 *
 * For `image`, m and s are those of the whole image: take them before cropping, so that a crop's brightness
 * still says where it came from, and before padding, so that the padding doesn't count (pad with the minimum of
 * the normalised channel afterwards: the same as padding first with the image's). A channel whose deviation is
 * below 1e-7 of its mean (one float step), or below 1e-30, is constant and gets deviation 1.
 */
#ifndef IMAGE_NORMALIZE_H
#define IMAGE_NORMALIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "image/stats.h"

#define NORMALIZE_MAXC 16   /* channels */
#define NORMALIZE_LEN 1024  /* room for any text */

enum normalize_kind { NORMALIZE_DATASET, NORMALIZE_RELEASED, NORMALIZE_IMAGE, NORMALIZE_NONE };

struct normalize {
	enum normalize_kind kind;
	int c;                                            /* channels mean and std are given for; 0 for image and none */
	double mean[NORMALIZE_MAXC], std[NORMALIZE_MAXC]; /* as in the text */
};

/* From the metadata's text; NULL gives NORMALIZE_NONE. */
int normalize_parse(struct normalize *n, const char *text, struct err *e);

/* The text for n into buf[NORMALIZE_LEN] (nine digits, which parse back to the same float); returns buf, or NULL
 * for NORMALIZE_NONE. */
const char *normalize_format(char buf[NORMALIZE_LEN], const struct normalize *n);

/* mean and std from the table that ten-stats prints: columns named so, one row per channel. Leaves kind alone. */
int normalize_read(struct normalize *n, const char *path, struct err *e);

/* The same from two lists of numbers, "85.1,90" and "80.2,77". */
int normalize_lists(struct normalize *n, const char *mean, const char *std, struct err *e);

/* 0 if n can be applied to images of c channels. One pair of numbers serves any count. */
int normalize_fits(const struct normalize *n, int c, struct err *e);

/* In place, one whole image (c,hw) that n fits. */
void normalize_apply(const struct normalize *n, float *image, int c, int64_t hw);

/* The same in two steps: mean[c] and scale[c] for this image, then y = (x - mean) * scale on any n pixels of it, the
 * channels of which are `step` apart. */
void normalize_measure(const struct normalize *n, float *mean, float *scale, const float *image, int c, int64_t hw);
void normalize_by(float *x, const float *mean, const float *scale, int c, int64_t step, int64_t n);

/* mean and scale for kind `image`, from the channel's statistics. */
void normalize_from_stats(float *mean, float *scale, const struct stats *s);

#endif
