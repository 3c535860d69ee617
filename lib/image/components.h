/* components.h - connected components of labels, in volumes and in pictures
 *
 * A component is a largest set of voxels, all with a label within [lo,hi], in which neighbours lead from each to each.
 * Neighbours of a voxel are, in a volume (a picture is a volume of one slice, where they are 4, 8 and 8):
 *
 *   6    those it shares a face with
 *   18   or an edge
 *   26   or a corner
 *
 * 26 is what nnU-Net takes (acvl_utils asks skimage.measure.label for full connectivity): a thin wall that runs
 * obliquely stays in one piece. Time is linear in the number of voxels but for the inverse Ackermann function of the number
 * of runs: those along x are found and joined by union-find (Tarjan 1975), and voxels are not looked at one by one.
 */
#ifndef IMAGE_COMPONENTS_H
#define IMAGE_COMPONENTS_H

#include <stdint.h>

#define COMPONENTS_NEIGHBOURS 26 /* what tools take */

struct component {
	int64_t voxels;
	int64_t first; /* index of its first voxel, by which components are ordered */
	int64_t lo[3], hi[3]; /* the box it lies in, z y x, both ends within */
};

struct components {
	struct component *c;
	int n;
};

/* The components of the voxels of mask[dim] (dim: z y x) with lo <= label <= hi, in the order of their first voxels.
 * numbers[dim], unless NULL, receives 1 + the component of every voxel, 0 for those that are in none. neighbours: 6, 18
 * or 26. More than 2^31 - 2 components cannot be counted: BUG(). */
void components_find(struct components *cs, int32_t *numbers, const uint8_t *mask, const int64_t dim[3], int lo, int hi,
                     int neighbours);
void components_free(struct components *cs);

/* Of the voxels with lo <= label <= hi only the largest component stays (among equals the first one), the others get
 * label 0. Returns how many voxels that changed. */
int64_t components_keep_largest(uint8_t *mask, const int64_t dim[3], int lo, int hi, int neighbours);

#endif
