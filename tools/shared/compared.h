/* compared.h - predictions with their truth, from a stream or from NIfTI files */
#ifndef COMPARED_H
#define COMPARED_H

#include "io/pairs.h"
#include "tool.h"

struct compared {
	struct ten_reader in;
	struct pairs pairs;
	int paired;       /* by files, not in a stream */
	const char *name; /* of the input, for messages */
};

/* path NULL: standard input. A folder by itself is refused: what is beside it goes with it, says `wanted`. */
void compared_open_stream(struct compared *c, const char *path, const char *wanted);
void compared_open_files(struct compared *c, const char *pred, const char *truth, int common, int by_voxel);

/* 1: a record with `pred` and, of files always, `mask`; 0: the end. */
int compared_next(struct compared *c, struct record *r);

/* Dies of what is wrong with a record. */
void compared_refuse(const struct compared *c, const struct record *r, struct err *e) __attribute__((noreturn));
void compared_close(struct compared *c);

#endif
