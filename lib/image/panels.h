/* panels.h - a sample as one picture: its image with labels drawn in, variants of it side by side */
#ifndef IMAGE_PANELS_H
#define IMAGE_PANELS_H

#include "base/err.h"
#include "image/show.h"

enum panels_which { PANELS_ONE, PANELS_EACH, PANELS_ALL };
enum panels_labels { PANELS_CONTOUR, PANELS_FILL, PANELS_DIFFERENCE, PANELS_NONE };

/* What there is to show:
 *
 *                  one                 each                          all
 *   two images     both of them, always
 *   contour, fill  mask and pred       mask | pred                   plain | mask | pred
 *   difference     the differences     mask and pred | differences   plain | mask and pred | differences
 *   none           plain, always
 *
 * The contours of mask are solid, those of pred dashed. What is not there leaves no panel; differences need both. */
struct panels {
	const float *image[2];      /* [channels][h][w]; the second is another view of the same, or NULL */
	int channels, h, w;         /* 1: grey, 3: colour */
	float lo[2], hi[2];         /* shown as black and as white */
	const uint8_t *mask, *pred; /* [h][w], or NULL */
	int ignore;                 /* the label of mask that says there is no truth, drawn hatched; -1: none */
	int zoom;
	enum panels_labels labels;
	enum panels_which which;
};

/* -1: the picture would be more than 2^31 - 1 bytes. */
int panels_show(struct show *out, const struct panels *p, struct err *e);

#endif
