/* texture.h - smooth random fields, as functions of the place alone
 *
 * Value noise: independent numbers in [-1,1) at the points of the integer lattice, blended by cubic weights
 * in between (Perlin 1985, "An image synthesizer", with values in place of gradients). A field is named by
 * its seed; nothing is stored. Features are about one unit wide: divide coordinates by the width wanted.
 */
#ifndef IMAGE_TEXTURE_H
#define IMAGE_TEXTURE_H

#include <stdint.h>

/* In [-1,1); mean 0. */
float texture_noise(uint64_t seed, float x, float y);
float texture_noise3(uint64_t seed, float x, float y, float z);

/* Octaves of noise, each half as wide and `fade` times as strong as the one before (fade .5: about 1/f);
 * scaled to a deviation like that of one octave. */
float texture_fractal(uint64_t seed, float x, float y, int octaves, float fade);

#endif
