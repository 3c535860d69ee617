/* torso.h - what lies around the heart in a short-axis image: chest wall, lung, diaphragm, organs below it
 *
 * Coordinates are mm from the left ventricle's axis in the plane of the image, x to the right and y down when
 * the chest wall is at the left and top, z as in heart.h. Values are signals of a balanced steady-state
 * sequence relative to blood: blood and fat are bright, muscle and liver dim, lung and bone nearly black.
 * Many things here look like parts of the heart, as they do in patients: vessels like the cavity, spleen and
 * muscle like its wall.
 */
#ifndef IMAGE_TORSO_H
#define IMAGE_TORSO_H

#include "base/rng.h"

struct torso_blob {
	float x, y, rx, ry, cosine, sine; /* an ellipse */
	float z, reach;                   /* present from z - reach to z + reach */
	float signal, grain;              /* grain: strength of its texture */
};

#define TORSO_BLOBS 9

struct torso {
	uint64_t seed;                          /* of the textures */
	float muscle, fat, lung, liver, marrow; /* signals */
	float cx, cy, rx, ry;                   /* body outline: a superellipse */
	float skin, wall;                       /* mm of fat, and of muscle and ribs */
	float narrow;                           /* loss of the chest's width from base to apex, per mm */
	float dome, rise, liver_edge;           /* diaphragm: its height, how it comes up towards the apex */
	struct torso_blob blob[TORSO_BLOBS];
};

/* muscle: its signal, which the heart shares. */
void torso_draw(struct torso *t, float muscle, struct rng *r);

/* Signal at a place. Edges are `soft` mm wide, as a voxel of that size sees them. */
float torso_signal(const struct torso *t, float x, float y, float z, float soft);

#endif
