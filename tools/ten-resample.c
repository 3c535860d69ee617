/* ten-resample - bring images and masks to pixels of one size */
#include <string.h>

#include "image/regrid.h"
#include "shared/tool.h"

static const char *spacing;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "spacing", OPT_TEXT, &spacing, "X,Y", "size of pixels in mm, or 'median': that of a file's volumes", 0, 0,
	  "none" },
	OPT_END
};

static void
take_median(double grid[2], const char *path)
{
	char buf[GRID_LEN];
	struct ten_map m;
	struct err e;
	int rc = ten_map(&m, path, &e), n;

	if (rc < 0)
		die("%s", e.msg);
	if (rc)
		die("%s is a pipe: --spacing median needs a file", path && strcmp(path, "-") ? path : "standard input");
	n = regrid_median(grid, &m, &e);
	if (n < 0)
		die("%s: %s", m.name, e.msg);
	note("median spacing of %d volumes: %s mm", n, grid_format(buf, grid));
	ten_unmap(&m);
}

static void
choose_grid(double grid[2], const char *path)
{
	struct err e;

	if (!spacing)
		die("give --spacing X,Y or --spacing median");
	if (!strcmp(spacing, "median"))
		take_median(grid, path);
	else if (grid_parse(grid, spacing, &e))
		die("--spacing: %s", e.msg);
}

int
main(int argc, char *argv[])
{
	struct ten_reader in;
	struct ten_writer out;
	struct record r = { 0 };
	struct regrid g;
	double grid[2];
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file]", "bring images and masks to pixels of one size", 0, 1);

	choose_grid(grid, n ? argv[0] : NULL);
	regrid_init(&g, grid);
	in_open(&in, n ? argv[0] : NULL);
	out_open(&out);
	while (in_read(&in, &r)) {
		if (regrid_record(&g, &r, &e))
			in_die(&in, &r, "%s", e.msg);
		out_write(&out, &r);
	}
	in_close(&in);
	record_free(&r);
	regrid_free(&g);
	out_close(&out);
	return 0;
}
