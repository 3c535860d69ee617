/* connected components: against scipy, and by hand */
#include "image/components.h"

#include <stdlib.h>

#include "base/mem.h"

#include "check.h"
#include "../golden/components.h"

static void
golden(const struct golden_components *g, int row)
{
	int64_t dim[3] = { g->dim[0], g->dim[1], g->dim[2] }, n = dim[0] * dim[1] * dim[2], i, voxels = 0, boxed = 0;
	uint8_t *mask = mem_array((size_t)n, 1);
	int32_t *numbers = mem_array((size_t)n, sizeof *numbers);
	int64_t wrong = 0, lost = 0, outside = 0;
	struct components cs;
	char name[120];

	for (i = 0; i < n; i++)
		mask[i] = (uint8_t)(g->mask[i] - '0');
	components_find(&cs, numbers, mask, dim, g->lo, g->hi, g->neighbours);
	for (i = 0; i < n; i++) {
		const struct component *c;
		int64_t at[3] = { i / dim[2] / dim[1], i / dim[2] % dim[1], i % dim[2] };

		wrong += numbers[i] != (g->numbers[2 * i] - '0') * 64 + g->numbers[2 * i + 1] - '0';
		if (!numbers[i])
			continue;
		c = &cs.c[numbers[i] - 1];
		voxels++;
		outside += i < c->first || at[0] < c->lo[0] || at[0] > c->hi[0] || at[1] < c->lo[1] || at[1] > c->hi[1] ||
		           at[2] < c->lo[2] || at[2] > c->hi[2];
	}
	snprintf(name, sizeof name, "case %d, labels %d to %d, %d neighbours: scipy's numbers", row, g->lo, g->hi, g->neighbours);
	CHECK(cs.n == g->n && !wrong && !outside, name);
	for (i = 0; i < cs.n; i++) {
		voxels -= cs.c[i].voxels;
		boxed += numbers[cs.c[i].first] == i + 1;
	}
	CHECK(!voxels && boxed == cs.n, "their sizes add up, their first voxels are theirs");
	voxels = components_keep_largest(mask, dim, g->lo, g->hi, g->neighbours);
	for (wrong = i = 0; i < n; i++) {
		wrong += mask[i] != g->kept[i] - '0';
		lost += g->mask[i] != g->kept[i];
	}
	CHECK(!wrong && lost == voxels, "the largest one stays, the others are counted");
	components_free(&cs);
	free(mask);
	free(numbers);
}

/* A chessboard in three dimensions: every voxel is alone, or all are one. */
static void
chessboard(void)
{
	int64_t dim[3] = { 6, 10, 14 }, n = 6 * 10 * 14, i;
	uint8_t mask[6 * 10 * 14];
	struct components cs;

	for (i = 0; i < n; i++)
		mask[i] = (i / 140 + i / 14 % 10 + i % 14) % 2 ? 7 : 0;
	components_find(&cs, NULL, mask, dim, 7, 7, 6);
	CHECK(cs.n == n / 2 && cs.c[1].voxels == 1, "chessboard: no two fields share a face");
	components_free(&cs);
	components_find(&cs, NULL, mask, dim, 7, 7, 18);
	CHECK(cs.n == 1 && cs.c[0].voxels == n / 2, "but all hang together by their edges");
	CHECK(cs.c[0].hi[0] == 5 && cs.c[0].hi[1] == 9 && cs.c[0].hi[2] == 13 && !cs.c[0].lo[0] && !cs.c[0].lo[2],
	      "in a box that is the whole board");
	components_free(&cs);
	CHECK(components_keep_largest(mask, dim, 1, 255, 6) == n / 2 - 1 && mask[1] == 7, "of equal ones the first stays");
	CHECK(components_keep_largest(mask, dim, 1, 6, 26) == 0 && mask[1] == 7, "other labels are left alone");
}

/* Two voxels that share a corner only, seen from every side. */
static void
corners(void)
{
	int64_t dim[3] = { 2, 2, 2 };
	int side, ok = 1;

	for (side = 0; side < 4; side++) {
		uint8_t mask[8] = { 0 };
		struct components cs;

		mask[side] = mask[7 - side] = 1;
		components_find(&cs, NULL, mask, dim, 1, 1, 18);
		ok &= cs.n == 2;
		components_free(&cs);
		components_find(&cs, NULL, mask, dim, 1, 1, 26);
		ok &= cs.n == 1;
		components_free(&cs);
	}
	CHECK(ok, "voxels that share a corner are neighbours among 26 only");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(golden_components); i++)
		golden(&golden_components[i], (int)i);
	chessboard();
	corners();
	return check_done();
}
