/* inspect_read.h - a file read to its end, and what is met on the way; of use to inspect*.c only
 */
#ifndef IO_INSPECT_READ_H
#define IO_INSPECT_READ_H

#include "io/inspect.h"

/* Where something was met first (x, y, z and frame), and how often it was. */
struct inspect_met {
	int64_t times, at[4];
	double value;
};

/* What is gathered. */
struct inspect_gather {
	struct inspect_file *f;
	const struct dataset *set; /* of a mask; NULL: an image */
	int64_t *label;            /* [256] */
	double sum[INSPECT_PLANES];
	struct inspect_met odd, unknown, fraction, coloured;
};

/* Fills g->f. 0: the file was read; 1: it was, but not all of it makes sense, e says why; -1: it could not be read. */
int inspect_read(struct inspect_gather *g, const char *path, struct err *e);

#endif
