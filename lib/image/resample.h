/* resample.h - cut a box out of an image and bring it to another size, in one pass per axis
 *
 * Output pixel o of S takes its value at (o + 1/2) b/S of a box b wide, by a filter f stretched to the coarser of
 * the two grids (so shrinking averages, "antialiased"), with weights that sum to 1:
 *
 *   bilinear  f(t) = 1 - |t|                                     |t| < 1
 *   bicubic   f(t) = (a+2)|t|^3 - (a+3)|t|^2 + 1                 |t| < 1      a = -1/2 (Keys 1981)
 *             f(t) = a|t|^3 - 5a|t|^2 + 8a|t| - 4a               1 <= |t| < 2
 *   nearest   the pixel that contains the point
 *
 * The box is cut first: pixels outside it have no influence. This is PIL's image.crop(box).resize(size), but
 * floats stay floats: nothing is rounded or clamped, and bicubic overshoots at edges.
 */
#ifndef IMAGE_RESAMPLE_H
#define IMAGE_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

struct box {
	int x, y, w, h; /* within the image, w and h at least 1 */
};

enum resample_filter { RESAMPLE_BILINEAR, RESAMPLE_BICUBIC };

/* Working memory, grown as needed and kept from call to call; all zero at first. */
struct resampler {
	float *row, *lanes, *weight;
	double *exact;
	int *start;
	size_t rows, lane, weights, exacts, starts; /* elements held */

	/* what resample_across left */
	int h, sh, sw, taps;
	const int *start_y;
	const float *weight_y;
};

void resampler_free(struct resampler *r);

/* dst (c,sh,sw) from the box of src (c,h,w); flip mirrors left and right. */
void resample(struct resampler *r, float *dst, int sh, int sw, const float *src, int c, int h, int w, struct box b,
              enum resample_filter filter, int flip);

/* The same in two steps: first all columns, then any rows, in any order. resample_down writes rows from..from+n-1 of
 * channel k to dst (n,sw). */
void resample_across(struct resampler *r, int sh, int sw, const float *src, int c, int h, int w, struct box b,
                     enum resample_filter filter, int flip);
void resample_down(const struct resampler *r, float *dst, int k, int from, int n);

/* The same for labels, by nearest: dst (sh,sw) from src (h,w). */
void resample_nearest(struct resampler *r, uint8_t *dst, int sh, int sw, const uint8_t *src, int w, struct box b,
                      int flip);

#endif
