/* difference.h - where a prediction is right and where it is wrong; where there is no truth
 *
 * The colours are three of Okabe & Ito's that stay furthest apart for people with protanopia, deuteranopia and tritanopia.
 */
#ifndef IMAGE_DIFFERENCE_H
#define IMAGE_DIFFERENCE_H

#include "image/show.h"

enum verdict {
	VERDICT_RIGHT,  /* both say the same structure: green */
	VERDICT_MISSED, /* a structure that the prediction has not there: vermilion */
	VERDICT_EXTRA   /* one that it has and the truth has not: yellow */
};

const uint8_t *verdict_colour(enum verdict v);

/* Tints what truth[h][w] and pred[h][w] (0: nothing) cover of s, a picture of h x w pixels at this zoom: half where the
 * prediction is right, three quarters where it is wrong. One structure taken for another is both missed and extra: pixels
 * of the two colours alternate. Where the truth is `ignore` (-1: never) nothing is judged. */
void show_difference(struct show *s, const uint8_t *truth, const uint8_t *pred, int h, int w, int zoom, int ignore);

/* Hatches what label[h][w] has as `ignore`, in grey: there is no truth there. */
void show_ignored(struct show *s, const uint8_t *label, int h, int w, int zoom, int ignore);

extern const uint8_t ignored_colour[3];

#endif
