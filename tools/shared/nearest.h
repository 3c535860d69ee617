/* nearest.h - a file's samples, each followed by those whose features point the same way */
#ifndef NEAREST_H
#define NEAREST_H

#include "tool.h"

struct nearest {
	struct ten_map file;
	int k;
	const char *unlike;            /* metadata that neighbours must not share; NULL: they may */
	float *features;               /* [n][dim] */
	int64_t n, room, dim;
	struct nearest_place {
		int record;
		int64_t sample;
	} *place;                      /* [n] in the file */
};

/* Pipes are refused: the images are wanted once more when all features are known. */
void nearest_open(struct nearest *s, const char *path, int k, const char *unlike);

/* Record number `record` of the file, with `features` [N,D]. */
void nearest_gather(struct nearest *s, const struct record *r, int record);

/* Each sample with all its tensors as a record by itself, then its k nearest, the nearest first. Metadata are those of the
 * sample, and `neighbour` (0 for itself, then 1..k), `cosine`, and `sample`, the number in the file; and the provenance of the
 * weights that made the features. */
void nearest_write(struct nearest *s, struct ten_writer *out, const struct meta *weights);
void nearest_close(struct nearest *s);

#endif
