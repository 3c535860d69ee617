/* decoding.h - the pictures of a gallery, with their masks, as records: some files at a time, on all threads
 *
 *     struct decoding *d = ...;             zeros, and where it goes and how
 *     while (decoding_next(d))
 *             for (i = 0; i < d->n; i++)    d->slot[i], in order
 *
 * How many files are taken together is told by their sizes, not by the threads. It holds several hundred bytes for each, and
 * belongs to the heap.
 */
#ifndef DECODING_H
#define DECODING_H

#include <stdint.h>

#include "base/err.h"
#include "io/gallery.h"
#include "io/picture.h"
#include "ten/tensor.h"

#define DECODING_MOST 64 /* files at a time */

/* A file */
struct decoding_slot {
	const struct gallery_item *item;
	struct pictures image, mask;
	struct record *record; /* one for each page: image and, if there is one, mask */
	struct err e;          /* bad: why */
	int bad;
};

struct decoding {
	const struct gallery *g;
	const uint64_t *order; /* NULL: as they come */
	enum picture_channels channels;
	int masks;             /* read those that there are; */
	int classes, ignore;   /* labels in them are 0..classes-1 and this one, -1: none */

	size_t next;
	struct decoding_slot slot[DECODING_MOST];
	int n;
};

/* Decodes the next ones; 0 at the end, when nothing is held any more. */
int decoding_next(struct decoding *d);

#endif
