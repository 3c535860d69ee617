#include "image/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int
grid_parse(double grid[2], const char *text, struct err *e)
{
	char *end, *rest;

	grid[0] = strtod(text, &end);
	grid[1] = end > text && (*end == ' ' || *end == ',') ? strtod(end + 1, &rest) : NAN;
	if (!(grid[0] > 0 && grid[1] > 0 && isfinite(grid[0]) && isfinite(grid[1])) || rest == end + 1 || *rest)
		return err_set(e, "'%s' is no grid, expected two sizes in mm, as in '1.5 1.5'", text);
	return 0;
}

const char *
grid_format(char buf[GRID_LEN], const double grid[2])
{
	snprintf(buf, GRID_LEN, "%.9g %.9g", grid[0], grid[1]);
	return buf;
}

int
grid_size(int size[2], int h, int w, const double spacing[2], const double grid[2], struct err *e)
{
	int n[2] = { h, w }, i;

	for (i = 0; i < 2; i++) {
		double exact = floor(n[i] * spacing[1 - i] / grid[1 - i] + 0.5);

		if (!(exact <= GRID_MOST))
			return err_set(e, "%d pixels of %g mm would be %g of %g mm, at most %d can be", n[i], spacing[1 - i], exact,
			               grid[1 - i], GRID_MOST);
		size[i] = exact < 1 ? 1 : (int)exact;
	}
	return 0;
}
