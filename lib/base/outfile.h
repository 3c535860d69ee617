/* outfile.h - output files that appear whole or not at all
 *
 * Data goes to a file without a name in the same folder, or with a temporary one where that cannot be; outfile_close
 * flushes and syncs it and puts it in place. A program that ends any other way takes it with it; a file with a
 * temporary name outlives SIGKILL alone. Standard output and things that are not regular files (pipes, devices) are
 * written directly; a terminal is refused for binary data.
 */
#ifndef BASE_OUTFILE_H
#define BASE_OUTFILE_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct outfile {
	FILE *f;
	char *path; /* as given; "standard output" for NULL or "-" */
	char *tmp;  /* temporary name; NULL when written directly */
	int nameless; /* the temporary file gets its name only when it is whole */
	struct cleanup *cleanup;
};

enum outfile_kind { OUTFILE_BINARY, OUTFILE_TEXT };

int outfile_open(struct outfile *o, const char *path, enum outfile_kind kind, struct err *e);

/* For a text that grows for days and is to outlive the death of the program: its temporary name is PATH.part, which stays
 * when the program ends early. The first `bytes` bytes of it, whose CRC (crc.h) must be this one, are gone on from, what
 * comes after them is forgotten; with 0 bytes it starts anew. They may also stand in PATH, if the program died after it
 * was closed. A file that another program is writing is refused. What is written directly (see above) just goes on. */
int outfile_resume(struct outfile *o, const char *path, uint64_t bytes, uint32_t crc, struct err *e);

/* Every byte so far is on disk when this returns 0. */
int outfile_sync(struct outfile *o, struct err *e);

/* Every byte is on disk under the final name when this returns 0. On -1 nothing is. Either way o is closed. */
int outfile_close(struct outfile *o, struct err *e);

/* Gives up: removes what was written, but for a PATH.part. Harmless on a closed or zeroed o. */
void outfile_discard(struct outfile *o);

/* A rename survives a power cut only once the folder that this path is in is on disk: puts it there. */
void outfile_sync_folder(const char *path);

/* If fd is a pipe: gives it the largest buffer there is to be had, so that its two ends wait for each other less. */
void outfile_widen(int fd);

#endif
