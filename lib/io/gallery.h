/* gallery.h - which picture files there are, of which class, with which masks
 *
 * A folder is searched with its subfolders, names in byte order; files with a suffix of a picture (tif tiff
 * jpg jpeg png, in any case) are taken, hidden ones are not. One file is the mask of another if it is named
 *
 *   NAME_gt.SUFFIX beside NAME.SUFFIX         SUFFIX of the mask: the image's, tif, tiff or png
 *   .../ann_dir/PATH for .../img_dir/PATH     the same; where there is an ann_dir, each image must have one
 *
 * Classes: where a folder that is added has subfolders with pictures, their names (the first level) are
 * classes, numbered from 0 in byte order over all folders added. Not within img_dir. Either all pictures have
 * a class or none.
 */
#ifndef IO_GALLERY_H
#define IO_GALLERY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct gallery_item {
	char *path;
	char *mask;  /* NULL: none */
	char *class; /* name; NULL: none */
	int label;   /* its number; -1: none */
	int pages;   /* for the caller; 0 at first */
};

struct gallery {
	struct gallery_item *item;
	size_t n, room;
	int classes; /* number of them; 0: no labels */
	int flat;    /* set before gallery_add: subfolders are no classes */
};

int gallery_add(struct gallery *g, const char *path, struct err *e);      /* a file or a folder */
int gallery_add_list(struct gallery *g, const char *path, struct err *e); /* one path per line; "-": stdin */

/* Pairs masks (with_masks), numbers classes. No picture at all is an error. */
int gallery_finish(struct gallery *g, int with_masks, struct err *e);

/* Keeps the items whose keep[i] is not 0, in order. */
void gallery_keep(struct gallery *g, const unsigned char *keep);
void gallery_free(struct gallery *g);

#endif
