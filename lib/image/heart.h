/* heart.h - a beating heart in numbers: two ventricles, their wall, and what disease does to them
 *
 * Not a mesh but radii. A cut across the long axis at depth z (mm, 0 = valve plane at end-diastole, growing
 * towards the apex) is described around the left ventricle's axis by three radii for every direction: of the
 * cavity (endo), of the muscle around it (epi), and of the right ventricle that clasps it on the septal side
 * (rv; the right cavity lies between epi and rv). Direction 0 is the lateral wall, pi the septum.
 *
 * The left cavity is a bullet, radius r0 (1 - s^p)^1/2 at the fraction s of its length, r0 from the volume.
 * In systole the valve plane descends, healthy muscle moves inward by the fraction that yields the volume
 * asked for, scars stay where they are, and muscle keeps its volume, so the wall thickens where it contracts.
 * The right ventricle's width follows from its own volume. Volumes and ejection fractions by group are near
 * those of the ACDC groups (Bernard et al. 2018): NOR normal, DCM dilated, HCM hypertrophic, MINF infarcted,
 * RV right ventricle dilated.
 */
#ifndef IMAGE_HEART_H
#define IMAGE_HEART_H

#include "base/rng.h"

enum heart_group { HEART_NOR, HEART_DCM, HEART_HCM, HEART_MINF, HEART_RV, HEART_GROUPS };
const char *heart_group_name(enum heart_group g); /* "NOR" ... */

#define HEART_ANGLES 96 /* directions of a cut */
#define HEART_LEVELS 32 /* depths at which volumes are summed */

struct heart {
	enum heart_group group;
	double edv, ef;             /* left ventricle: ml at end-diastole, ejection fraction */
	double rv_edv, rv_ef;       /* right */
	double muscle;              /* ml of left ventricular muscle */
	double length;              /* mm from valve plane to the cavity's tip, end-diastole */
	double descent;             /* fraction of the length that the valve plane descends */
	double tip;                 /* mm of muscle below the cavity */
	double systole;             /* fraction of the cycle at which volumes are least */
	double bullet, r0;          /* p and r0 above */
	double rv_reach;            /* how far down the right ventricle goes, as a fraction of the length */
	double rv_skew;             /* its bulge towards the diaphragm */
	float ray[HEART_ANGLES][2]; /* unit vector of each direction */
	float shape[HEART_ANGLES];  /* of the cavity, mean about 1 */
	float wall[HEART_LEVELS][HEART_ANGLES]; /* muscle: epi^2 - endo^2 at end-diastole, mm^2 */
	float move[HEART_LEVELS][HEART_ANGLES]; /* 1 contracts, 0 is scarred */
	double sum[3];                          /* of r^2 u^k, for the contraction */
};

void heart_draw(struct heart *h, enum heart_group g, struct rng *r);

/* The heart at one moment. */
struct heart_pose {
	double base;              /* depth of the valve plane, mm */
	double length;            /* of the cavity now */
	double inward;            /* contraction: endo = end-diastolic radius * (1 - inward * move) */
	double rv_width;          /* mm */
	double volume, rv_volume; /* asked for, ml */
};

/* ml in the left ventricle; phase: fraction of the cycle, 0 = end-diastole. */
double heart_volume(const struct heart *h, double phase);
void heart_at(struct heart_pose *p, const struct heart *h, double phase);

struct heart_cut {
	float endo[HEART_ANGLES + 1], epi[HEART_ANGLES + 1]; /* mm; the last repeats the first */
	float rv[HEART_ANGLES + 1];
	float depth; /* fraction s; below 0 the cut is above the valve plane and shows atria */
};

void heart_slice(struct heart_cut *c, const struct heart *h, const struct heart_pose *p, double z);

#endif
