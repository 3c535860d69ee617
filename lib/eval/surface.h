/* surface.h - how far apart the surfaces of two masks are: HD, HD95, ASSD
 *
 * The surface of a mask is those of its voxels that have a face neighbour (6 in a volume, 4 in a single slice) outside
 * the mask; what is outside the image is outside the mask. T and P are the surfaces of truth and prediction, their voxels
 * taken as points at the centres, and D pools the distances from either surface to the other:
 *
 *   D = { min_{q in P} |p - q| : p in T } and { min_{q in T} |p - q| : p in P }, together |T| + |P| values
 *
 *   HD   = max D           Hausdorff distance
 *   HD95 = 95th percentile of D, linear between ranks (Hyndman & Fan's type 7, as numpy's)
 *   ASSD = mean of D       average symmetric surface distance (Heimann et al., IEEE TMI 2009)
 *
 * Surface, HD and HD95 are those of medpy, by which most published results on ACDC were computed, nnU-Net's too. Others
 * differ: MONAI's HD95 is the larger of the percentiles of the two parts of D, DeepMind's surface-distance weighs surface
 * elements by their area, and medpy's assd is the mean of the means of the two parts.
 *
 * Both masks empty: all 0. One of them empty, or no spacing: all NAN.
 */
#ifndef EVAL_SURFACE_H
#define EVAL_SURFACE_H

#include "eval/distance.h"

struct surface {
	double hd, hd95, assd; /* mm */
};

/* Of the voxels with label `class` in two label volumes [z][y][x]. With g->z = 1 they are images, whose voxels have no
 * neighbours above or below; in a volume the first and the last slice have the outside there, so that all their voxels
 * are surface. Works in parallel, but inside a par_for; the same bytes for any number of threads. */
struct surface surface_compare(const uint8_t *truth, const uint8_t *pred, int class, const struct raster *g);

#endif
