/* score.h - all that is measured of one class in one case: a volume, or a slice
 *
 * With T and P the voxels of the class in truth and prediction:
 *
 *   dice      2 |T and P| / (|T| + |P|)     precision  |T and P| / |P|
 *   iou       |T and P| / |T or P|          recall     |T and P| / |T|
 *   true_ml   |T| voxel / 1000              error_ml   pred_ml - true_ml
 *   surface   HD, HD95, ASSD (surface.h)
 *
 * Both empty: dice, iou, precision, recall 1, distances 0. One of them empty: dice and iou 0, distances NAN, and of
 * precision and recall the one with nothing below its line NAN. Without spacing: millilitres and distances NAN.
 *
 * A voxel whose true label is the ignore label belongs to no class in either mask, whatever was predicted there.
 */
#ifndef EVAL_SCORE_H
#define EVAL_SCORE_H

#include "eval/overlap.h"
#include "eval/surface.h"

enum score_empty { EMPTY_NEITHER, EMPTY_BOTH, EMPTY_TRUTH, EMPTY_PRED };

struct score {
	uint64_t truth, pred, hit; /* voxels: |T|, |P|, |T and P| */
	enum score_empty empty;
	double dice, iou, precision, recall;
	double true_ml, pred_ml, error_ml;
	struct surface surface;    /* mm; all NAN for class 0: the background has no surface of its own */
};

/* From counts and from distances that are there already. voxel: mm^3, or NAN. */
struct score score_from(const struct confusion *c, int class, double voxel, const struct surface *surface);

/* score[k] of two label volumes [z][y][x]. A label of k or more is an error, but for `ignore` (-1: none) in truth. */
int score_case(struct score *score, const uint8_t *truth, const uint8_t *pred, const struct raster *g, int k, int ignore,
               struct err *e);

/* What of a score is averaged over volumes (evaluation_mean). */
double score_dice(const struct score *s);
double score_hd95(const struct score *s);
double score_assd(const struct score *s);

/* The surfaces of classes 1..k-1 to surface[k]. No voxel may have the ignore label (score_ignore). */
void score_surfaces(struct surface *surface, const uint8_t *truth, const uint8_t *pred, const struct raster *g, int k);

/* Makes background, in both, of the voxels that are to be ignored. */
void score_ignore(uint8_t *truth, uint8_t *pred, size_t n, int ignore);

#endif
