/* cardiac.h - what a cardiologist reads from masks of end diastole (ED) and end systole (ES)
 *
 *   EDV, ESV   volume of a ventricle's cavity at ED and ES, ml
 *   SV         stroke volume, EDV - ESV, ml
 *   EF         ejection fraction, (EDV - ESV) / EDV, here in per cent
 *   mass       of the left ventricular muscle, its volume times 1.05 g/ml, g
 *
 * A volume is the number of a class's voxels times that of one voxel, as the ACDC challenge has it (Bernard et al., IEEE
 * TMI 2018): no rule for what lies beyond the valves or between the slices.
 */
#ifndef EVAL_CARDIAC_H
#define EVAL_CARDIAC_H

#include "base/err.h"
#include "ten/names.h"

#define CARDIAC_DENSITY 1.05 /* g/ml, of muscle */

/* The classes that the structures are; -1: there is none. */
struct cardiac_classes {
	int rv, myo, lv;
};

/* By their names RV, MYO and LV, in capitals or not. Returns how many of the three there are. */
int cardiac_classes_named(struct cardiac_classes *c, const struct names *names);

/* From "RV,MYO,LV": each the name or the number of a class, or "-" for none. */
int cardiac_classes_parse(struct cardiac_classes *c, const char *text, const struct names *names, struct err *e);

enum cardiac {
	CARDIAC_LV_EDV, CARDIAC_LV_ESV, CARDIAC_LV_SV, CARDIAC_LV_EF,
	CARDIAC_RV_EDV, CARDIAC_RV_ESV, CARDIAC_RV_SV, CARDIAC_RV_EF,
	CARDIAC_MASS_ED, CARDIAC_MASS_ES, CARDIAC_MEASURES
};
const char *cardiac_name(enum cardiac m);      /* "lv_edv_ml", "rv_ef_percent", "myo_mass_ed_g", ... */
int cardiac_class(enum cardiac m, const struct cardiac_classes *c); /* the class it is of, or -1 */

/* measure[CARDIAC_MEASURES] from the ml of every class at ED and at ES. NULL: there is no such volume; what cannot be told
 * is NAN, as is EF without EDV. */
void cardiac_measure(double *measure, const double *ed_ml, const double *es_ml, const struct cardiac_classes *c);

#endif
