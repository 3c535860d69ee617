/* winograd_tiles.h - how conv_winograd*.c cut images into tiles, and tiles and channels into blocks */
#ifndef NN_WINOGRAD_TILES_H
#define NN_WINOGRAD_TILES_H

#include <stddef.h>

#include "cpu/winograd.h"
#include "nn/operand.h"

#define WINOGRAD_BLOCK 64 /* input channels of a block, at most */

/* `total` things in `count` blocks of `size`, the last may be smaller */
struct blocks {
	int total, size, count;
};

/* Blocks of nearly equal size, at most `largest`, all but the last multiples of `unit` (as `largest` must
 * be). */
struct blocks blocks_cut(int total, int largest, int unit);
int blocks_length(const struct blocks *b, int i);

struct tiles {
	int h, w, high, wide;  /* of an image, in pixels and in tiles */
	struct blocks groups;  /* of the tiles of all images */
};

struct tiles tiles_cut(int h, int w, int n, int largest);

/* Where the outputs of tile i begin in images of c channels, in floats. Sets *t for them. */
size_t tiles_output(struct winograd_tile *t, const struct tiles *s, int i, int c);

/* Channels first..first+k-1 of tile i of x, transformed, to v[36][k]. They are of one part of x, which
 * is float; k <= 64. */
void tiles_input(float *v, size_t plane, const struct tiles *s, int i, const struct operand *x, int first, int k);

/* c channels rounded up to whole vectors */
int winograd_lanes(int c);

/* Floats from point to point: `floats` or somewhat more, so that a place's 36 values lie in different cache
 * sets. */
size_t winograd_plane(size_t floats);

#endif
