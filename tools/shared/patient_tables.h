/* patient_tables.h - the tables of seg-eval about patients (seg-eval.1 says what is in them) */
#ifndef PATIENT_TABLES_H
#define PATIENT_TABLES_H

#include <stdio.h>

#include "eval/evaluation.h"
#include "eval/patients.h"
#include "ten/names.h"

struct patient_tables {
	const struct evaluation *x;
	const struct names *names;
	const struct patient_list *patients;
	const struct cardiac_classes *hearts; /* NULL: nothing cardiac */
};

void patient_tables_patients(FILE *f, const struct patient_tables *t);

/* Intervals by bootstrap over patients. */
void patient_tables_agreement(FILE *f, const struct patient_tables *t, int replicates, uint64_t seed);

#endif
