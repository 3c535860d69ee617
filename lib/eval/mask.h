/* mask.h - what masks of a given number of classes may hold
 *
 * The label of every pixel is a class, 0..classes-1, or the stream's ignore label (metadata `ignore`): of such a
 * pixel nothing is known, and it counts in no loss and in no score.
 */
#ifndef EVAL_MASK_H
#define EVAL_MASK_H

#include <stdint.h>

#include "ten/tensor.h"

/* The ignore label that m tells, -1 without one. It is an error if it is no label or one of the classes: a class cannot be
 * learnt if it is ignored, and 0 is one. */
int mask_ignore(int *ignore, const struct meta *m, int classes, struct err *e);

/* Whether sample `at` of mask [N,H,W] U8 holds only classes and `ignore` (-1: none). The error names sample, x and y. */
int mask_check(const struct tensor *mask, int64_t at, int classes, int ignore, struct err *e);

#endif
