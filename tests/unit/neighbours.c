/* neighbours: the nearest vectors by cosine are numpy's */
#include "eval/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "base/par.h"
#include "base/rng.h"
#include "check.h"

enum { N = 24, D = 37, K = 3, GROUPS = 5 }; /* as tests/golden/neighbours.py has them */

static const struct neighbour golden[][K] = {
#include "../golden/neighbours.h"
};

static void
make(float x[N][D])
{
	int i, k;

	for (i = 0; i < N; i++) {
		struct rng r = rng_at(13, RNG_RESAMPLE, 0, (uint64_t)i);

		for (k = 0; k < D; k++)
			x[i][k] = (float)rng_below(&r, 201) - 100;
	}
	for (k = 0; k < D; k++) {
		x[7][k] = x[3][k];
		x[12][k] = 4 * x[3][k];
		x[9][k] = -x[2][k];
		x[20][k] = 0;
	}
}

static void
agrees(const struct neighbour *near, const struct neighbour (*want)[K], const char *name)
{
	double off = 0;
	int i, k, wrong = 0;

	for (i = 0; i < N; i++)
		for (k = 0; k < K; k++) {
			wrong += near[i * K + k].at != want[i][k].at;
			off = fmax(off, fabs(near[i * K + k].cosine - want[i][k].cosine));
		}
	CHECK(!wrong, name);
	CHECK_NEAR(off, 0, 1e-14, "their cosines");
}

static void
few(void)
{
	static const float x[2][2] = { { 1, 0 }, { 1, 1 } };
	static const int group[2] = { 4, 4 };
	struct neighbour near[2 * 3];

	neighbours_find(near, x[0], 2, 2, 3, NULL);
	CHECK(near[0].at == 1 && near[3].at == 0 && near[1].at < 0 && near[5].at < 0, "fewer than were asked for");
	neighbours_find(near, x[0], 2, 2, 3, group);
	CHECK(near[0].at < 0 && near[3].at < 0, "none of another group");
}

int
main(void)
{
	static float x[N][D];
	static struct neighbour near[N * K], again[N * K];
	int group[N], i;

	make(x);
	for (i = 0; i < N; i++)
		group[i] = i % GROUPS;
	neighbours_find(near, x[0], N, D, K, NULL);
	agrees(near, golden, "the nearest of all");
	neighbours_find(near, x[0], N, D, K, group);
	agrees(near, golden + N, "the nearest of other groups");
	par_init(3);
	neighbours_find(again, x[0], N, D, K, group);
	for (i = 0; i < N * K && again[i].at == near[i].at && again[i].cosine == near[i].cosine; i++)
		;
	CHECK(i == N * K, "the same for any number of threads");
	few();
	return check_done();
}
