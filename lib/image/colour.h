/* colour.h - pixelwise changes of intensity and colour, in place
 *
 * They work on any n pixels, whose channels are planes of floats of any range, `step` apart: a whole planar image
 * (c,hw) has step = n = hw, a band of it that stays in the first-level cache from one change to the next fewer n. Three
 * channels are R, G, B, and grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). The definitions are torchvision's,
 * without its clamping: clamp afterwards where pixels have a natural range.
 */
#ifndef IMAGE_COLOUR_H
#define IMAGE_COLOUR_H

#include <stdint.h>

/* x * f */
void colour_brightness(float *x, int c, int64_t step, int64_t n, float f);

/* Sum over the pixels of their grey; without three channels, of the mean of their values. */
double colour_sum(const float *x, int c, int64_t step, int64_t n);

/* m + f (x - m), m the mean grey of the whole image */
void colour_contrast(float *x, int c, int64_t step, int64_t n, float f, double m);

/* a x + b */
void colour_affine(float *x, int c, int64_t step, int64_t n, float a, float b);

/* The following are for c = 3; for other counts they leave x as it is. */

/* g + f (x - g), g the grey of each pixel */
void colour_saturation(float *x, int c, int64_t step, int64_t n, float f);

/* Turns the hue of the HSV representation by `turn` of a full circle, -0.5..0.5. Value and chroma stay. */
void colour_hue(float *x, int c, int64_t step, int64_t n, float turn);

/* Every channel becomes grey. */
void colour_grey(float *x, int c, int64_t step, int64_t n);

/* x < t ? x : total - x, total being the sum of the range's ends */
void colour_solarize(float *x, int c, int64_t step, int64_t n, float t, float total);

void colour_clamp(float *x, int c, int64_t step, int64_t n, float lo, float hi);

/* Least and greatest of n values; returns 0 if all are finite, -1 if not (lo and hi are then of no use). */
int colour_range(float *lo, float *hi, const float *x, int64_t n);

#endif
