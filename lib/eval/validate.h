/* validate.h - a U-Net in training, measured on whole slices
 *
 * Reads a stream of `image` and `mask` through a map each time, so memory stays that of a record; slices keep
 * their size (segmenter.h pads them). Pixels with the ignore label of their record (mask.h) count nowhere, nor does a
 * slice that has no others.
 */
#ifndef EVAL_VALIDATE_H
#define EVAL_VALIDATE_H

#include "eval/overlap.h"
#include "model/segmenter.h"
#include "nn/loss.h"
#include "ten/ten.h"

struct validator {
	struct ten_map map;
	struct segmenter *segmenter;
	enum seg_loss loss_kind;
	double loss;              /* mean over slices of the loss of the record each is in */
	struct confusion pooled;  /* over all pixels */
	struct overlap_mean mean; /* over slices */
};

/* Checks every record's shapes, labels and normalisation at once: bad validation data is found before training. */
int validator_open(struct validator *v, const char *path, struct segmenter *s, enum seg_loss loss, struct err *e);

/* Fills loss, pooled and mean anew. */
int validator_run(struct validator *v, struct err *e);
void validator_close(struct validator *v);

#endif
