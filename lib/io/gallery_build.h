/* gallery_build.h - what the parts of gallery*.c share; of use to them only
 */
#ifndef IO_GALLERY_BUILD_H
#define IO_GALLERY_BUILD_H

#include "io/gallery.h"

int gallery_is_folder(const char *path);

/* The last "img_dir" in path that is a whole component and not its end; NULL: none. */
const char *gallery_img_dir(const char *path);

/* Of an item with `masks`: where, in its path, the name of the folder img_dir or images begins, and what lies below it. */
size_t gallery_parent(const struct gallery_item *it);
size_t gallery_below(const struct gallery_item *it);

/* Finds masks, and the part that a picture belongs to; takes the masks out of the list. */
void gallery_pair(struct gallery *g);

/* Names the cases that have no name. */
void gallery_name(struct gallery *g);

#endif
