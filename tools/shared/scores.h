/* scores.h - the tables of seg-eval about classes, volumes and slices (seg-eval.1 says what is in them)
 *
 * A number that does not exist is written "nan"; control characters in names become '?'.
 */
#ifndef SCORES_H
#define SCORES_H

#include <stdio.h>

#include "eval/choose.h"
#include "eval/evaluation.h"
#include "ten/names.h"

void scores_put_name(FILE *f, const char *s, char end);
double scores_real(double x); /* x, a NAN without the sign that printf would show */

void scores_summary(FILE *f, const struct evaluation *x, const struct names *names);
void scores_volumes(FILE *f, const struct evaluation *x, const struct names *names);
void scores_worst(FILE *f, const struct evaluation *x, const struct names *names);
void scores_confusion(FILE *f, const struct evaluation *x, const struct names *names);
void scores_slice_header(FILE *f, const struct names *names);
void scores_slice(FILE *f, const struct volume *v, int64_t slice, const struct confusion *c,
                  const struct surface *surface);
void scores_choice(FILE *f, const struct choice *c, const struct names *names);

#endif
