/* overlap.h - how well labels agree: confusion matrix, Dice, IoU
 *
 * With n[t][p] the number of pixels of true class t that were labelled p, T_c = sum_p n[c][p] the true and
 * P_c = sum_t n[t][c] the predicted pixels of class c:
 *
 *   Dice_c = 2 n[c][c] / (T_c + P_c)          IoU_c = n[c][c] / (T_c + P_c - n[c][c])
 *
 * What the numbers are of is decided by what is counted together: the pixels of a slice, of a volume or of a
 * whole data set ("pooled"). A class that is absent from both truth and prediction has neither Dice nor IoU;
 * means either skip it or count it as 1 (enum absent). A class absent from one only scores 0.
 *
 * Counts are whole numbers, so parts that threads counted may be merged in any order.
 */
#ifndef EVAL_OVERLAP_H
#define EVAL_OVERLAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct confusion {
	int k;        /* classes; 0 is the background */
	uint64_t *n;  /* [k][k], truth by prediction */
};

void confusion_init(struct confusion *c, int k); /* 1..256 classes, all counts 0 */
void confusion_free(struct confusion *c);
void confusion_clear(struct confusion *c);

/* Counts `count` pixels. A label of k or more is an error that names its index; nothing is counted then. */
int confusion_add(struct confusion *c, const uint8_t *truth, const uint8_t *pred, size_t count, struct err *e);

/* The same, but a pixel whose true label is `ignore` (-1: none) is not counted, whatever was predicted there. */
int confusion_add_but(struct confusion *c, const uint8_t *truth, const uint8_t *pred, size_t count, int ignore,
                      struct err *e);
void confusion_merge(struct confusion *dst, const struct confusion *src); /* of equal k */

uint64_t confusion_truth(const struct confusion *c, int class); /* T_c */
uint64_t confusion_pred(const struct confusion *c, int class);  /* P_c */
double confusion_dice(const struct confusion *c, int class);    /* NAN: absent from both */
double confusion_iou(const struct confusion *c, int class);     /* NAN: absent from both */
double confusion_accuracy(const struct confusion *c);           /* pixels labelled right; NAN without pixels */

enum absent {
	ABSENT_SKIP, /* the mean is over the classes that occur; NAN when none does */
	ABSENT_ONE   /* nothing to find and nothing found is right: 1.0 */
};

/* Mean over the classes from..k-1: from 0 with the background, from 1 the foreground. */
double confusion_mean_dice(const struct confusion *c, int from, enum absent absent);
double confusion_mean_iou(const struct confusion *c, int from, enum absent absent);

/* Means over slices (or volumes) of each one's own scores. Add them in a fixed order: sums are rounded. A part without
 * pixels (all of them ignored) shows nothing and is left out.
 *
 *   macro      mean over slices of the mean over all classes, a class absent from both counting 1.0
 *              (torchmetrics' macro average with absent_score = 1; what the paper's code reports)
 *   per class  mean over the slices that have the class in truth or prediction
 *   foreground mean of the per-class means from class 1 on; classes that never occur are skipped
 */
struct overlap_mean {
	int k;
	uint64_t parts;              /* slices added */
	double macro_iou, macro_dice; /* sums over parts */
	double *iou, *dice;          /* [k] sums over parts that have the class */
	uint64_t *present;           /* [k] number of those */
};

void overlap_mean_init(struct overlap_mean *m, int k);
void overlap_mean_free(struct overlap_mean *m);
void overlap_mean_add(struct overlap_mean *m, const struct confusion *part); /* one slice's counts */

double overlap_mean_macro_iou(const struct overlap_mean *m);  /* NAN without slices */
double overlap_mean_macro_dice(const struct overlap_mean *m);
double overlap_mean_iou(const struct overlap_mean *m, int class); /* NAN: never present */
double overlap_mean_dice(const struct overlap_mean *m, int class);
double overlap_mean_foreground_iou(const struct overlap_mean *m);
double overlap_mean_foreground_dice(const struct overlap_mean *m);

#endif
