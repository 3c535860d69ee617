/* dataset.h - what cases a folder holds: images, their masks, the names of the classes
 *
 * A folder is one of five kinds, looked for in this order:
 *
 *   nnU-Net  dataset.json, in version 1 ("modality", "labels": {"0": "name"}, "training": [...]) or 2 ("channel_names",
 *            "labels": {"name": 0}, "file_ending"), imagesTr/CASE_0000.nii.gz, ... for each channel, labelsTr/CASE.nii.gz;
 *            imagesTs and labelsTs for DATASET_TEST. A label "ignore" is no class. Labels that are regions (lists of
 *            labels) are refused.
 *   table    labels.tsv with a column `image` (paths; those of several channels separated by commas) and, where known,
 *            mask, case, patient, frame, group, phase, split (train, val, test); other columns are passed over, an empty
 *            cell or "-" is unknown, or, below mask, says that there is none. Cases keep the table's order.
 *   ACDC     patientNNN/..., see acdc.h
 *   plain    NIfTI files: CASE.nii.gz with its mask CASE_gt.nii.gz or CASE_seg.nii.gz; or, where there is a
 *            CASE_0000.nii.gz, that and CASE_0001.nii.gz, ... as channels
 *   pictures where there are no NIfTI files: TIFF, PNG and JPEG with their masks, in subfolders too, as gallery.h finds them
 *
 * .nii serves for .nii.gz. labels.tsv may name pictures (.tif .tiff .png .jpg .jpeg) instead of NIfTI files, and where
 * "file_ending" is one of these nnU-Net's are pictures, whose CASE_0000 may hold all three colours.
 * In a folder with a table, a plain one, or one of pictures, classes.tsv (columns `label` and `name`) may name the
 * classes. Paths within dataset.json and labels.tsv are relative to the folder and stay within it: absolute ones and those
 * with ".." are refused (a symbolic link may lead elsewhere). Names of cases, groups and classes are UTF-8 without control
 * characters. Order is that of bytes, by number in ACDC: neither the file system nor the locale plays a part.
 *
 * Only names are looked at here: no image is read.
 */
#ifndef IO_DATASET_H
#define IO_DATASET_H

#include "base/err.h"
#include "ten/tensor.h"

#define DATASET_CHANNELS 4  /* most channels of an image */
#define DATASET_CLASSES 255 /* most classes; one label of a byte is left for pixels without truth */

enum dataset_layout { DATASET_NNUNET, DATASET_TABLE, DATASET_ACDC, DATASET_PLAIN, DATASET_PICTURES };

/* Test is nnU-Net's imagesTs, what labels.tsv calls so, or ACDC's by the patient's number. Training and validation are the
 * table's or ACDC's too; where neither says so, of all patients in order of their names the first, sixth, ... are for
 * validation, with all their cases. */
enum dataset_part { DATASET_TRAIN, DATASET_VAL, DATASET_TEST, DATASET_ALL };
#define DATASET_PARTS "train|val|test|all" /* in the order of the enum, for an option table */

struct dataset_case {
	char *name;          /* unique in the set: "patient001_frame01"; names outputs */
	char *patient;       /* "patient001"; the name itself where nothing else is known */
	int frame;           /* number, from 1; 0: all frames of the file, or unknown */
	char *group, *phase; /* "" where unknown */
	char **image;        /* a file for each channel; but one picture may hold three */
	int channels;        /* files; 0: no image (a folder of masks) */
	char *mask;          /* NULL: none */
	int unlabelled;      /* there is no mask, and labels.tsv says so: nothing is missing */
	enum dataset_part part; /* DATASET_ALL: unknown */
};

/* Something that is wrong with a folder. */
struct dataset_finding {
	char *name; /* the case or file it is about */
	char *text;
	int fatal;  /* dataset_open refuses such a folder */
};

struct dataset {
	char *dir;
	enum dataset_layout layout;
	struct dataset_case *c;
	int n;
	int *by_name;      /* [n] places in c, in order of names */
	char **class_name; /* [classes]; NULL: unknown */
	int classes;       /* 0: unknown */
	int ignore;        /* label of pixels without truth; -1: none */
	int channels;      /* what dataset.json says; 0: it does not */
	int pictures;      /* its file_ending is that of pictures */
	struct dataset_finding *finding; /* of dataset_survey; the others leave what is not fatal */
	int findings;
};

/* Images with their masks, where there are any. A case without an image, without a name of its own or with a file that is
 * not there is an error, as is a folder or a part without cases. On error nothing is left to free. */
int dataset_open(struct dataset *d, const char *dir, enum dataset_part part, struct err *e);

/* All that can be listed, test images too: what dataset_open would refuse for a single case or file is left out and told
 * in d->finding. Only a folder that is none, or whose dataset.json or labels.tsv cannot be understood, is an error. */
int dataset_survey(struct dataset *d, const char *dir, struct err *e);

/* Masks, or predictions, by the names of their cases: each NIfTI file of a plain folder, or each picture where none is the mask
 * of another, its name without _gt or _seg (where CASE_gt.nii.gz is there, CASE.nii.gz is its image and no mask); the cases
 * with a mask of any other kind, those of nnU-Net's labelsTs too. */
int dataset_masks(struct dataset *d, const char *dir, struct err *e);

/* Which kind the folder is; PLAIN too if it is none. And what a classes.tsv in there says, in class_name, classes and ignore
 * alone. On error nothing is left to free. */
int dataset_layout(enum dataset_layout *layout, const char *dir, struct err *e);
int dataset_classes(struct dataset *d, const char *dir, struct err *e);

int dataset_is_picture(const struct dataset_case *c); /* and not NIfTI, by the suffix of its first file */
const struct dataset_case *dataset_find(const struct dataset *d, const char *name); /* NULL: none */
const char *dataset_layout_name(enum dataset_layout layout);                        /* "nnU-Net", "labels.tsv", ... */
void dataset_free(struct dataset *d);

/* "background,RV,MYO,LV" cut into names: 0 and class_name, classes set, both free()d by the caller, or an error: an empty
 * name, one twice, control characters, more than 255. */
int dataset_names(char ***class_name, int *classes, const char *text, struct err *e);

/* The same the other way round; the caller frees it. NULL without names. */
char *dataset_join_names(const struct dataset *d);

/* Says in a record's metadata what is known of a case besides name and patient: frame, group, phase. */
void dataset_describe(struct meta *m, const struct dataset_case *c);

#endif
