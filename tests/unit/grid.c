/* grid: texts there and back, sizes by hand, what is refused */
#include "image/grid.h"

#include "check.h"

static int
sized(int size[2], int h, int w, double sx, double sy, const char *text)
{
	double grid[2];
	struct err e;

	return grid_parse(grid, text, &e) || grid_size(size, h, w, (double[]){ sx, sy }, grid, &e);
}

static void
test_texts(void)
{
	static const char *const wrong[] = { "", "1.5", "1.5 ", "1.5,x", "1.5 1.5 1.5", "0 1", "1 -1", "nan 1", "1 inf", "1;1" };
	char buf[GRID_LEN];
	double grid[2];
	struct err e;
	size_t i;

	CHECK(!grid_parse(grid, "1.5 0.75", &e) && grid[0] == 1.5 && grid[1] == 0.75, "two sizes, x first");
	CHECK_STR(grid_format(buf, grid), "1.5 0.75", "and back");
	CHECK(!grid_parse(grid, "1.36719,2", &e) && grid[0] == 1.36719 && grid[1] == 2, "with a comma");
	CHECK_STR(grid_format(buf, grid), "1.36719 2", "is written with a blank");
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(grid_parse(grid, wrong[i], &e) && strstr(e.msg, "is no grid"), wrong[i]);
}

static void
test_sizes(void)
{
	int size[2];

	CHECK(!sized(size, 100, 200, 1.5, 1.5, "1.5 1.5") && size[0] == 100 && size[1] == 200, "its own grid: nothing changes");
	CHECK(!sized(size, 100, 200, 1, 2, "2 1") && size[0] == 200 && size[1] == 100, "x is the width, y the height");
	CHECK(!sized(size, 101, 99, 1, 1, "2 2") && size[0] == 51 && size[1] == 50, "halves are rounded up");
	CHECK(!sized(size, 3, 3, 1, 1, "100 100") && size[0] == 1 && size[1] == 1, "at least one pixel");
	CHECK(!sized(size, 256, 256, 1, 1, "0.00390625 1") && size[1] == GRID_MOST, "as many as can be");
	CHECK(sized(size, 256, 256, 1, 1, "0.0039 1"), "and no more");
}

int
main(void)
{
	test_texts();
	test_sizes();
	return check_done();
}
