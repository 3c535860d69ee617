/* ten.h - read, write and map tensor streams (ten.5)
 *
 * A stream is records back to back: u64 little-endian header length, JSON header, data. Records are numbered
 * (seq) from 0; the last one carries eos, so a stream that was cut anywhere is noticed. A safetensors file
 * from elsewhere (one record, neither seq nor eos) is accepted as a stream of one record.
 *
 * Errors name the stream, the record and its byte offset.
 */
#ifndef TEN_TEN_H
#define TEN_TEN_H

#include "base/outfile.h"
#include "ten/header.h"
#include "ten/tensor.h"

/* --- reading in order; memory is that of one record --- */

struct ten_reader {
	int fd;
	char *name;          /* for messages */
	uint64_t offset;     /* bytes consumed */
	uint64_t header_max;
	int64_t seq;         /* of the next record */
	int ended, foreign;
};

/* path NULL or "-": standard input. Weights files may have a larger header. */
int ten_open(struct ten_reader *r, const char *path, struct err *e);
int ten_open_weights(struct ten_reader *r, const char *path, struct err *e);

/* 1: rec holds the next record (its former content is freed); 0: the stream has ended as it should; -1 error.
 * The metadata keys seq, crc32 and eos are checked and removed. An empty stream's one empty record is not
 * returned. */
int ten_read(struct ten_reader *r, struct record *rec, struct err *e);
void ten_close(struct ten_reader *r);

/* The only record of a weights file. */
int ten_read_weights(struct record *rec, const char *path, struct err *e);

/* --- writing; the newest record is held back until it is known whether it is the last. A header that would not be read is
 * an error. --- */

struct ten_writer {
	struct outfile out;
	struct record held;
	int holding, ended;
	int64_t seq;
	uint64_t offset;
};

int ten_create(struct ten_writer *w, const char *path, struct err *e); /* NULL or "-": standard output */

/* Takes rec's content and leaves it empty. */
int ten_write(struct ten_writer *w, struct record *rec, struct err *e);

/* Writes the record held back, if there is one, now that another is sure to come, and moves it to spare: a loop that
 * fills spare again saves itself the page faults of new memory. */
int ten_push(struct ten_writer *w, struct record *spare, struct err *e);

/* Writes the last record with its end mark, and leaves only the name to be given, by ten_finish: where several files are to
 * appear together or not at all. */
int ten_end(struct ten_writer *w, struct err *e);

/* Writes the last record with its end mark (an empty one if there was none) and closes. */
int ten_finish(struct ten_writer *w, struct err *e);
void ten_discard(struct ten_writer *w);

/* --- random access to a file --- */

struct ten_map {
	char *name;
	unsigned char *base;
	size_t size;
	uint64_t header_max;
	struct ten_map_entry {
		struct record rec;     /* tensors point into the file */
		uint64_t data, bytes;  /* the data section, for the checksum */
		struct frame frame;
		int checked;
	} *entry;
	int n;
};

/* Reads and checks every header. Returns 1 (and no error) if the input cannot be mapped because it is a pipe
 * or the like. path NULL or "-": standard input. Weights files, and checkpoints, may have a larger header. */
int ten_map(struct ten_map *m, const char *path, struct err *e);
int ten_map_weights(struct ten_map *m, const char *path, struct err *e);

/* Record i, its checksum verified the first time it is asked for. Read-only; NULL on error. Not thread-safe. */
const struct record *ten_map_record(struct ten_map *m, int i, struct err *e);
void ten_unmap(struct ten_map *m);

#endif
