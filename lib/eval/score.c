#include "eval/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static double
share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : NAN;
}

static enum score_empty
emptiness(uint64_t truth, uint64_t pred)
{
	if (!truth && !pred)
		return EMPTY_BOTH;
	return !truth ? EMPTY_TRUTH : !pred ? EMPTY_PRED : EMPTY_NEITHER;
}

struct score
score_from(const struct confusion *c, int class, double voxel, const struct surface *surface)
{
	struct score s = { .truth = confusion_truth(c, class), .pred = confusion_pred(c, class), .surface = *surface };

	s.hit = c->n[class * c->k + class];
	s.empty = emptiness(s.truth, s.pred);
	s.dice = s.empty == EMPTY_BOTH ? 1 : confusion_dice(c, class);
	s.iou = s.empty == EMPTY_BOTH ? 1 : confusion_iou(c, class);
	s.precision = s.empty == EMPTY_BOTH ? 1 : share(s.hit, s.pred);
	s.recall = s.empty == EMPTY_BOTH ? 1 : share(s.hit, s.truth);
	s.true_ml = (double)s.truth * voxel / 1000;
	s.pred_ml = (double)s.pred * voxel / 1000;
	s.error_ml = s.pred_ml - s.true_ml;
	return s;
}

void
score_ignore(uint8_t *truth, uint8_t *pred, size_t n, int ignore)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (truth[i] == ignore)
			truth[i] = pred[i] = 0;
}

void
score_surfaces(struct surface *surface, const uint8_t *truth, const uint8_t *pred, const struct raster *g, int k)
{
	int i;

	surface[0] = (struct surface){ NAN, NAN, NAN };
	for (i = 1; i < k; i++)
		surface[i] = surface_compare(truth, pred, i, g);
}

int
score_case(struct score *score, const uint8_t *truth, const uint8_t *pred, const struct raster *g, int k, int ignore,
           struct err *e)
{
	size_t n = raster_voxels(g);
	struct surface *surface = mem_array((size_t)k, sizeof *surface);
	struct confusion c;
	uint8_t *copy;
	int i, rc;

	confusion_init(&c, k);
	rc = confusion_add_but(&c, truth, pred, n, ignore, e);
	if (!rc) {
		copy = memcpy(mem_array(2 * n, 1), truth, n);
		memcpy(copy + n, pred, n);
		score_ignore(copy, copy + n, n, ignore);
		score_surfaces(surface, copy, copy + n, g, k);
		free(copy);
		for (i = 0; i < k; i++)
			score[i] = score_from(&c, i, raster_voxel(g), &surface[i]);
	}
	confusion_free(&c);
	free(surface);
	return rc;
}

double
score_dice(const struct score *s)
{
	return s->dice;
}

double
score_hd95(const struct score *s)
{
	return s->surface.hd95;
}

double
score_assd(const struct score *s)
{
	return s->surface.assd;
}
