/* place.h - where in its stream a training stands, as metadata of a checkpoint
 *
 * place.epoch, place.first: of the next sample, if its epoch has one; place.seen: samples so far, those left over at ends of
 * epochs included (what ssl-augment skips); place.dropped: those left over; place.shape.I: that of a batch's tensor I;
 * stream.*: the metadata of the stream's first record.
 */
#ifndef TRAIN_PLACE_H
#define TRAIN_PLACE_H

#include "ten/tensor.h"

struct place {
	uint64_t epoch, first, seen;
	int64_t dropped;
	struct meta stream;
};

void place_save(struct meta *m, const struct place *p);
void place_save_shape(struct meta *m, int i, const int64_t *dim, int ndim);

/* The caller frees p->stream. */
int place_load(struct place *p, const struct meta *m, struct err *e);
int place_load_shape(int64_t *dim, int ndim, const struct meta *m, int i, struct err *e);

/* Whether streams with this metadata are the same, by the commands that made them (but for --skip, which is how one begins
 * in the middle) and the files that these read, their lengths, their normalisation, their ignore label and their grid. */
int place_same_stream(const struct meta *a, const struct meta *b, struct err *e);

#endif
