/* dataset_build.h - what the readers of the layouts share; of use to dataset*.c only
 */
#ifndef IO_DATASET_BUILD_H
#define IO_DATASET_BUILD_H

#include <stddef.h>

#include "io/dataset.h"

#define DATASET_CASES 1000000 /* most cases: no folder comes near */
#define DATASET_NAME 200      /* most bytes of a name: what files are named after */

/* The layouts. They add cases, findings, names of classes; their errors are about the folder as a whole. */
enum { DATASET_LABELLED = 1, DATASET_TESTS = 2 }; /* parts of nnU-Net's: imagesTr, imagesTs */
int dataset_read_nnunet(struct dataset *d, int parts, struct err *e);
int dataset_read_table(struct dataset *d, struct err *e);
int dataset_read_acdc(struct dataset *d, struct err *e);
int dataset_read_plain(struct dataset *d, int masks, struct err *e);
int dataset_read_pictures(struct dataset *d, int masks, struct err *e);
int dataset_has_pictures(const struct dataset *d); /* in the folder or below it */

/* An empty case of this name, taken apart: "patient007_frame01" is frame 1 of patient007, "patient007_4d" all its frames. */
struct dataset_case *dataset_add(struct dataset *d, const char *name);
void dataset_drop_last(struct dataset *d);
void dataset_add_image(struct dataset_case *c, char *path); /* takes path over */

/* Tells a finding; -1. */
int dataset_note(struct dataset *d, int fatal, const char *name, const char *fmt, ...) PRINTF(4, 5);

/* What is wrong with a name ("has control characters"); NULL: nothing. */
const char *dataset_bad_name(const char *name);

/* DIR/path, if it stays in there and the file exists; NULL: a reason in e. The caller frees it. */
char *dataset_path(const struct dataset *d, const char *path, struct err *e);

/* Length of a file's name without .nii or .nii.gz; 0: it has neither. */
size_t dataset_stem(const char *file);

/* Names in DIR/sub (sub may be ""), hidden ones left out, sorted by bytes. 1: there is no such folder, -1: it cannot be
 * read; either way e says so and there is nothing to free. */
int dataset_list(char ***names, int *n, const struct dataset *d, const char *sub, struct err *e);
void dataset_free_list(char **names, int n);
int dataset_in_list(char **names, int n, const char *name);

/* Names of classes. `number` is the label; the ignore label is told by the name "ignore". finish: labels must be 0..k-1. */
struct dataset_labels {
	char *name[256];
};
int dataset_label(struct dataset_labels *l, long long number, const char *name, struct err *e);
int dataset_labels_finish(struct dataset *d, struct dataset_labels *l, struct err *e); /* empties l */
void dataset_labels_free(struct dataset_labels *l);
int dataset_read_classes(struct dataset *d, struct err *e); /* classes.tsv, if there is one */

#endif
