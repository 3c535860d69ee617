/* crc: every way against zlib, for all short lengths, alignments and beginnings */
#include "base/crc.h"

#include <zlib.h>

#include "base/rng.h"
#include "check.h"

enum { SIZE = 5000 };

static unsigned char data[SIZE];

static void
lengths(int way)
{
	int n, at, off = 0;

	for (n = 0; n < 1200; n++)
		for (at = 0; at < 3; at++)
			off += crc_add_by(way, 0, data + at, (size_t)n) != crc32_z(0, data + at, (size_t)n);
	CHECK(off == 0, "all lengths up to 1199");
}

static void
alignments(int way)
{
	int at, n, off = 0;

	for (at = 0; at < 130; at++)
		for (n = SIZE - 200; n < SIZE - 130; n++)
			off += crc_add_by(way, 0, data + at, (size_t)n) != crc32_z(0, data + at, (size_t)n);
	CHECK(off == 0, "all places in memory");
}

/* A message cut in two anywhere has one CRC. */
static void
continued(int way)
{
	uint32_t whole = (uint32_t)crc32_z(0, data, SIZE);
	int n, off = 0;

	for (n = 0; n <= SIZE; n += 7)
		off += crc_add_by(way, crc_add_by(way, 0, data, (size_t)n), data + n, (size_t)(SIZE - n)) != whole;
	CHECK(off == 0, "a message in two parts");
}

/* Any changed bit shows. */
static void
damage(int way)
{
	uint32_t whole = crc_add_by(way, 0, data, SIZE);
	int bit, missed = 0;

	for (bit = 0; bit < 8 * SIZE; bit += 61) {
		data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		missed += crc_add_by(way, 0, data, SIZE) == whole;
		data[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	CHECK(missed == 0, "a changed bit changes it");
}

int
main(void)
{
	struct rng r = rng_at(1, RNG_TEST, 0, 0);
	int i;

	for (i = 0; i < SIZE; i++)
		data[i] = (unsigned char)rng_below(&r, 256);
	for (i = 0; i < crc_ways(); i++) {
		lengths(i);
		alignments(i);
		continued(i);
		damage(i);
	}
	CHECK(crc_add(0, "123456789", 9) == 0xcbf43926, "the check value of CRC-32");
	CHECK(crc_add(7, "", 0) == 7, "nothing more");
	return check_done();
}
