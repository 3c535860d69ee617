/* normalize, stats: against sums in long double, and the text that travels */
#include "image/normalize.h"

#include "base/mem.h"
#include "base/rng.h"
#include "check.h"
#include "image/stats.h"

static void
naive(double *mean, double *std, const float *x, int n)
{
	long double sum = 0, sq = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += (long double)x[i];
	for (i = 0; i < n; i++)
		sq += ((long double)x[i] - sum / n) * ((long double)x[i] - sum / n);
	*mean = (double)(sum / n);
	*std = sqrt((double)(sq / n));
}

static void
sums(void)
{
	enum { N = 10007 };
	static float x[N];
	struct rng r = rng_at(1, RNG_TEST, 0, 0);
	struct stats s = { 0 }, a = { 0 }, b = { 0 }, none = { 0 };
	double mean, std, lo = 1e30, hi = -1e30;
	int i;

	for (i = 0; i < N; i++) {
		x[i] = (float)(1e6 + 3 * rng_normal(&r)); /* a naive sum of squares would lose everything */
		lo = x[i] < lo ? x[i] : lo;
		hi = x[i] > hi ? x[i] : hi;
	}
	naive(&mean, &std, x, N);
	stats_add(&s, x, N);
	CHECK(s.n == N && s.min == lo && s.max == hi, "count and range");
	CHECK_NEAR(s.mean, mean, 1e-8, "mean");
	CHECK_NEAR(stats_deviation(&s), std, 1e-8, "deviation far from zero");
	stats_add(&a, x, 5001);
	stats_add(&b, x + 5001, N - 5001);
	stats_merge(&a, &b);
	stats_merge(&a, &none);
	stats_merge(&none, &a);
	CHECK_NEAR(none.mean, mean, 1e-8, "mean of merged parts");
	CHECK_NEAR(stats_deviation(&none), std, 1e-8, "deviation of merged parts");
	CHECK(stats_deviation(&(struct stats){ 0 }) == 0, "no values have no deviation");
}

static void
wide_types(void)
{
	int32_t big[3] = { 16777217, 16777219, 16777221 }; /* no floats */
	uint8_t small[3] = { 1, 2, 6 };
	struct tensor t = { .dtype = TEN_I32, .ndim = 1, .dim = { 3 }, .data = big };
	struct tensor u = { .dtype = TEN_U8, .ndim = 1, .dim = { 3 }, .data = small };
	struct stats s = { 0 }, v = { 0 };

	stats_add_tensor(&s, &t, 0, 3);
	CHECK(s.mean == 16777219 && s.min == 16777217 && s.max == 16777221, "32-bit integers stay exact");
	stats_add_tensor(&v, &u, 1, 2);
	CHECK(v.mean == 4 && v.min == 2 && v.max == 6 && v.m2 == 8, "part of a tensor of bytes");
}

static void
text(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "none of" },
		{ "dataset", "no mean" },
		{ "datasets 1 2", "none of" },
		{ "dataset 1", "expected pairs" },
		{ "dataset 1 2 3", "expected pairs" },
		{ "dataset 1 2x", "expected pairs" },
		{ "dataset 1 nan", "expected pairs" },
		{ "dataset 1 0", "cannot be divided" },
		{ "dataset 1 -2", "cannot be divided" },
		{ "image 1 2", "nothing may follow" },
		{ "released 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "more than 16" },
	};
	static const char *const good[] = { "image", "dataset 85.1 80.2", "released 1 2 3 4 5.5 6" };
	char buf[NORMALIZE_LEN];
	struct normalize n;
	struct err e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(normalize_parse(&n, bad[i].text, &e) && strstr(e.msg, bad[i].why), bad[i].text);
	for (i = 0; i < ARRAY_LEN(good); i++)
		CHECK(!normalize_parse(&n, good[i], &e) && !strcmp(normalize_format(buf, &n), good[i]), good[i]);
	CHECK(n.c == 3 && !normalize_fits(&n, 3, &e) && normalize_fits(&n, 1, &e), "three pairs need three channels");
	CHECK(!normalize_parse(&n, NULL, &e) && !normalize_format(buf, &n), "no text, no normalisation");
}

static void
apply(void)
{
	float x[2][3] = { { 10, 20, 60 }, { 5, 5, 5 } }, y[2][3];
	struct normalize n;
	struct err e;
	double mean, std;

	memcpy(y, x, sizeof y);
	normalize_parse(&n, "dataset 10 5 1 2", &e);
	normalize_apply(&n, y[0], 2, 3);
	CHECK(y[0][0] == 0 && y[0][1] == 2 && y[0][2] == 10 && y[1][0] == 2, "dataset");
	memcpy(y, x, sizeof y);
	normalize_parse(&n, "released 10 5", &e);
	normalize_apply(&n, y[0], 2, 3);
	CHECK_NEAR(y[0][2], (60 / 255.0 - 10) / 5, 1e-6, "released");
	CHECK_NEAR(y[1][0], (5 / 255.0 - 10) / 5, 1e-6, "one pair for every channel");
	memcpy(y, x, sizeof y);
	normalize_parse(&n, "image", &e);
	normalize_apply(&n, y[0], 2, 3);
	naive(&mean, &std, y[0], 3);
	CHECK_NEAR(mean, 0, 1e-7, "image: mean 0");
	CHECK_NEAR(std, 1, 1e-6, "image: deviation 1");
	CHECK(y[1][0] == 0 && y[1][2] == 0, "image: a constant channel becomes 0");
	y[0][0] = y[0][2] = 1e8f;
	y[0][1] = 1e8f + 8; /* the next float */
	normalize_apply(&n, y[0], 1, 2);
	CHECK(y[0][1] - y[0][0] == 8, "image: rounding is no contrast");
	memcpy(y, x, sizeof y);
	normalize_parse(&n, NULL, &e);
	normalize_apply(&n, y[0], 2, 3);
	CHECK(!memcmp(x, y, sizeof x), "none changes nothing");
}

int
main(void)
{
	sums();
	wide_types();
	text();
	apply();
	return check_done();
}
