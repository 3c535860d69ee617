/* slices.h - the slices of a volume as pictures for a page
 *
 * Cut to what truth and prediction cover in the whole volume and 16 pixels around it, enlarged to about 256 pixels; sides
 * over 512 pixels are thinned out. With truth two panels, contours and differences (image/panels.h); without, the
 * prediction's contours. So slices are gathered first, in any order and any number of records: three bytes for a pixel,
 * five with colours.
 */
#ifndef PAGE_SLICES_H
#define PAGE_SLICES_H

#include <stddef.h>

#include "ten/tensor.h"

enum { SLICES_MOST = 32 }; /* pictures of a volume; of more slices every so many are drawn */

struct slice_picture {
	unsigned char *png;
	size_t size;
	int w, h;
	int64_t number; /* of the slice, from 1 */
};

struct slice_list {
	struct slice_picture *p;
	int n;
	struct slice_kept *kept; /* gathered, to be drawn */
	int64_t keeping, room;
};

/* Gathers those of a record with `image` [N,C,H,W], `pred` and, if truth is set, `mask` [N,H,W] U8. Its first slice has the
 * place that metadata `slice` says, else that behind those that were gathered already. channel: the one to show, from 0 on;
 * -1: three as colours, of any other number the first. */
int slices_gather(struct slice_list *l, const struct record *r, int truth, int channel, struct err *e);

/* Adds pictures of what was gathered, by place, and forgets the rest. ignore: label of mask without truth, or -1. */
int slices_draw(struct slice_list *l, int ignore, struct err *e);
void slices_free(struct slice_list *l);

#endif
