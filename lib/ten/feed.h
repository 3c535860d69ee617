/* feed.h - the samples of a stream, one after the other, whatever its records
 *
 * From a file (that holds one epoch) samples come for as many epochs as asked, each in a random order of its
 * own or in the file's. From a pipe, and from a file that holds several epochs itself, they come as they arrive.
 * Batches never cross an epoch, and begin at multiples of their size within it wherever reading started.
 *
 * An epoch of a file may be told to hold another number of samples than the file has: fewer, the first ones of that
 * epoch's order; or more, round after round through the file, each shuffled on its own. So a few samples make epochs
 * as long as many do.
 *
 * A sample's index counts the samples of its epoch in the input's order, and goes on counting in later rounds: it does
 * not depend on how they are cut into records or batches, nor on whether they are shuffled.
 */
#ifndef TEN_FEED_H
#define TEN_FEED_H

#include "ten/ten.h"

struct sample {
	const struct record *rec;
	int64_t at;               /* index within rec's tensors */
	uint64_t index;           /* within the epoch, in the input's order */
};

struct feed_opt {
	const char *tensor;       /* what counts samples: "image" */
	uint32_t epochs;          /* at least 1; for a file of one epoch */
	uint64_t samples;         /* that an epoch is to hold; 0: as many as the file */
	int shuffle;
	uint64_t seed;            /* of the shuffling: rng_at(seed, RNG_SHUFFLE, epoch, round) */
	int batch;

	/* A pipe need not begin at sample 0 of epoch 0 but where its first record says, and nothing may be missing after
	 * that: each record must begin (`epoch`, `first`) where the one before ended. */
	int strict;

	/* If set, is shown every record before any sample of it is handed out (a file's all at once). Its message
	 * gets the place put before it. */
	int (*check)(void *ctx, const struct record *r, struct err *e);
	void *ctx;
};

struct feed {
	struct feed_opt opt;
	uint64_t count;           /* samples of an epoch; 0: unknown */
	uint64_t epochs;
	struct meta meta;         /* of the input's first record */

	/* of the batch that feed_next returned */
	struct sample *sample;
	int n;
	uint64_t epoch, first;    /* first: place in the epoch of the batch's first sample */

	/* a file */
	struct ten_map map;
	int mapped;
	uint64_t *start;          /* [map.n + 1] samples before each record */
	uint64_t *order;          /* of the round `ordered`, counted over all epochs */
	uint64_t ordered, at;     /* at: samples given, over all epochs */

	/* a pipe: records that samples are still to be taken from, or were just handed out */
	struct ten_reader in;
	struct record **held;
	int holding;
	int64_t used;             /* samples taken from the last one held */
	uint64_t base;            /* samples of its epoch before it */
	uint64_t held_epoch;      /* its epoch */
	int ended;
};

/* path NULL or "-": standard input. */
int feed_open(struct feed *s, const char *path, const struct feed_opt *opt, struct err *e);

/* Passes over n samples: free of cost in a file, read but not used in a pipe. More than there are is an error. */
int feed_skip(struct feed *s, uint64_t n, struct err *e);

/* 1: the next batch, 1..opt.batch samples of one epoch, valid until the next call; 0: the end; -1: error. */
int feed_next(struct feed *s, struct err *e);
const char *feed_name(const struct feed *s); /* of the input, for messages */
void feed_close(struct feed *s);

#endif
