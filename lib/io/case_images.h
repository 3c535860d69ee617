/* case_images.h - the images of cases whose masks are read elsewhere (pairs.h), case by case
 *
 * A folder of any kind that dataset.h knows, or a single NIfTI file. Of an image with several files the first channel is
 * taken.
 */
#ifndef IO_CASE_IMAGES_H
#define IO_CASE_IMAGES_H

#include "io/dataset.h"
#include "io/nifti.h"

struct case_images {
	struct dataset set;    /* empty for a single file */
	char *path;
	char *name;            /* of the case whose file is open; NULL: none is */
	struct nifti_frames f;
};

int case_images_open(struct case_images *c, const char *path, int folder, struct err *e);

/* Gives r `image` [Z,1,Y,X], the next frame of the case that its metadata `case` names, and the metadata patient, frame,
 * group, phase, names and classes as far as the folder knows them. like: the header of the masks' file. -1: there is no such
 * case, its file cannot be read, or differs from `like` in size, number of frames, or by more than 0.1 % in spacing. */
int case_images_add(struct case_images *c, struct record *r, const struct nifti *like, struct err *e);
void case_images_close(struct case_images *c);

#endif
