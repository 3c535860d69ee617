/* stack.h - the slices of a volume, true and predicted, kept until they are all there
 *
 * They may come in any order and any number at a time.
 */
#ifndef EVAL_STACK_H
#define EVAL_STACK_H

#include <stdint.h>

#include "base/err.h"

struct stack {
	int64_t n;             /* slices so far */
	int64_t h, w;
	int uneven;            /* they are not all of one size: none are kept */
	int64_t *place;        /* [n] where in the volume each belongs */
	uint8_t *truth, *pred; /* [n][h][w] */
	int64_t room;
};

/* Copies n slices, the first of which belongs at `place`; a zeroed stack is empty. */
void stack_add(struct stack *s, const uint8_t *truth, const uint8_t *pred, int64_t n, int64_t h, int64_t w, int64_t place);

/* Brings them in order. -1: they are no volume: of different sizes, one is missing between two others, or is there twice. */
int stack_sort(struct stack *s, struct err *e);
void stack_free(struct stack *s); /* leaves an empty one */

#endif
