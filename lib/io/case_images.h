/* case_images.h - the images of cases whose masks are read elsewhere (pairs.h), case by case
 *
 * A folder of any kind that dataset.h knows, or a single file. Of volumes in several files, one for each channel, one is
 * taken; of pictures all.
 */
#ifndef IO_CASE_IMAGES_H
#define IO_CASE_IMAGES_H

#include "io/dataset.h"
#include "io/nifti.h"
#include "io/pairs.h"

struct case_images {
	struct dataset set;    /* empty for a single file */
	char *path;
	int channel;           /* set after case_images_open: which, from 0 on */
	char *name;            /* of the case whose file is open; NULL: none is */
	struct nifti_frames f;
	struct pictures pages; /* of a case that is a picture */
};

int case_images_open(struct case_images *c, const char *path, int folder, struct err *e);

/* Gives r, the record that was read last from p, `image` [Z,1,Y,X] of its case and frame, of a picture
 * [1,C,Y,X] of its page, and the metadata patient, frame,
 * group, phase, names and classes as far as the folder knows them. -1: there is no such case, its file cannot be read, or it
 * does not match the prediction (nifti_match in nifti_geometry.h; p->by_voxel). */
int case_images_add(struct case_images *c, struct record *r, const struct pairs *p, struct err *e);
void case_images_close(struct case_images *c);

#endif
