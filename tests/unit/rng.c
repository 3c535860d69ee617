/* rng: known answers of Philox4x32-10 (Random123's kat_vectors), positions, bounds */
#include "base/rng.h"

#include "check.h"

static void
known_answers(void)
{
	static const struct {
		uint32_t ctr[4], key[2], out[4];
	} kat[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	uint32_t out[4];
	size_t i;

	for (i = 0; i < sizeof kat / sizeof *kat; i++) {
		rng_philox(out, kat[i].ctr, kat[i].key);
		CHECK(!memcmp(out, kat[i].out, sizeof out), "philox4x32-10 known answer");
	}
}

static void
positions(void)
{
	struct rng a = rng_at(7, RNG_TEST, 3, 12), b = rng_at(7, RNG_TEST, 3, 12);
	struct rng other[] = { rng_at(8, RNG_TEST, 3, 12), rng_at(7, RNG_AUGMENT, 3, 12), rng_at(7, RNG_TEST, 4, 12),
	                       rng_at(7, RNG_TEST, 3, 13), rng_at(7, RNG_TEST, 3, 12 + ((uint64_t)1 << 32)) };
	uint64_t first = rng_u64(&a);
	size_t i;
	int differ = 1;

	CHECK(first == rng_u64(&b), "the same position gives the same number");
	for (i = 0; i < sizeof other / sizeof *other; i++)
		differ &= rng_u64(&other[i]) != first;
	CHECK(differ, "seed, stream, epoch and sample each matter");
}

static void
distributions(void)
{
	struct rng r = rng_at(1, RNG_TEST, 0, 0);
	double sum = 0, square = 0, u, low = 1, high = 0;
	uint64_t perm[100], seen = 0, count[6] = { 0 };
	int i, n = 200000;

	for (i = 0; i < n; i++) {
		double x = rng_normal(&r);

		sum += x;
		square += x * x;
		u = rng_uniform(&r);
		low = u < low ? u : low;
		high = u > high ? u : high;
		count[rng_below(&r, 6)]++;
	}
	CHECK_NEAR(sum / n, 0, 0.01, "normal mean");
	CHECK_NEAR(square / n, 1, 0.015, "normal variance");
	CHECK(low >= 0 && low < 1e-4 && high < 1 && high > 1 - 1e-4, "uniform stays in [0,1) and fills it");
	for (i = 0; i < 6; i++)
		CHECK_NEAR((double)count[i] / n, 1 / 6.0, 0.005, "below: each value as often");
	rng_permutation(&r, perm, 100);
	for (i = 0; i < 100; i++)
		seen += perm[i];
	CHECK(seen == 4950, "a permutation holds each number once");
}

int
main(void)
{
	known_answers();
	positions();
	distributions();
	return check_done();
}
