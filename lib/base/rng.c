#include "base/rng.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

void
rng_philox(uint32_t out[4], const uint32_t ctr[4], const uint32_t key[2])
{
	uint32_t c[4] = { ctr[0], ctr[1], ctr[2], ctr[3] }, k0 = key[0], k1 = key[1];
	int round;

	for (round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];

		c[0] = (uint32_t)(p1 >> 32) ^ c[1] ^ k0;
		c[1] = (uint32_t)p1;
		c[2] = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
		c[3] = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	memcpy(out, c, sizeof c);
}

struct rng
rng_at(uint64_t seed, enum rng_stream stream, uint32_t epoch, uint64_t sample)
{
	struct rng r = { 0 };

	r.key[0] = (uint32_t)seed;
	r.key[1] = (uint32_t)(seed >> 32);
	r.ctr[1] = (uint32_t)sample;
	r.ctr[2] = epoch;
	r.ctr[3] = (uint32_t)(sample >> 32) << 8 | (uint32_t)stream;
	return r;
}

uint32_t
rng_u32(struct rng *r)
{
	if (!r->left) {
		rng_philox(r->out, r->ctr, r->key);
		r->ctr[0]++;
		r->left = 4;
	}
	return r->out[4 - r->left--];
}

uint64_t
rng_u64(struct rng *r)
{
	uint64_t low = rng_u32(r);

	return (uint64_t)rng_u32(r) << 32 | low;
}

double
rng_uniform(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

double
rng_range(struct rng *r, double lo, double hi)
{
	return lo + (hi - lo) * rng_uniform(r);
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
	uint64_t x, reject = -n % n; /* 2^64 mod n: the values that would favour small results */

	do
		x = rng_u64(r);
	while (x < reject);
	return x % n;
}

double
rng_normal(struct rng *r)
{
	double u = 1.0 - rng_uniform(r); /* (0,1]: the logarithm stays finite */
	double v = rng_uniform(r);

	return sqrt(-2.0 * log(u)) * cos(2.0 * PI * v);
}

int
rng_chance(struct rng *r, double p)
{
	return rng_uniform(r) < p;
}

void
rng_permutation(struct rng *r, uint64_t *perm, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		j = rng_below(r, i + 1);
		perm[i] = perm[j];
		perm[j] = i;
	}
}
