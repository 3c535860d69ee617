/* converge: thresholds, censoring and speed-ups by hand; what the bootstrap may do */
#include "eval/converge.h"

#include "eval/summary.h"

#include "check.h"

static const double slow[] = { 0.1, 0.2, 0.4, 0.8, 0.7 }, fast[] = { 0.5, 0.9, 0.6, 1.0 }, late[] = { 0.2, 0.3, 0.9 };

/* arms: "a" with slow and late, "b" with fast */
static void
build(struct converge *c, int last)
{
	converge_init(c, last);
	converge_add(c, "a", "1", slow, 5);
	converge_add(c, "b", "1", fast, 4);
	converge_add(c, "a", "2", late, 3);
}

static void
by_hand(void)
{
	struct converge_epochs n;
	struct converge c;

	build(&c, 1);
	CHECK(c.arms == 2 && converge_arm(&c, "b") == 1 && converge_arm(&c, "c") < 0, "arms in order of appearance");
	CHECK(converge_add(&c, "a", "2", fast, 4) < 0, "a seed comes once in an arm");
	CHECK_NEAR(converge_final(&c, 0), 0.8, 1e-15, "final value: the mean of the last scores");
	CHECK(converge_best(&c) == 1 && converge_final(&c, 1) == 1.0, "the best arm");
	CHECK_NEAR(converge_threshold(&c, 0.8), 0.8, 1e-15, "a share of its final value");
	CHECK(curve_epochs(&c.curve[0], 0.8) == 4 && curve_epochs(&c.curve[0], 0.05) == 1, "epochs count from 1");
	CHECK(curve_epochs(&c.curve[1], 0.85) == 2, "falling below again does not matter");
	CHECK(curve_epochs(&c.curve[0], 0.81) == 0, "a curve that never gets there");
	n = converge_epochs(&c, 0, 0.85);
	CHECK(n.mean == 4 && n.censored == 1, "a censored run counts as the epochs it had");
	CHECK_NEAR(n.sd, sqrt(2), 1e-15, "deviation over runs");
	n = converge_epochs(&c, 1, 0.85);
	CHECK(n.mean == 2 && n.censored == 0 && isnan(n.sd), "one run has no deviation");
	converge_free(&c);
	build(&c, 4);
	CHECK_NEAR(converge_final(&c, 0), ((0.2 + 0.4 + 0.8 + 0.7) / 4 + (0.2 + 0.3 + 0.9) / 3) / 2, 1e-15,
	           "mean of the last four, or of all there are");
	converge_free(&c);
}

static void
resampled(void)
{
	enum { B = 4000 };
	static double epochs[B * 2], again[B * 2];
	double interval[2];
	int b, seen[3] = { 0 };
	struct converge c;

	build(&c, 1);
	converge_bootstrap(epochs, &c, 0.7, B, 1); /* threshold 0.7: 4 epochs for slow, 3 for late, 2 for fast */
	for (b = 0; b < B; b++)
		seen[epochs[2 * b] == 4 ? 0 : epochs[2 * b] == 3.5 ? 1 : epochs[2 * b] == 3 && epochs[2 * b + 1] == 2 ? 2 : 0]++;
	CHECK(seen[0] + seen[1] + seen[2] == B && fabs(seen[1] - B / 2.0) < 150 && fabs(seen[0] - B / 4.0) < 130,
	      "two runs are drawn twice, or once each");
	converge_interval(interval, &c, epochs, B, 0, 1, 0.95);
	CHECK(isnan(interval[0]) && isnan(interval[1]), "no interval for a single run");
	converge_add(&c, "b", "2", fast, 4);
	converge_bootstrap(epochs, &c, 0.7, B, 1);
	converge_bootstrap(again, &c, 0.7, B, 1);
	CHECK(!memcmp(epochs, again, sizeof epochs), "the seed decides");
	converge_bootstrap(again, &c, 0.7, B, 2);
	CHECK(memcmp(epochs, again, sizeof epochs) != 0, "another seed, other draws");
	converge_interval(interval, &c, epochs, B, 1, 0, 0.95);
	CHECK(interval[0] == 1.5 && interval[1] == 2, "the interval spans what can be drawn");
	converge_free(&c);
}

/* When the best arm's runs disagree, the threshold moves with the draw. */
static void
threshold_moves(void)
{
	static const double low[] = { 0.5, 0.6 }, high[] = { 0.5, 1.0 };
	double epochs[400];
	int b, one = 0, two = 0;
	struct converge c;

	converge_init(&c, 1);
	converge_add(&c, "a", "1", low, 2);
	converge_add(&c, "a", "2", high, 2);
	converge_bootstrap(epochs, &c, 0.8, 400, 5); /* thresholds 0.48, 0.64, 0.8: after 1, (2 + 2) / 2, 2 epochs */
	for (b = 0; b < 400; b++) {
		one += epochs[b] == 1;
		two += epochs[b] == 2;
	}
	CHECK(one + two == 400 && one > 60 && one < 140, "the threshold is computed from what was drawn");
	converge_free(&c);
}

int
main(void)
{
	by_hand();
	resampled();
	threshold_moves();
	return check_done();
}
