/* pth_machine.h - the stack, marks and memo of the pickle machine, and its input (part of pth_pickle.h)
 *
 * Functions return 0, or -1 and say why; values are those of the pool.
 */
#ifndef IO_PTH_MACHINE_H
#define IO_PTH_MACHINE_H

#include "io/pth_pickle.h"

struct pth_machine {
	struct pth_pickle *in;
	struct pth_pool *pool;
	struct err *e;
	const unsigned char *start, *op;   /* of the pickle; the opcode at work */
	struct pth_value **stack, **memo;  /* memo[i] NULL: nothing put there */
	size_t n, room, memo_room, next;   /* next: where MEMOIZE puts */
	size_t *mark, nmark, mark_room;    /* stack heights */
	struct pth_value *none, *empty;    /* the one None and the one () */
};

int pth_push(struct pth_machine *m, struct pth_value *v); /* v NULL: -1, whoever made it has said why */
int pth_have(struct pth_machine *m, size_t n);            /* are there n values above the last mark? */
struct pth_value *pth_top(struct pth_machine *m);         /* there is one */

/* Takes the last mark away: the values above it are stack[*from..n-1]. */
int pth_take_mark(struct pth_machine *m, size_t *from);

int pth_memo_put(struct pth_machine *m, uint64_t i); /* the value on top */
int pth_memo_get(struct pth_machine *m, uint64_t i);

const unsigned char *pth_take(struct pth_machine *m, uint64_t n); /* the next n bytes; NULL: not there */
int pth_take_number(struct pth_machine *m, uint64_t *v, int bytes); /* little-endian */

#endif
