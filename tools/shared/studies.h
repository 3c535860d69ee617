/* studies.h - the NIfTI volumes that a stream is made of: which files, what is known of them
 *
 * They come from a folder (io/dataset.h), a folder of ACDC's with the whole cine (io/acdc.h), or from files that were named.
 * All that can be known from the headers is checked before anything is read. Errors end the tool.
 */
#ifndef STUDIES_H
#define STUDIES_H

#include <stdint.h>

#include "classes.h"

/* Strings belong to the study. */
struct study {
	char *image[DATASET_CHANNELS]; /* a file for each channel */
	int channels;
	char *mask;                    /* NULL: none */
	char *name, *patient;
	char *group, *phase;           /* NULL: unknown */
	int frame;                     /* number of its only frame; 0: frames count from 1 */
	int ed, es;                    /* frame numbers, 0: unknown */
	int64_t dim[4];                /* from the headers, by studies_survey */
};

struct studies {
	struct study *s;
	int n;
	struct classes classes;
	int masks;    /* set before anything is added: with masks */
	int by_voxel; /* set before the survey: wherever channels and masks lie, if they have the same voxels */
};

/* cine: without masks, the whole cine of a patient rather than the labelled frames. */
void studies_add_acdc(struct studies *l, const char *dir, enum dataset_part part, int cine);
void studies_add_folder(struct studies *l, const char *dir, enum dataset_part part, int cine);

/* NAME_gt.nii.gz beside NAME.nii.gz is its mask, and no image where both are named. mask: of the one file; may be NULL. */
void studies_add_files(struct studies *l, char *const *path, int n, const char *mask);

/* Reads the headers: channels and masks must match the image (io/nifti_geometry.h), and no two cases have one name
 * (io/case_name.h). Returns the number of slices. */
int64_t studies_survey(struct studies *l);
void studies_free(struct studies *l);

#endif
