/* gallery.h - which picture files there are, of which class, with which masks
 *
 * A folder is searched with its subfolders, names in byte order; files with a suffix of a picture (tif tiff
 * jpg jpeg png, in any case) are taken, hidden ones are not. One file is the mask of another if it is named
 *
 *   NAME_gt.SUFFIX beside NAME.SUFFIX         SUFFIX of the mask: the image's, tif, tiff or png
 *   .../ann_dir/PATH for .../img_dir/PATH     the same, or PATH with NAME_gt (the layout of mmsegmentation, which is the paper's);
 *   .../masks/PATH for .../images/PATH        the same; labels serves for masks. Where there is such a folder beside the images,
 *                                             each of them must have a mask there (gallery_complete)
 *
 * A folder `images` is an ordinary one unless masks or labels lies beside it, within what is searched. A NAME_gt without NAME
 * is no picture in a set where others have masks of this kind, but something that is wrong.
 *
 * Classes: where a folder that is added has subfolders with pictures, their names (the first level) are
 * classes, numbered from 0 in byte order over all folders added. Not within img_dir, nor images with masks. Either all
 * pictures have a class or none.
 *
 * A picture belongs to train, val or test if a folder of that name, within what is searched, is the first in img_dir or images,
 * or holds img_dir or images.
 */
#ifndef IO_GALLERY_H
#define IO_GALLERY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/dataset.h"

struct gallery_item {
	char *path;
	char *more[DATASET_CHANNELS - 1]; /* files of further channels, as a table has them; NULL behind the last */
	char *mask;  /* NULL: none */
	char *masks; /* the folder that the mask must be in; NULL: it need not */
	char *class; /* name; NULL: none */
	char *name;  /* of the case: that of the file without suffix, with those of its folders where two are alike. Unique */
	const struct dataset_case *known; /* what a table says of it; NULL: nothing */
	enum dataset_part part; /* DATASET_ALL: unknown */
	int label;   /* its number; -1: none */
	int pages;   /* for the caller; 0 at first */
	size_t root; /* where, in path, the part begins that was found */
};

struct gallery {
	struct gallery_item *item;
	size_t n, room;
	int classes; /* number of them; 0: no labels */
	int flat;    /* set before gallery_add: subfolders are no classes */
	int any;     /* set before gallery_add: one picture is enough, to know that there are some */
	char **orphan; /* masks NAME_gt without an image, which gallery_finish leaves out */
	size_t orphans;
	size_t root; /* of the folder that is being added */
};

int gallery_add(struct gallery *g, const char *path, struct err *e);      /* a file or a folder */
int gallery_add_list(struct gallery *g, const char *path, struct err *e); /* one path per line; "-": stdin */
void gallery_add_case(struct gallery *g, const struct dataset_case *c);   /* a table's, which must outlive it */

/* Pairs masks, names cases, numbers classes. No picture at all is an error. */
int gallery_finish(struct gallery *g, struct err *e);

/* -1: one of the pictures lacks the mask that it must have, or a mask NAME_gt its image. */
int gallery_complete(const struct gallery *g, struct err *e);

/* Keeps the items whose keep[i] is not 0, in order. */
void gallery_keep(struct gallery *g, const unsigned char *keep);
void gallery_free(struct gallery *g);

int gallery_is_picture(const char *path);    /* by its suffix */
size_t gallery_stem(const char *path);       /* length without the suffix, whichever it is */

#endif
