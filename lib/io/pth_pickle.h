/* pth_pickle.h - an interpreter of pickles that executes nothing
 *
 * A pickle is a program for a machine with a stack and a memo, whose opcodes may call any function of the Python that
 * reads it. This machine knows the opcodes that data are made with (protocols 2 to 5) and a short list of globals
 * (pth_build.c): those that make tensors and dictionaries are done here, in C, and some classes that checkpoints
 * carry along (numpy's numbers, Lightning's hyperparameters, ...) become values without content. Every other opcode
 * and global is refused by its name and place, and so is a call of anything that is not such a global.
 *
 * There is no recursion, so depth costs no stack; every length is checked against the bytes that are there.
 */
#ifndef IO_PTH_PICKLE_H
#define IO_PTH_PICKLE_H

#include "io/pth_value.h"

#define PTH_PICKLE_MOST ((size_t)16 << 20) /* bytes of a pickle: ten times what the largest checkpoints need */

struct pth_pickle {
	const unsigned char *base; /* positions in messages are counted from here */
	const unsigned char *p, *end;
	int ignore_objects;        /* unknown globals are like those without content */
};

/* Runs the pickle at in->p; its value, and in->p behind its end. NULL on error. */
struct pth_value *pth_pickle_run(struct pth_pickle *in, struct pth_pool *pool, struct err *e);

/* --- for the interpreter: what globals are and do (pth_build.c); errors say why, not where --- */

/* "module", "name" as a global. */
struct pth_value *pth_global(struct pth_pool *pool, const unsigned char *module, size_t module_len,
                             const unsigned char *name, size_t name_len, int ignore_objects, struct err *e);

/* What f called with the tuple args makes. */
struct pth_value *pth_call(struct pth_pool *pool, const struct pth_value *f, const struct pth_value *args,
                           struct err *e);

/* The storage that a persistent id names. */
struct pth_value *pth_persistent(struct pth_pool *pool, const struct pth_value *id, struct err *e);

#endif
