/* regrid.h - the images and masks of a record on pixels of another size
 *
 * Images of n x m pixels of `spacing` get the size that grid.h gives them on the grid. The outer edges of the first
 * and the last pixel stay where they are, so an output pixel is n spacing/size wide, which differs from the grid by
 * what the rounding of the size makes of it. The metadata `spacing` tells this true width: areas remain right, and a
 * second time changes nothing. Values are taken at the centres of the new pixels, by image/resample.h: linear, and
 * averaging where pixels become larger; labels are those of the pixel that holds the centre.
 */
#ifndef IMAGE_REGRID_H
#define IMAGE_REGRID_H

#include "image/grid.h"
#include "image/resample.h"
#include "ten/ten.h"

struct regrid {
	double grid[2];           /* mm, x and y */
	struct resampler *worker; /* [par_threads()] */
};

void regrid_init(struct regrid *g, const double grid[2]); /* after par_init */
void regrid_free(struct regrid *g);

/* Brings `image` [N,C,H,W] (which becomes F32), `mask` and `pred` [N,H,W] U8 of r to the grid, in place, and sets the
 * metadata `spacing` and `grid`. Where the size remains what it is only `grid` is set. Tensors of fewer than three
 * dimensions are not images and stay. Errors: no or a bad `spacing`, none of the three, one unlike the others,
 * another tensor of images, more than 2^31 - 1 pixels. Then r is as it was. */
int regrid_record(struct regrid *g, struct record *r, struct err *e);

/* The median of the volumes' spacings, x and y each by itself (of an even number the mean of the two in the middle),
 * to the digits that grid_format keeps. Volumes are what differs in `case`, `patient`, `frame`, `file` or spacing,
 * however many records hold their slices. Returns how many there are, or -1; no records are an error. */
int regrid_median(double grid[2], const struct ten_map *m, struct err *e);

#endif
