/* pairs.h - predicted and true label volumes, or pictures, case by case, as the records that seg-eval reads from streams
 *
 * Two files, NIfTI or pictures, or two folders of them whose cases are brought together by name (dataset_masks in dataset.h).
 * The truth knows more: patient, frame, group, phase, names of the classes and the ignore label are taken from there, names
 * that it lacks from the predictions. A file with several frames, or pages, is a case for each of them.
 */
#ifndef IO_PAIRS_H
#define IO_PAIRS_H

#include "io/dataset.h"
#include "io/nifti.h"
#include "io/picture.h"

struct pair {
	char *pred, *truth; /* paths */
	const struct dataset_case *known; /* NULL for two files */
	char *name;
};

struct pairs {
	struct dataset pred, truth; /* empty for two files */
	struct pair *p;
	int n, at;                  /* at: the pair that is being read */
	struct nifti_frames a, b;   /* its prediction and truth */
	struct pictures pages[2];   /* the same of a pair of pictures */
	int page;                   /* of these, how many were read */
	int open, picture;          /* what is open is a pair of pictures */
	int by_voxel;               /* set after pairs_open: wherever the volumes lie, as long as they have the same voxels */
	int64_t count;              /* records so far */
};

/* common: a case that only one side has is left out; otherwise it is an error that names it. No case in common is an error
 * always, as is a folder against a file. On error nothing is left to free. */
int pairs_open(struct pairs *p, const char *pred, const char *truth, int common, struct err *e);

/* 1: r holds `mask` and `pred` [Z,Y,X] U8 of the next frame, with the metadata case, patient, frame, group, phase, spacing,
 * slice, slices, and names, classes and ignore where they are known; of pictures neither spacing nor slices, but page. 0: there
 * are no more. -1: a file that cannot be read, a value that is no label of 0..255, or files that do not match (nifti_match in
 * nifti_geometry.h). */
int pairs_next(struct pairs *p, struct record *r, struct err *e);

/* Says "'PRED' and 'TRUTH': " before a message about the record that was read last. Returns -1. */
int pairs_blame(const struct pairs *p, struct err *e);

/* Begins anew. */
void pairs_rewind(struct pairs *p);
void pairs_close(struct pairs *p);

#endif
