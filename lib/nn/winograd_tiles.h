/* winograd_tiles.h - how conv_winograd*.c cut images into tiles, tiles into groups and channels into blocks */
#ifndef NN_WINOGRAD_TILES_H
#define NN_WINOGRAD_TILES_H

#include <stddef.h>

#include "cpu/winograd.h"
#include "nn/operand.h"

#define WINOGRAD_BLOCK 64 /* channels of a block, in and out */

/* `total` things in `count` blocks of `size`, the last may be smaller */
struct blocks {
	int total, size, count;
};

/* Blocks of nearly equal size, multiples of `unit`, none larger than `largest` (a multiple of `unit` itself). */
struct blocks blocks_cut(int total, int largest, int unit);
int blocks_length(const struct blocks *b, int i);

struct tiles {
	int h, w, high, wide;  /* of an image, in pixels and in tiles */
	struct blocks groups;  /* of the tiles of all images */
};

struct tiles tiles_cut(int h, int w, int n, int largest);

/* Tile number i reaches over `side` pixels each way, from `before` above and left of its outputs. Returns the pixel
 * number, in all images, of its first output; sets *t for images of c channels. */
size_t tiles_place(struct winograd_tile *t, const struct tiles *s, int i, int side, int before, int c);

/* Channels first..first+k-1 of tile i of x, transformed, to v[36][k]. They are of one part of x; k <= 64. */
void tiles_input(float *v, size_t plane, const struct tiles *s, int i, const struct operand *x, int first, int k);

/* Floats between points: `floats`, rounded up so that the same place of the 36 lies in different sets of a cache. */
size_t winograd_plane(size_t floats);

#endif
