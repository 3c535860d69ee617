/* agreement with true values and its intervals: against numpy; cardiac measures: by hand */
#include "eval/agreement.h"

#include "base/mem.h"
#include "base/par.h"
#include "eval/cardiac.h"

#include "check.h"
#include "../golden/agreement.h"

static int
near(double x, double golden)
{
	return isnan(golden) ? isnan(x) : fabs(x - golden) <= 1e-9 * (1 + fabs(golden));
}

static void
golden(const char *threads)
{
	size_t i;
	int s;

	for (i = 0; i < ARRAY_LEN(golden_agreement); i++) {
		const struct golden_agreement *g = &golden_agreement[i];

		for (s = 0; s < STATISTICS; s++) {
			struct estimate e = statistic_estimate((enum statistic)s, g->p, g->t, g->n, GOLDEN_REPLICATES, g->seed);
			const double *f = g->figure[s];
			char name[120];

			snprintf(name, sizeof name, "%s, %s: %s is numpy's", g->name, threads, statistic_name((enum statistic)s));
			if (!CHECK(near(e.value, f[0]) && near(e.low, f[1]) && near(e.high, f[2]), name))
				printf("# %.12g %.12g %.12g, expected %.12g %.12g %.12g\n", e.value, e.low, e.high, f[0], f[1], f[2]);
		}
	}
}

static void
few(void)
{
	const double p = 3, t = 1, line[] = { 1, 2, 3, 4, 5 }, twice[] = { 2, 4, 6, 8, 10 };
	struct estimate e = statistic_estimate(STAT_BIAS, &p, &t, 1, 100, 1);

	CHECK(e.value == 2 && isnan(e.low) && isnan(e.high), "one patient has a bias but no interval");
	CHECK(isnan(statistic(STAT_R, &p, &t, 1)) && isnan(statistic(STAT_LOA_LOW, &p, &t, 1)), "nor a correlation");
	CHECK(isnan(statistic(STAT_MEAN, &p, NULL, 0)) && isnan(statistic(STAT_MAE, &p, &t, 0)), "of none there is nothing");
	e = statistic_estimate(STAT_MEAN, line, NULL, 5, 0, 1);
	CHECK(e.value == 3 && isnan(e.low), "no replicates, no interval");
	e = statistic_estimate(STAT_MEAN, line, NULL, 5, 1000, 1);
	CHECK(e.low >= 1 && e.low < 2.5 && e.high > 3.5 && e.high <= 5, "without true values");
	CHECK_NEAR(statistic(STAT_R, line, twice, 5), 1, 1e-12, "a line correlates");
	e = statistic_estimate(STAT_BIAS, line, line, 5, 100, 1);
	CHECK(e.value == 0 && e.low == 0 && e.high == 0, "no differences, no doubt");
}

static void
cardiac(void)
{
	const double ed[] = { 900, 150, 100, 160 }, es[] = { 950, 75, 110, 64 }, none[] = { 900, 0, 0, 0 };
	struct cardiac_classes c = { 1, 2, 3 };
	double m[CARDIAC_MEASURES];

	cardiac_measure(m, ed, es, &c);
	CHECK(m[CARDIAC_LV_EDV] == 160 && m[CARDIAC_LV_ESV] == 64 && m[CARDIAC_LV_SV] == 96, "volumes of the left ventricle");
	CHECK_NEAR(m[CARDIAC_LV_EF], 60, 1e-12, "its ejection fraction");
	CHECK_NEAR(m[CARDIAC_RV_EF], 50, 1e-12, "that of the right");
	CHECK_NEAR(m[CARDIAC_MASS_ED], 105, 1e-12, "muscle weighs 1.05 g/ml");
	CHECK_NEAR(m[CARDIAC_MASS_ES], 115.5, 1e-12, "at both phases");
	cardiac_measure(m, ed, NULL, &c);
	CHECK(m[CARDIAC_LV_EDV] == 160 && isnan(m[CARDIAC_LV_SV]) && isnan(m[CARDIAC_RV_EF]) && isnan(m[CARDIAC_MASS_ES]),
	      "without ES there are no fractions");
	cardiac_measure(m, none, es, &c);
	CHECK(isnan(m[CARDIAC_LV_EF]) && m[CARDIAC_LV_SV] == -64, "no fraction of nothing");
	c.rv = -1;
	cardiac_measure(m, ed, es, &c);
	CHECK(isnan(m[CARDIAC_RV_EDV]) && m[CARDIAC_LV_EDV] == 160, "a class that is not there has no volume");
	CHECK(cardiac_class(CARDIAC_MASS_ED, &c) == 2 && cardiac_class(CARDIAC_RV_SV, &c) == -1, "classes of measures");
}

static void
classes(void)
{
	static char *acdc[] = { "background", "RV", "MYO", "LV" }, *other[] = { "background", "lv", "scar" };
	struct names a = { acdc, 4 }, b = { other, 3 };
	struct cardiac_classes c;
	struct err e;

	CHECK(cardiac_classes_named(&c, &a) == 3 && c.rv == 1 && c.myo == 2 && c.lv == 3, "known by their names");
	CHECK(cardiac_classes_named(&c, &b) == 1 && c.rv == -1 && c.lv == 1, "as far as there are any");
	CHECK(!cardiac_classes_parse(&c, "-,scar,1", &b, &e) && c.rv == -1 && c.myo == 2 && c.lv == 1, "or told");
	CHECK(cardiac_classes_parse(&c, "1,2", &a, &e) < 0 && strstr(e.msg, "fewer"), "too few are refused");
	CHECK(cardiac_classes_parse(&c, "1,2,3,1", &a, &e) < 0 && strstr(e.msg, "more"), "too many");
	CHECK(cardiac_classes_parse(&c, "1,2,4", &a, &e) < 0 && strstr(e.msg, "'4' is not a class"), "and classes there are not");
	CHECK(cardiac_classes_parse(&c, "1,,2", &a, &e) < 0, "or that are empty");
}

int
main(void)
{
	golden("one thread");
	par_init(3);
	golden("three threads");
	few();
	cardiac();
	classes();
	return check_done();
}
