/* png: a picture as it is, and with its checksums made right, which no chance would do */
#include <zlib.h>

#include "use_picture.h"

#define SIGNATURE 8

static uint32_t
big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Chunks: length, type, data, checksum of type and data. */
static int
mend(uint8_t *p, size_t size)
{
	size_t at = SIGNATURE;
	int mended = 0, i;

	while (at + 12 <= size && big_endian(p + at) <= size - at - 12) {
		uint32_t len = big_endian(p + at), crc = (uint32_t)crc32_z(0, p + at + 4, (size_t)len + 4);

		mended |= big_endian(p + at + 8 + len) != crc;
		for (i = 0; i < 4; i++)
			p[at + 8 + len + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
		at += 12 + (size_t)len;
	}
	return mended;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum picture_palette palette = fuzz_choose(&data, &size, 2) ? PICTURE_INDICES : PICTURE_COLOURS;
	uint8_t *copy = (uint8_t *)fuzz_text(data, size);

	use_picture(data, size, palette);
	if (mend(copy, size))
		use_picture(copy, size, palette);
	free(copy);
	return 0;
}
