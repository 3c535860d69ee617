/* report.h - one page about a prediction run
 *
 * Figures come from eval/; nothing is computed here but what is shown of them. Equal input gives equal bytes: no dates.
 */
#ifndef PAGE_REPORT_H
#define PAGE_REPORT_H

#include <stdio.h>

#include "eval/evaluation.h"
#include "eval/patients.h"
#include "page/worst.h"

struct report {
	const char *title;
	const struct evaluation *x;
	const struct names *names;             /* of all x->k classes */
	const struct patient_list *patients;
	const struct cardiac_classes *hearts;  /* NULL: no heart */
	int truth;                             /* 0: predictions only; x holds them as truth too */
	const struct worst *worst;             /* ended */
	int replicates;                        /* of bootstrap intervals */
	uint64_t seed;
	const struct meta *meta;               /* provenance of the input */
	const char *command;                   /* that made the page */
};

void report_write(FILE *f, const struct report *r);

/* Its parts, each a file. */
void report_tables(FILE *f, const struct report *r); /* patients and volumes */
void report_plots(FILE *f, const struct report *r);  /* hearts and volumes, with the figures of agreement */
void report_name(FILE *f, const struct volume *v);   /* "patient001 frame 1 (ED)", escaped */

#endif
