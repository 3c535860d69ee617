/* legend.h - what pictures say of themselves: captions above, legends below, white on black
 *
 * Text is as large as suits the picture's width: a caption's scale is 1 for every 360 pixels of it, a legend's for every
 * 720, and 1 at least.
 */
#ifndef IMAGE_LEGEND_H
#define IMAGE_LEGEND_H

#include "image/show.h"

/* Puts a strip with two lines of text above s, cut off with an ellipsis where they are too long for it. */
void show_caption(struct show *s, const char *first, const char *second);

enum legend_style { LEGEND_SOLID, LEGEND_DASHED, LEGEND_FILL, LEGEND_HATCH };

struct legend_entry {
	const uint8_t *colour; /* [3] */
	enum legend_style style;
	const char *name;
};

/* Puts a strip below s that shows the entries, each a sample of its style and its name, in as many lines as it takes. */
void show_legend(struct show *s, const struct legend_entry *entry, int n);

#endif
