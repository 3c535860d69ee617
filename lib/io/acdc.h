/* acdc.h - the folder layout of the ACDC challenge (Bernard et al., IEEE TMI 2018)
 *
 *   DIR/patientNNN/patientNNN_4d.nii.gz             the cine, one frame per time (may be missing)
 *                  patientNNN_frameFF.nii.gz        end diastole and end systole, FF counts from 01
 *                  patientNNN_frameFF_gt.nii.gz     their labels
 *                  Info.cfg                         "ED: 1", "ES: 12", "Group: DCM", ...
 *
 * Split by patient number: test ends in 1 (1, 11, ..., 91), val in 2 (2, 12, ..., 92), train is the rest.
 * Patients and frames are listed in order of their numbers; other files and folders are ignored. ".nii"
 * serves where ".nii.gz" is missing.
 */
#ifndef IO_ACDC_H
#define IO_ACDC_H

#include "base/err.h"

enum acdc_split { ACDC_TRAIN, ACDC_VAL, ACDC_TEST, ACDC_ALL };

struct acdc_frame {
	int number;  /* FF */
	char *image; /* path */
	char *mask;  /* path; NULL: there is none */
};

struct acdc_patient {
	int id;
	char *name;           /* "patient007" */
	char *cine;           /* path; NULL: there is none */
	struct acdc_frame *frame;
	int nframes;
	int ed, es;           /* frame numbers, from Info.cfg */
	char group[16];       /* NOR DCM HCM MINF RV */
	char *bad;            /* what is wrong with the folder or its Info.cfg; NULL: nothing */
};

struct acdc {
	struct acdc_patient *patient;
	int n;
};

enum acdc_split acdc_split_of(int id); /* ACDC_TRAIN, ACDC_VAL or ACDC_TEST */

/* Lists the patients of a split and reads their Info.cfg. An unreadable folder, a patient without a valid
 * Info.cfg, or no patient at all is an error. On error nothing is left to free. */
int acdc_list(struct acdc *a, const char *dir, enum acdc_split split, struct err *e);

/* The same of all patients, but what is wrong with one is said in `bad`, with its frames as far as they are there. */
int acdc_survey(struct acdc *a, const char *dir, struct err *e);
void acdc_free(struct acdc *a);

#endif
