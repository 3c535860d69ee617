/* all measures of a case, and the edges: empty masks, ignored voxels, no spacing */
#include "eval/score.h"

#include "base/mem.h"

#include "check.h"

static const struct raster row = { 6, 1, 1, { 2, 5, 10 } };

static void
measures(void)
{
	static const uint8_t t[] = { 1, 1, 1, 0, 0, 0 }, p[] = { 0, 1, 1, 1, 1, 0 };
	struct score s[2];
	struct err e;

	CHECK(!score_case(s, t, p, &row, 2, -1, &e), "scored");
	CHECK(s[1].truth == 3 && s[1].pred == 4 && s[1].hit == 2 && s[1].empty == EMPTY_NEITHER, "voxels");
	CHECK_NEAR(s[1].dice, 4.0 / 7, 1e-15, "Dice");
	CHECK_NEAR(s[1].iou, 2.0 / 5, 1e-15, "IoU");
	CHECK_NEAR(s[1].precision, 2.0 / 4, 1e-15, "precision");
	CHECK_NEAR(s[1].recall, 2.0 / 3, 1e-15, "recall");
	CHECK_NEAR(s[1].true_ml, 0.3, 1e-15, "three voxels of 100 mm3");
	CHECK_NEAR(s[1].error_ml, 0.1, 1e-15, "one too many");
	CHECK(s[1].surface.hd == 4 && s[1].surface.assd > 0, "two voxels of 2 mm");
	CHECK(isnan(s[0].surface.hd) && s[0].dice == 2.0 / 5, "the background has an overlap but no surface");
}

static void
empty_masks(void)
{
	static const uint8_t none[6], some[] = { 0, 0, 1, 0, 0, 0 };
	struct score s[2];

	score_case(s, none, none, &row, 2, -1, NULL);
	CHECK(s[1].empty == EMPTY_BOTH && s[1].dice == 1 && s[1].iou == 1 && s[1].precision == 1 && s[1].recall == 1,
	      "nothing to find and nothing found is right");
	CHECK(s[1].surface.hd == 0 && s[1].surface.hd95 == 0 && s[1].surface.assd == 0, "and no distance away");
	score_case(s, none, some, &row, 2, -1, NULL);
	CHECK(s[1].empty == EMPTY_TRUTH && s[1].dice == 0 && s[1].precision == 0 && isnan(s[1].recall), "nothing to find");
	CHECK(isnan(s[1].surface.hd) && s[1].error_ml == 0.1, "no distance from nothing");
	score_case(s, some, none, &row, 2, -1, NULL);
	CHECK(s[1].empty == EMPTY_PRED && s[1].iou == 0 && isnan(s[1].precision) && s[1].recall == 0, "nothing found");
	CHECK(isnan(s[1].surface.assd) && s[1].error_ml == -0.1, "no distance to nothing");
}

static void
ignored(void)
{
	static const uint8_t t[] = { 0, 1, 1, 255, 255, 0 }, p[] = { 0, 1, 1, 1, 1, 1 }, clean[] = { 0, 1, 1, 0, 0, 1 };
	struct raster square = { 3, 2, 1, { 1, 1, 1 } };
	struct score s[2], r[2];
	struct err e;

	CHECK(!score_case(s, t, p, &square, 2, 255, &e) && s[1].pred == 3 && s[1].truth == 2 && s[0].truth == 2,
	      "voxels without truth are not counted");
	score_case(r, (const uint8_t[]){ 0, 1, 1, 0, 0, 0 }, clean, &square, 2, -1, NULL);
	CHECK(s[1].surface.hd == r[1].surface.hd && s[1].surface.assd == r[1].surface.assd, "nor are they surface");
	CHECK(s[0].hit == 1 && r[0].hit == 3, "not even background");
	CHECK(t[3] == 255 && p[3] == 1, "and the masks stay as they were");
	CHECK(score_case(s, t, p, &square, 2, -1, &e) < 0, "otherwise such a label is an error");
	CHECK_STR(e.msg, "true label 255 at pixel 3, expected 0..1", "that says where");
}

static void
without_spacing(void)
{
	static const uint8_t t[] = { 1, 1, 0, 0, 0, 0 };
	struct raster g = { 6, 1, 1, { NAN, 1, 1 } };
	struct score s[2];

	score_case(s, t, t, &g, 2, -1, NULL);
	CHECK(s[1].dice == 1 && isnan(s[1].true_ml) && isnan(s[1].error_ml) && isnan(s[1].surface.hd95),
	      "without spacing there are neither millilitres nor millimetres");
}

int
main(void)
{
	measures();
	empty_masks();
	ignored();
	without_spacing();
	return check_done();
}
