/* evaluation.h - records of true and predicted masks, scored slice by slice, volume by volume and all together
 *
 * Overlap is counted as slices come. Distances take a whole volume: its slices are kept until there are as many as the
 * metadata `slices` says, or until the end where it says nothing; so memory is that of one volume where records come in
 * order. A volume whose slices are not all there, each once and of one size, has no distances.
 */
#ifndef EVAL_EVALUATION_H
#define EVAL_EVALUATION_H

#include "eval/volumes.h"

struct evaluation {
	int k, ignore;             /* classes; label of pixels without truth, -1: none */
	int slice_surfaces;        /* whether distances of slices are wanted */
	struct confusion all;
	struct overlap_mean slices;
	struct volume_list volumes;

	/* called, unless NULL, for every slice as it comes, with its counts and distances[k] (NULL if they are not wanted), and
	 * for every volume when it is whole, with its slices in order in v->stack, as they came */
	void (*on_slice)(void *ctx, const struct volume *v, int64_t slice, const struct confusion *c,
	                 const struct surface *surface);
	void (*on_volume)(void *ctx, const struct volume *v);
	void *ctx;
};

void evaluation_init(struct evaluation *x, int k, int ignore);
void evaluation_free(struct evaluation *x);

/* A record with `mask` and `pred` [N,H,W] U8 and metadata. */
int evaluation_add(struct evaluation *x, const struct record *r, struct err *e);

/* Means over the volumes that have a value (NAN: none has), of one class, and of those the mean over the classes from 1 on. */
double evaluation_mean(const struct evaluation *x, int class, double (*get)(const struct score *s));
double evaluation_foreground(const struct evaluation *x, double (*get)(const struct score *s));

/* After the last record: measures the volumes that were not known to be whole. */
void evaluation_end(struct evaluation *x);

#endif
