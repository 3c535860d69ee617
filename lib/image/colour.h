/* colour.h - pixelwise changes of intensity and colour, in place
 *
 * Images are planar (c,hw) floats of any range; three channels are R, G, B, and grey is
 * 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). The definitions are torchvision's, without its clamping: clamp
 * afterwards where pixels have a natural range.
 */
#ifndef IMAGE_COLOUR_H
#define IMAGE_COLOUR_H

#include <stdint.h>

/* x * f */
void colour_brightness(float *x, int c, int64_t hw, float f);

/* m + f (x - m), m the mean grey of the image (of all values, unless there are three channels) */
void colour_contrast(float *x, int c, int64_t hw, float f);

/* a x + b */
void colour_affine(float *x, int c, int64_t hw, float a, float b);

/* The following are for c = 3; for other counts they leave x as it is. */

/* g + f (x - g), g the grey of each pixel */
void colour_saturation(float *x, int c, int64_t hw, float f);

/* Turns the hue of the HSV representation by `turn` of a full circle, -0.5..0.5. Value and chroma stay. */
void colour_hue(float *x, int c, int64_t hw, float turn);

/* Every channel becomes grey. */
void colour_grey(float *x, int c, int64_t hw);

/* x < t ? x : total - x, total being the sum of the range's ends */
void colour_solarize(float *x, int c, int64_t hw, float t, float total);

void colour_clamp(float *x, int c, int64_t hw, float lo, float hi);

/* Least and greatest value; returns 0 if all are finite, -1 if not (lo and hi are then of no use). */
int colour_range(float *lo, float *hi, const float *x, int c, int64_t hw);

#endif
