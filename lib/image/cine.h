/* cine.h - a phantom patient in the scanner: short-axis cine images of a beating heart, and their labels
 *
 * cine_draw makes a patient and an examination of it, both functions of (seed, id, options) alone: the heart
 * (heart.h) of the group that the id has, the torso around it (torso.h), the scanner's field of view, slices,
 * intensity scale, coil and noise. Voxels see the average over their width and over the slice's thickness.
 *
 * Labels are those of ACDC: 0 background, 1 right ventricle, 2 left ventricular muscle, 3 left cavity with
 * its papillary muscles. The cavity is always closed off by muscle: no pixel of 3 touches 0 or 1, corners
 * included.
 */
#ifndef IMAGE_CINE_H
#define IMAGE_CINE_H

#include "image/heart.h"
#include "image/torso.h"

#define CINE_MAX_SLICES 64

struct cine_option {
	int frames[2], slices[2]; /* least and most per cycle, per stack */
	int matrix[2];            /* pixels of the longer side */
	double noise[2];          /* deviation of the noise relative to blood */
};

struct cine {
	uint64_t seed, id;
	struct heart heart;
	struct torso torso;
	int w, h, slices, frames;
	double spacing[4];                /* mm, mm, mm between slices, s between frames */
	int es;                           /* frame of the least volume; 0 is end-diastole */
	double height, weight;            /* cm, kg */
	float cx, cy;                     /* pixel of the heart's axis */
	float cosine, sine;               /* turn of the body in the image */
	float turn;                       /* direction of the septum in the body */
	float tilt[2];                    /* the axis wanders, mm per mm of depth */
	float first, thick;               /* depth of the first slice, thickness, mm */
	float shift[CINE_MAX_SLICES][2];  /* between breath-holds, mm */
	float blood, muscle, pericardium; /* scale of the image; signals relative to blood; mm of fat */
	float noise;                      /* relative to blood */
	float coil[3];                    /* place in the body, reach */
	float *ground;                    /* [slices][h][w] the torso's signal, made once */
	float *gain;                      /* [h][w] the coil's sensitivity, 1 at the heart */
};

void cine_draw(struct cine *c, const struct cine_option *o, uint64_t seed, uint64_t id);
void cine_free(struct cine *c);

/* Frame `frame` into image and mask, each [slices][h][w]; mask may be NULL. */
void cine_frame(int16_t *image, uint8_t *mask, const struct cine *c, int frame);

/* The group of a patient id; groups are spread evenly over ACDC's splits, which go by the last digit. */
enum heart_group cine_group(uint64_t id);

#endif
