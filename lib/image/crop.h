/* crop.h - random boxes (RandomResizedCrop, Szegedy et al. 2015; SPEC 8) */
#ifndef IMAGE_CROP_H
#define IMAGE_CROP_H

#include "base/rng.h"
#include "image/resample.h"

/* A box within (h,w): up to ten times an area of U(scale) of the image and an aspect w/h of
 * exp U(log ratio[0], log ratio[1]), width and height rounded; the first that fits, at a uniform place. If none
 * does, the largest central box whose aspect lies within `ratio`. scale within (0,1], ratio positive. */
struct box crop_random(struct rng *r, int h, int w, const double scale[2], const double ratio[2]);

/* The square in the middle of (h,w) whose side is this part (0..1) of the shorter one. */
struct box crop_middle(int h, int w, double part);

#endif
