/* batches.h - from a stream of samples to a trainer's batches: dense arrays of one fixed size
 *
 * A batch never crosses an epoch: what is left over at an epoch's end is dropped and counted. The first record
 * decides the shapes; later ones must agree, as they must in how they are normalised and on what grid they are.
 *
 * A training that was interrupted goes on from a place: a pipe must begin there (ssl-augment --resume), which is what
 * `epoch` and `first` in its metadata tell; a file is gone through up to there. Any other stream is refused, as is
 * one that other commands made, but for --skip.
 *
 * A schedule needs to know beforehand how long training will be. A file of one epoch is counted; a stream may
 * announce it (`samples` in an epoch, `epochs`); otherwise it stays unknown and steps is 0.
 */
#ifndef TRAIN_BATCHES_H
#define TRAIN_BATCHES_H

#include "ten/feed.h"
#include "train/place.h"

#define BATCH_TENSORS 2

struct batch_tensor {
	const char *name;
	enum ten_dtype dtype;    /* wanted: TEN_F32 (anything is converted), TEN_U8 or TEN_I64 (must be that) */
	int ndim;                /* wanted, samples included */
	int64_t dim[TEN_MAXDIM]; /* dim[0] is the batch size */
	int64_t size;            /* elements of one sample */
	void *data;              /* [batch, ...] */
};

struct batches {
	struct feed feed;
	struct batch_tensor t[BATCH_TENSORS];
	int n, size;             /* tensors; samples of a batch */
	int said;                /* whether `alike` is known */
	struct meta alike;       /* what all records say of their pixels */
	int64_t epochs;
	int64_t steps_per_epoch; /* 0: unknown */
	int64_t steps;           /* in the whole stream; 0: unknown */
	int64_t dropped;         /* samples left over so far */
	uint64_t seen;           /* samples of the stream so far, those left over included */
	struct place place;      /* behind the last batch; its metadata are feed.meta */
};

/* t[n]: name, dtype and ndim are given. path NULL: standard input. An epoch that is known to be smaller than a
 * batch is an error. */
int batches_open(struct batches *b, const char *path, int size, const struct batch_tensor *t, int n, struct err *e);

/* The same for a training that may be interrupted: the stream's records must follow one another. place: metadata that
 * batches_save wrote, to go on behind that batch; NULL: training starts, and so must the stream. feed.meta is then that of
 * the stream's beginning, and a stream that is over already has no samples. */
int batches_resume(struct batches *b, const char *path, int size, const struct batch_tensor *t, int n,
                   const struct meta *place, struct err *e);

/* The place behind the last batch, as metadata stream.*. */
void batches_save(struct meta *m, const struct batches *b);

/* 1: t[].data hold a full batch of epoch b->feed.epoch; 0: the stream is over; -1: error. */
int batches_next(struct batches *b, struct err *e);
size_t batches_bytes(const struct batches *b); /* memory for a batch and the records it comes from */
const char *batches_name(const struct batches *b); /* of the input, for messages */
void batches_close(struct batches *b);

#endif
