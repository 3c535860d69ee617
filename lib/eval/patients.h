/* patients.h - the volumes of an evaluation brought together by patient, with what a heart does from ED to ES
 *
 * Patients are independent of each other, the volumes of one are not: over many it is them that are counted. The value of a
 * patient is the mean over those of its volumes that have one.
 */
#ifndef EVAL_PATIENTS_H
#define EVAL_PATIENTS_H

#include "eval/cardiac.h"
#include "eval/volumes.h"

struct patient {
	const char *name, *group; /* the list's */
	int *volume, n;           /* places in list->v, in order of frames' names */
	int ed, es;               /* places in list->v; -1: unknown */
	double truth[CARDIAC_MEASURES], pred[CARDIAC_MEASURES]; /* NAN: unknown */
};

struct patient_list {
	struct patient *p; /* in order of names */
	int n;
};

/* classes NULL: nothing cardiac. ED and ES are the volumes whose metadata `phase` says so; a phase that two volumes have is
 * unknown. guess: where no volume of a patient has a phase, ED is the one in which the true left ventricle is largest and ES
 * the one in which it is smallest. */
void patient_list_init(struct patient_list *l, const struct volume_list *volumes, const struct cardiac_classes *classes,
                       int guess);
void patient_list_free(struct patient_list *l);

/* Number of patients who have ED and ES. */
int patient_list_hearts(const struct patient_list *l);

#endif
