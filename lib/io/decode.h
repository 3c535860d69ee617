/* decode.h - between pictures_read and the decoders of single formats */
#ifndef IO_DECODE_H
#define IO_DECODE_H

#include <stdio.h>

#include "io/picture.h"

struct decoding {
	const char *path;
	FILE *f;           /* at the start; stays open */
	int64_t size;      /* of the file */
	int64_t budget;    /* bytes that may still be allocated on the file's word */
	enum picture_palette palette;
	struct err *e;
};

/* Checks the size against the budget, then fills p and gives it memory (not zeroed). */
int picture_init(struct picture *p, struct decoding *d, enum ten_dtype dtype, int64_t channels,
                 int64_t height, int64_t width);

/* dst[c*plane + i] = src[i*step + c] for i < n, c < channels: interleaved to planar. size: of an element. */
void picture_spread(void *dst, size_t plane, const void *src, size_t n, int step, int channels, size_t size);

int jpeg_read(struct picture *p, struct decoding *d);
int png_read(struct picture *p, struct decoding *d);
int tiff_read(struct pictures *p, struct decoding *d); /* appends; the caller frees what is there on error */
int tiff_count(struct decoding *d);

#endif
