/* loop.h - what all trainers do: batches in, a step for each, epochs ended, the state saved now and then
 *
 * The tool gives four functions; the loop calls them, counts, and sees to checkpoints (train/checkpoint.h). A checkpoint
 * is written behind a step: every so often, when SIGINT or SIGTERM comes, when the stream breaks off and when it ends,
 * before the outputs are written. These then take the place of the checkpoint, which is removed.
 */
#ifndef LOOP_H
#define LOOP_H

#include "base/progress.h"
#include "table.h"
#include "train/batches.h"
#include "train/checkpoint.h"

struct loop_options {
	const char *checkpoint, *every;
	int resume;
};
extern struct loop_options loop_options;

#define OPT_CHECKPOINT \
	{ 0, "checkpoint", OPT_OUT, &loop_options.checkpoint, "FILE", "keep the state of training in FILE, to be able to go on", 0, 0, "" }, \
	{ 0, "every", OPT_ASIDE, &loop_options.every, "N|Nm", "steps, or minutes, between checkpoints", 0, 0, "" }, \
	{ 0, "resume", OPT_QUIET, &loop_options.resume, NULL, "go on from the checkpoint, if there is one", 0, 0, "" }

struct trainer {
	void (*step)(void *run);                                   /* one step on loop.in's batch; loop.step were made */
	void (*end_epoch)(void *run, int64_t epoch, double seconds); /* epoch: from 0 */
	void (*save)(void *run, struct record *r);                 /* adds all that the steps change */
	void (*load)(void *run, const struct checkpoint *c);       /* the way back */
};

struct loop {
	struct batches in;
	struct checkpoint_lock lock;
	struct checkpoint from;   /* what training goes on from; rec NULL: it starts */
	int64_t step;             /* made */
	int64_t epoch_first;      /* those made before this epoch */
	struct progress progress;
	struct table history, steps;

	const struct trainer *trainer;
	void *run;
	int64_t epoch, saved;     /* of the last batch; steps made when the state was saved last */
	double epoch_started, saved_at;
	int64_t every_steps;      /* 0: by the clock */
	double every_seconds;
};

/* Opens the checkpoint, if the options say so, and the stream. Before any output is opened. */
void loop_open(struct loop *l, const char *path, const struct batch_tensor *t, int n);

/* Opens the tables of epochs and steps, NULL for none. */
void loop_tables(struct loop *l, const char *history, const char *steps);

/* Trains until the stream ends. steps: as many as are expected, 0 unknown. */
void loop_run(struct loop *l, const struct trainer *trainer, void *run, int64_t steps);

/* Closes the tables. */
void loop_close_tables(struct loop *l);

/* All outputs are written: removes the checkpoint. */
void loop_close(struct loop *l);

#endif
