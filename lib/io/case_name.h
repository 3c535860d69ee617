/* case_name.h - what cases are called, and what their names tell
 *
 * A file DIR/NAME.nii.gz (or .nii) is the case NAME. A file with several frames is a case for each, NAME_frame03, without an
 * ending _4d of NAME: so the frames of ACDC's patient007_4d.nii.gz are called as its files patient007_frame03.nii.gz are.
 */
#ifndef IO_CASE_NAME_H
#define IO_CASE_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

size_t case_stem(const char *path);      /* length without .nii or .nii.gz; all of it where it has neither */
size_t case_mask_stem(const char *name); /* length without _gt or _seg; 0: it ends in neither */

/* Names, which the caller frees: of a file, and of one of its frames, counted from 1. */
char *case_of_file(const char *path);
char *case_of_frame(const char *name, int64_t frame, int64_t frames);

/* Cuts the name of a case to that of its patient, "patient007_frame01" (which is frame 1: returned) or "patient007_4d" to
 * "patient007". 0: the name tells no frame. */
int case_patient(char *name);

struct case_file {
	const char *name, *path;
	int64_t frames;
};

/* -1: two of the files would make a case of the same name: "'a/x.nii' and 'b/x.nii' would both be case 'x'". */
int case_unique(const struct case_file *f, int n, struct err *e);

#endif
