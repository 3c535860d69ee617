/* overlap: Dice and IoU on counts small enough to check by hand, and what absence means */
#include "eval/overlap.h"

#include "check.h"

static const uint8_t truth[] = { 0, 0, 0, 1, 1, 1, 2, 2, 0, 0 };
static const uint8_t pred[]  = { 0, 0, 1, 1, 1, 0, 0, 0, 0, 0 };

static void
by_hand(void)
{
	struct confusion c;
	struct err e;

	confusion_init(&c, 4);
	CHECK(!confusion_add(&c, truth, pred, 10, &e), "labels within the classes are counted");
	CHECK(c.n[0] == 4 && c.n[1] == 1 && c.n[4] == 1 && c.n[5] == 2 && c.n[8] == 2 && c.n[10] == 0,
	      "rows are truth, columns prediction");
	CHECK(confusion_truth(&c, 0) == 5 && confusion_pred(&c, 0) == 7, "margins");
	CHECK_NEAR(confusion_dice(&c, 0), 8.0 / 12, 1e-15, "dice of the background");
	CHECK_NEAR(confusion_dice(&c, 1), 4.0 / 6, 1e-15, "dice of class 1");
	CHECK_NEAR(confusion_iou(&c, 0), 4.0 / 8, 1e-15, "iou of the background");
	CHECK_NEAR(confusion_iou(&c, 1), 2.0 / 4, 1e-15, "iou of class 1");
	CHECK(confusion_dice(&c, 2) == 0 && confusion_iou(&c, 2) == 0, "a class that is missed scores 0");
	CHECK(isnan(confusion_dice(&c, 3)) && isnan(confusion_iou(&c, 3)), "a class absent from both has no score");
	CHECK_NEAR(confusion_accuracy(&c), 0.6, 1e-15, "accuracy");
	CHECK_NEAR(confusion_mean_iou(&c, 0, ABSENT_ONE), (0.5 + 0.5 + 0 + 1) / 4, 1e-15, "absent counts as 1");
	CHECK_NEAR(confusion_mean_iou(&c, 0, ABSENT_SKIP), (0.5 + 0.5 + 0) / 3, 1e-15, "or is skipped");
	CHECK_NEAR(confusion_mean_dice(&c, 1, ABSENT_SKIP), (4.0 / 6 + 0) / 2, 1e-15, "the foreground begins at 1");
	confusion_free(&c);
}

static void
refusals(void)
{
	static const uint8_t bad[] = { 0, 3, 4, 0 };
	struct confusion c;
	struct err e;

	confusion_init(&c, 4);
	CHECK(confusion_add(&c, bad, truth, 4, &e) < 0, "a true label outside the classes is refused");
	CHECK_STR(e.msg, "true label 4 at pixel 2, expected 0..3", "and named");
	CHECK(confusion_add(&c, truth, bad, 4, &e) < 0 && strstr(e.msg, "predicted"), "a predicted one too");
	CHECK(confusion_truth(&c, 0) == 0 && isnan(confusion_accuracy(&c)), "nothing was counted");
	confusion_free(&c);
}

static void
ignored(void)
{
	static const uint8_t t[] = { 0, 255, 1, 255, 1 }, p[] = { 0, 1, 1, 0, 0 }, bad[] = { 255, 0, 0, 0, 0 };
	struct confusion c;
	struct err e;

	confusion_init(&c, 2);
	CHECK(!confusion_add_but(&c, t, p, 5, 255, &e), "a label to be ignored need not be a class");
	CHECK(c.n[0] == 1 && c.n[1] == 0 && c.n[2] == 1 && c.n[3] == 1, "and is not counted, whatever was predicted there");
	CHECK(confusion_add_but(&c, t, bad, 5, 255, &e) < 0, "it cannot be predicted");
	CHECK(confusion_add_but(&c, t, p, 5, 254, &e) < 0, "no other label is");
	confusion_clear(&c);
	CHECK(!confusion_add_but(&c, p, p, 5, 1, &e) && c.n[0] == 3 && c.n[3] == 0, "it may be a class too");
	confusion_free(&c);
}

static void
means(void)
{
	static const uint8_t empty[4];
	struct overlap_mean m;
	struct confusion a, b, none;
	struct err e;

	confusion_init(&a, 3);
	confusion_init(&b, 3);
	confusion_init(&none, 3);
	overlap_mean_init(&m, 3);
	CHECK(isnan(overlap_mean_macro_iou(&m)) && isnan(overlap_mean_foreground_dice(&m)), "no slices, no means");
	CHECK(!confusion_add(&a, truth, pred, 10, &e) && !confusion_add(&b, empty, empty, 4, &e), "two slices");
	overlap_mean_add(&m, &a);
	overlap_mean_add(&m, &none);
	overlap_mean_add(&m, &b);
	CHECK(m.parts == 2, "a slice whose pixels are all ignored is none");
	CHECK_NEAR(overlap_mean_macro_iou(&m), (1.0 / 3 + 1) / 2, 1e-15, "macro: an empty slice is perfect");
	CHECK_NEAR(overlap_mean_iou(&m, 0), (0.5 + 1) / 2, 1e-15, "the background is in both");
	CHECK_NEAR(overlap_mean_iou(&m, 1), 0.5, 1e-15, "class 1 in one slice only");
	CHECK_NEAR(overlap_mean_foreground_dice(&m), (4.0 / 6 + 0) / 2, 1e-15, "foreground mean");
	confusion_merge(&a, &b);
	CHECK(confusion_truth(&a, 0) == 9, "counts merge");
	confusion_free(&a);
	confusion_free(&b);
	confusion_free(&none);
	overlap_mean_free(&m);
}

int
main(void)
{
	by_hand();
	refusals();
	ignored();
	means();
	return check_done();
}
