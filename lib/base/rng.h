/* rng.h - counter-based random numbers (Philox4x32-10; Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3")
 *
 * A generator is a position, not a history: rng_at(seed, stream, epoch, sample) starts a sequence of its own
 * for each quadruple, so any sample's numbers can be had without drawing those before it. Results are the
 * same on every machine but for the last bit of what libm computes (rng_normal).
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Who draws; keeps purposes that share a seed independent. Append only: numbers are part of results. */
enum rng_stream {
	RNG_TEST,
	RNG_AUGMENT,
	RNG_SHUFFLE,
	RNG_INIT,
	RNG_SELECT,
	RNG_PHANTOM,
	RNG_RESAMPLE,
};

struct rng {
	uint32_t key[2];
	uint32_t ctr[4]; /* block number, sample low, epoch, sample high | stream */
	uint32_t out[4];
	int left;        /* unused words in out */
};

/* epoch < 2^32, sample < 2^56. */
struct rng rng_at(uint64_t seed, enum rng_stream stream, uint32_t epoch, uint64_t sample);

uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
double rng_uniform(struct rng *r);                      /* [0,1), 53 bits */
double rng_range(struct rng *r, double lo, double hi);  /* [lo,hi) */
uint64_t rng_below(struct rng *r, uint64_t n);          /* 0..n-1, unbiased; n > 0 */
double rng_normal(struct rng *r);                       /* mean 0, deviation 1 (Box-Muller) */
int rng_chance(struct rng *r, double p);                /* 1 with probability p; always draws */

/* Fills perm[n] with a uniformly random permutation of 0..n-1 (Fisher-Yates). */
void rng_permutation(struct rng *r, uint64_t *perm, size_t n);

/* One block: out = philox4x32-10(ctr, key). For known-answer tests and bulk use. */
void rng_philox(uint32_t out[4], const uint32_t ctr[4], const uint32_t key[2]);

#endif
