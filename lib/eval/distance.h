/* distance.h - exact Euclidean distance transform of voxels that are not cubes
 *
 *   d2(p) = min over q with on[q] != 0 of sum_axis (spacing_axis (p_axis - q_axis))^2
 *
 * in linear time, an axis after the other: rows by two scans, then along y and z the lower envelope of parabolas
 * (Felzenszwalb & Huttenlocher 2012, "Distance transforms of sampled functions"). In double precision, so the only
 * errors are those of rounding, some 1e-15 of the result. The same bytes for any number of threads.
 */
#ifndef EVAL_DISTANCE_H
#define EVAL_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

/* A block of voxels, x fastest: [z][y][x]. */
struct raster {
	int x, y, z;        /* at least 1 */
	double spacing[3];  /* mm along x, y, z */
};

size_t raster_voxels(const struct raster *g);
double raster_voxel(const struct raster *g);      /* mm^3; NAN without spacing */
int raster_has_spacing(const struct raster *g); /* all three between 1e-9 and 1e9; NAN is not */

/* d2 and on have a value for each voxel; d2 is in mm^2, INFINITY everywhere where nothing is on. The raster must
 * have a spacing. */
void distance_squared(double *d2, const uint8_t *on, const struct raster *g);

/* The distances, not squared, of only those voxels where at is 1 (it is 0 elsewhere), in their order, to d; returns how many
 * there are. As fast as reading when most are near: rows are scanned, then each voxel looks at the rows around it for as long
 * as they can hold anything nearer. Where that takes more than DISTANCE_STEPS for a voxel of some plane, it is the transform
 * after all that does it, for all of them. */
#define DISTANCE_STEPS 2
size_t distance_at(double *d, const uint8_t *at, const uint8_t *on, const struct raster *g);

#endif
