/* grid.h - images on pixels of another size
 *
 * A grid is the size of pixels in mm, x and y; as metadata `grid` it is the text "1.5 1.5". An image of n pixels, each
 * `spacing` wide, has n spacing/grid pixels on it, rounded, and at least one: so the outer edges stay where they are (but
 * for the rounding), and an image that has the grid's pixels already is not touched.
 */
#ifndef IMAGE_GRID_H
#define IMAGE_GRID_H

#include "base/err.h"

#define GRID_LEN 64         /* room for any text */
#define GRID_MOST 65536     /* pixels of a side */

/* From "X Y" or "X,Y", both positive. The message does not say where the text stood. */
int grid_parse(double grid[2], const char *text, struct err *e);
const char *grid_format(char buf[GRID_LEN], const double grid[2]);

/* size[2] (height, width) of an image of h x w pixels of this spacing (x, y) on the grid. More than GRID_MOST is an error. */
int grid_size(int size[2], int h, int w, const double spacing[2], const double grid[2], struct err *e);

#endif
