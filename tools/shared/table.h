/* table.h - a table (TSV) that a trainer writes line by line while it runs
 *
 * Without checkpoints it appears when it is whole. With them its lines so far lie in FILE.part, survive the end of the
 * program, and a training that goes on takes up behind the last line of its checkpoint.
 */
#ifndef TABLE_H
#define TABLE_H

#include "base/outfile.h"
#include "ten/tensor.h"

struct table {
	const char *name;   /* in a checkpoint's metadata */
	struct outfile out;
	int open, lasting;
	uint64_t bytes;     /* written so far, and their CRC */
	uint32_t crc;
};

/* Dies if it cannot be written. path NULL: no table, and the functions below do nothing. lasting: it outlives the
 * program, and `place`, unless NULL, says where it goes on (table_save). */
void table_open(struct table *t, const char *path, const char *name, int lasting, const struct meta *place);

/* 1: nothing was written yet, so its header line is due. */
int table_is_new(const struct table *t);
void table_print(struct table *t, const char *fmt, ...) PRINTF(2, 3);

/* Puts what was written on disk, and says in m how much that is. */
void table_save(struct table *t, struct meta *m);
void table_close(struct table *t);

#endif
