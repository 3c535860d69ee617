/* scene.h - images with the statistics of natural ones: dead leaves
 *
 * Opaque shapes fall on each other; where radii follow a power law near r^-3 such pictures share the edges,
 * occlusions and scale invariance of photographs (Lee, Mumford & Huang 2001, "Occlusion models for natural
 * images"). Here the leaves have textures, colours from a palette, and light on them.
 *
 * A class is a manner of painting: which shapes, which textures, which hues, how sizes are spread, how leaves
 * are turned. Every image departs from its class's manner, and manners share parts, so that no single
 * feature tells the class.
 */
#ifndef IMAGE_SCENE_H
#define IMAGE_SCENE_H

#include "base/rng.h"

#define SCENE_COLOURS 4

struct scene_style {
	int shape, texture; /* those of most leaves */
	float faithful;     /* how many */
	float exponent, least; /* radii: density r^-exponent, from `least` to a third of the image */
	float stretch, turn, swing;     /* longer than wide; direction, deviation of it */
	float grain;                    /* texture period, in radii */
	float contrast;                 /* of textures */
	float bright, hue, chroma;      /* centre of the palette */
	float colour[SCENE_COLOURS][3]; /* luminance and two chroma axes */
};

/* Class number `class` of the world `seed`. */
void scene_style(struct scene_style *s, uint64_t seed, int class);

/* Image `index` of the class: rgb[size][size][3]. A function of (seed, class, index, size) alone. */
void scene_paint(uint8_t *rgb, int size, const struct scene_style *manner, uint64_t seed, int class,
                 uint64_t index);

#endif
