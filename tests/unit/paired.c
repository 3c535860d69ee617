/* paired tests and summaries: against scipy, against all signs tried, and by hand */
#include "eval/paired.h"

#include "base/mem.h"
#include "eval/summary.h"

#include "check.h"
#include "../golden/paired.h"

static int
near(double x, double golden)
{
	if (isnan(golden) || isinf(golden))
		return isnan(golden) ? isnan(x) : x == golden;
	return fabs(x - golden) <= 1e-12 + 1e-9 * fabs(golden);
}

static void
golden_tests(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(golden_paired); i++) {
		const struct golden_paired *g = &golden_paired[i];
		struct paired_t t = paired_t(g->d, g->n);
		struct paired_wilcoxon w = paired_wilcoxon(g->d, g->n);
		char name[80];

		snprintf(name, sizeof name, "case %zu of %d pairs: t", i, g->n);
		if (!CHECK(near(t.t, g->t) && near(t.p, g->p_t), name))
			printf("# t %.15g p %.15g, expected %.15g %.15g\n", t.t, t.p, g->t, g->p_t);
		snprintf(name, sizeof name, "case %zu of %d pairs: Wilcoxon", i, g->n);
		if (!CHECK(w.n == g->nonzero && w.w == g->w && near(w.p, g->p_w), name))
			printf("# n %d w %g p %.15g, expected %d %g %.15g\n", w.n, w.w, w.p, g->nonzero, g->w, g->p_w);
	}
}

static void
student(void)
{
	size_t i;
	int good = 1;

	for (i = 0; i < ARRAY_LEN(golden_student); i++) {
		const double *g = golden_student[i];

		if (!near(student_two_sided(g[0], g[1]), g[2])) {
			good = 0;
			printf("# t %g, df %g: %.15g, expected %.15g\n", g[0], g[1], student_two_sided(g[0], g[1]), g[2]);
		}
	}
	CHECK(good, "probabilities of Student's t");
}

static void
holm(void)
{
	const double p[] = { 0.04, 0.01, NAN, 0.03, 0.9 }, tight[] = { 0.5, 0.5 };
	double q[5];

	paired_holm(q, p, 5);
	CHECK_NEAR(q[1], 0.04, 1e-15, "Holm: the smallest of four, times four");
	CHECK_NEAR(q[3], 0.09, 1e-15, "the next, times three");
	CHECK_NEAR(q[0], 0.09, 1e-15, "never less than the one before");
	CHECK(q[4] == 0.9 && isnan(q[2]), "the largest stays, no number stays none");
	paired_holm(q, tight, 2);
	CHECK(q[0] == 1 && q[1] == 1, "at most 1");
}

static void
summaries(void)
{
	const double x[] = { 1, 2, 4, 8 };
	double y[] = { 3, -1, 2, 2 };

	CHECK_NEAR(summary_mean(x, 4), 3.75, 1e-15, "mean");
	CHECK_NEAR(summary_sd(x, 4), sqrt(28.75 / 3), 1e-15, "deviation with n - 1");
	CHECK(isnan(summary_mean(x, 0)) && isnan(summary_sd(x, 1)), "of nothing, and of one");
	CHECK(summary_min(y, 4) == -1 && summary_max(y, 4) == 3 && isnan(summary_min(y, 0)), "extremes");
	CHECK_NEAR(summary_quantile(x, 4, 0.5), 3, 1e-15, "the median lies between");
	CHECK_NEAR(summary_quantile(x, 4, 0.9), 4 + 0.7 * 4, 1e-14, "quantiles interpolate");
	CHECK(summary_quantile(x, 4, 0) == 1 && summary_quantile(x, 4, 1) == 8, "the ends are the extremes");
	CHECK(isnan(summary_quantile(x, 0, 0.5)), "none of nothing");
	summary_sort(y, 4);
	CHECK(y[0] == -1 && y[1] == 2 && y[2] == 2 && y[3] == 3, "sorted");
}

int
main(void)
{
	golden_tests();
	student();
	holm();
	summaries();
	return check_done();
}
