/* classify.h - a classifier in training, measured on images it does not learn from
 *
 * Reads a stream of `image` (N,C,H,W), of the size and normalisation the classifier learns from, and `label`
 * through a map each time, so memory stays that of a record.
 */
#ifndef EVAL_CLASSIFY_H
#define EVAL_CLASSIFY_H

#include "model/classifier.h"
#include "ten/ten.h"

struct classify {
	struct ten_map map;
	struct classifier *classifier;
	float *images, *logits; /* of a batch */
	double loss;            /* mean cross-entropy, without smoothing */
	double top1, top5;      /* parts of the images whose class had the largest logit, or one of the five largest */
	int64_t n;              /* images */
};

/* Checks every record's shapes, labels and normalisation at once; normalize is what the training stream says of itself
 * (NULL: nothing). */
int classify_open(struct classify *v, const char *path, struct classifier *c, const char *normalize, struct err *e);

/* Fills loss, top1 and top5 anew. */
int classify_run(struct classify *v, struct err *e);
void classify_close(struct classify *v);

/* How many of the k logits are above that of the class `label`; equal ones count if they stand before it. NaN counts as
 * above everything. 0: it is the answer. */
int classify_rank(const float *logits, int k, int64_t label);

#endif
