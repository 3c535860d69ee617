/* outfile.h - output files that appear whole or not at all
 *
 * Data goes to a temporary name in the same folder; outfile_close flushes, syncs and renames it. A program
 * that ends any other way (die, SIGINT, SIGTERM, SIGHUP) takes the temporary file with it. Standard output
 * and things that are not regular files (pipes, devices) are written directly; a terminal is refused for
 * binary data.
 */
#ifndef BASE_OUTFILE_H
#define BASE_OUTFILE_H

#include <stdio.h>

#include "base/err.h"

struct outfile {
	FILE *f;
	char *path; /* as given; "standard output" for NULL or "-" */
	char *tmp;  /* temporary name; NULL when written directly */
	struct cleanup *cleanup;
};

enum outfile_kind { OUTFILE_BINARY, OUTFILE_TEXT };

int outfile_open(struct outfile *o, const char *path, enum outfile_kind kind, struct err *e);

/* Every byte is on disk under the final name when this returns 0. On -1 nothing is. Either way o is closed. */
int outfile_close(struct outfile *o, struct err *e);

/* Gives up: removes what was written. Harmless on a closed or zeroed o. */
void outfile_discard(struct outfile *o);

/* If fd is a pipe: gives it the largest buffer there is to be had, so that its two ends wait for each other less. */
void outfile_widen(int fd);

#endif
