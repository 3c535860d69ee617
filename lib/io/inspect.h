/* inspect.h - what is in the files of a data set, and what is wrong with them
 *
 * inspect_set reads every voxel, or pixel, of every case, and tells what a training would stumble over, or rather would not: files
 * that are damaged, masks of another size or in another place than their image, labels that are no class, values that are
 * not finite, a case that is far from the others. A finding is a sentence; nothing that is wrong with a file is an error.
 */
#ifndef IO_INSPECT_H
#define IO_INSPECT_H

#include "io/dataset.h"
#include "io/nifti_geometry.h"

/* Of the values that are finite floats, scaled as the header says; odd: how many of them are not. */
struct inspect_range {
	double min, max, mean;
	int64_t values, odd;
};

/* A file that was read to its end, or was not. */
#define INSPECT_PLANES 3
struct inspect_file {
	const char *path;
	int whole;                 /* 0: it could not be read, and what follows is empty */
	int picture;               /* and no NIfTI: then `at` is its size alone, in pixels */
	int64_t frames;            /* or pages */
	struct nifti_geometry at;
	int planes;                /* channels in it: three of a picture in colours */
	struct inspect_range range[INSPECT_PLANES];
	int64_t values;            /* in all planes */
	uint32_t crc;              /* of the stored values */
};

struct inspect_case {
	const struct dataset_case *of;
	struct inspect_file image[DATASET_CHANNELS], mask;
	int64_t label[256];        /* voxels of the mask */
	char **finding;
	int findings;
};

struct inspection {
	const struct dataset *set;
	double tolerance, far;     /* set before: edges of a voxel, as NIFTI_APART; a size or spacing so many times the median, or less than 1 by so many */
	struct inspect_case *c;    /* [set->n], in the set's order */
	int sized;                 /* cases with a size, and the medians of these, by axis */
	double median_size[3], median_spacing[3];
	struct inspect_other {     /* about no case that could be read: a file, a class, the whole set */
		char *name, *text;
	} *other;
	int others;
	void (*progress)(int done); /* may be NULL */
};

/* By par_for over the cases; what is found depends neither on threads nor on chance. */
void inspect_set(struct inspection *x, const struct dataset *set);
void inspect_free(struct inspection *x);

/* The file that tells a case's size and spacing: the first of its images, else its mask, that could be read. NULL: none. */
const struct inspect_file *inspect_first(const struct inspect_case *c);

/* Channels of a case, in all its files; 0: unknown, as one that may have several could not be read. */
int inspect_channels(const struct inspect_case *c);

int64_t inspect_findings(const struct inspection *x); /* all of them */

/* --- of use to inspect*.c only --- */

/* Reads the files of a case, and looks for what is wrong among them. */
void inspect_files(struct inspection *x, struct inspect_case *c);
void inspect_find(struct inspect_case *c, const char *fmt, ...) PRINTF(2, 3);

#endif
