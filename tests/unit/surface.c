/* distances and surfaces: against scipy, against trying every pair, and for any number of threads */
#include "eval/surface.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/par.h"
#include "base/rng.h"
#include "eval/summary.h"

#include "check.h"
#include "../golden/surface.h"

static uint8_t *
labels(const char *digits)
{
	size_t i, n = strlen(digits);
	uint8_t *m = mem_array(n, 1);

	for (i = 0; i < n; i++)
		m[i] = (uint8_t)(digits[i] - '0');
	return m;
}

static int
near(double x, double golden)
{
	return isnan(golden) ? isnan(x) : fabs(x - golden) <= 1e-9;
}

static void
golden_case(const struct golden_surface *c)
{
	struct raster g = { c->x, c->y, c->z, { c->spacing[0], c->spacing[1], c->spacing[2] } };
	uint8_t *t = labels(c->truth), *p = labels(c->pred);
	char name[120];
	int k;

	for (k = 1; k < c->classes; k++) {
		struct surface s = surface_compare(t, p, k, &g), r = surface_compare(p, t, k, &g);
		const double *d = c->d[k - 1];

		snprintf(name, sizeof name, "%s, class %d: HD, HD95 and ASSD are scipy's", c->name, k);
		if (!CHECK(near(s.hd, d[0]) && near(s.hd95, d[1]) && near(s.assd, d[2]), name))
			printf("# %.12g %.12g %.12g, expected %.12g %.12g %.12g\n", s.hd, s.hd95, s.assd, d[0], d[1], d[2]);
		snprintf(name, sizeof name, "%s, class %d: symmetric", c->name, k);
		CHECK(near(r.hd, s.hd) && near(r.hd95, s.hd95) && near(r.assd, s.assd), name);
	}
	free(t);
	free(p);
}

static void
golden_distances(void)
{
	const double *s = golden_distance_spacing;
	struct raster g = { 7, 6, 5, { s[0], s[1], s[2] } };
	uint8_t *on = labels(golden_distance_mask);
	double d2[7 * 6 * 5], worst = 0;
	size_t i;

	distance_squared(d2, on, &g);
	for (i = 0; i < ARRAY_LEN(d2); i++)
		worst = fmax(worst, fabs(sqrt(d2[i]) - golden_distance[i]));
	CHECK_NEAR(worst, 0, 1e-12, "distances are scipy's");
	memset(on, 0, ARRAY_LEN(d2));
	distance_squared(d2, on, &g);
	for (i = 0; i < ARRAY_LEN(d2) && isinf(d2[i]); i++)
		;
	CHECK(i == ARRAY_LEN(d2), "infinite when nothing is on");
	free(on);
}

static double
by_trying(const uint8_t *on, const struct raster *g, int x, int y, int z)
{
	double best = INFINITY;
	int a, b, c;

	for (c = 0; c < g->z; c++)
		for (b = 0; b < g->y; b++)
			for (a = 0; a < g->x; a++) {
				double dx = (a - x) * g->spacing[0], dy = (b - y) * g->spacing[1], dz = (c - z) * g->spacing[2];

				if (on[((size_t)c * (size_t)g->y + (size_t)b) * (size_t)g->x + (size_t)a])
					best = fmin(best, dx * dx + dy * dy + dz * dz);
			}
	return best;
}

/* How far distance_at is from the transform, as a part of the distance, at a part p of all voxels */
static double
off_at(struct rng *r, const double *d2, const uint8_t *on, const struct raster *g, double p)
{
	size_t n = raster_voxels(g), i, k = 0;
	uint8_t *at = mem_array(n, 1);
	double *d = mem_array(n, sizeof *d), worst = 0;

	for (i = 0; i < n; i++)
		at[i] = (uint8_t)rng_chance(r, p);
	if (distance_at(d, at, on, g) > n)
		worst = INFINITY;
	for (i = 0; i < n; i++)
		if (at[i]) {
			worst = d[k] * d[k] == d2[i] ? worst : fmax(worst, fabs(d[k] / sqrt(d2[i]) - 1));
			k++;
		}
	free(at);
	free(d);
	return worst;
}

/* 40 random grids of up to 20 x 20 x 9, from nearly empty to nearly full */
static void
trying(void)
{
	struct rng r = rng_at(5, RNG_TEST, 0, 0);
	double worst = 0, worst_at = 0;
	int i, x, y, z;
	size_t at;

	for (i = 0; i < 40; i++) {
		struct raster g = { 1 + (int)rng_below(&r, 20), 1 + (int)rng_below(&r, 20), 1 + (int)rng_below(&r, 9), { 0 } };
		size_t n = raster_voxels(&g);
		uint8_t *on = mem_array(n, 1);
		double *d2 = mem_array(n, sizeof *d2), p = rng_range(&r, 0, 0.3);

		for (x = 0; x < 3; x++)
			g.spacing[x] = exp(rng_range(&r, -3, 3));
		for (at = 0; at < n; at++)
			on[at] = (uint8_t)rng_chance(&r, p * p);
		distance_squared(d2, on, &g);
		for (at = 0, z = 0; z < g.z; z++)
			for (y = 0; y < g.y; y++)
				for (x = 0; x < g.x; x++, at++) {
					double d = by_trying(on, &g, x, y, z);

					worst = d2[at] == d ? worst : fmax(worst, fabs(d2[at] - d) / d);
				}
		worst_at = fmax(worst_at, off_at(&r, d2, on, &g, i % 2 ? 0.02 : 0.7));
		free(on);
		free(d2);
	}
	CHECK_NEAR(worst, 0, 1e-12, "squared distances are those of the nearest of all");
	CHECK_NEAR(worst_at, 0, 1e-12, "those of a few voxels, or of many, are the same");
}

static void
spacings(void)
{
	static const uint8_t t[] = { 1, 0, 0, 0 }, p[] = { 0, 0, 0, 1 }, other[] = { 0, 2, 0, 3 };
	const double bad[] = { NAN, INFINITY, 0, -1, 1e300, 1e-300 };
	struct raster g = { 4, 1, 1, { 2, 1, 1 } };
	size_t i;
	int good = 1;

	CHECK(surface_compare(t, p, 1, &g).hd == 6, "three voxels of 2 mm");
	CHECK(isnan(surface_compare(t, other, 1, &g).hd) && surface_compare(t, other, 9, &g).hd == 0,
	      "labels other than the class are not looked at");
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		g.spacing[1] = bad[i];
		good = good && isnan(surface_compare(t, p, 1, &g).assd) && !raster_has_spacing(&g);
	}
	CHECK(good, "without a sound spacing there is no distance");
}

static void
quantiles(void)
{
	struct rng r = rng_at(6, RNG_TEST, 0, 0);
	double x[50], sorted[50];
	int i, n, good = 1;

	for (n = 1; n <= 50; n++) {
		for (i = 0; i < n; i++)
			sorted[i] = x[i] = rng_chance(&r, 0.3) ? (double)rng_below(&r, 3) : exp(rng_range(&r, -20, 20));
		summary_sort(sorted, n);
		for (i = 0; i <= 20; i++)
			good = good && summary_quantile_unsorted(x, (size_t)n, i / 20.0) == summary_quantile(sorted, n, i / 20.0);
	}
	CHECK(good, "quantiles without sorting are those with");
	CHECK(isnan(summary_quantile_unsorted(x, 0, 0.5)), "of none there are none");
}

/* Noise, whose surface is large, in a volume of many tasks */
static struct surface
noise(uint8_t *t, uint8_t *p, const struct raster *g)
{
	struct rng r = rng_at(7, RNG_TEST, 0, 0);
	size_t i;

	for (i = 0; i < raster_voxels(g); i++) {
		t[i] = (uint8_t)rng_chance(&r, 0.02);
		p[i] = (uint8_t)rng_chance(&r, 0.02);
	}
	return surface_compare(t, p, 1, g);
}

int
main(void)
{
	struct raster g = { 70, 61, 11, { 1.3, 0.7, 9 } };
	uint8_t *t = mem_array(2 * raster_voxels(&g), 1), *p = t + raster_voxels(&g);
	struct surface one, four;
	size_t i;

	for (i = 0; i < ARRAY_LEN(golden_surface); i++)
		golden_case(&golden_surface[i]);
	golden_distances();
	trying();
	spacings();
	quantiles();
	one = noise(t, p, &g);
	par_init(4);
	four = noise(t, p, &g);
	CHECK(one.hd == four.hd && one.hd95 == four.hd95 && one.assd == four.assd, "the same for any number of threads");
	free(t);
	return check_done();
}
