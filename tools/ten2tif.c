/* ten2tif - look at a tensor stream: pictures with labels drawn in, contact sheets */
#include "shared/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/show.h"
#include "io/picture_write.h"

enum { PANELS_ONE, PANELS_EACH, PANELS_ALL };
enum { LABELS_CONTOUR, LABELS_FILL, LABELS_NONE };

static const char *tensor;
static double window[2] = { NAN, NAN };
static int channel = -1, labels = LABELS_CONTOUR, panels = PANELS_EACH, zoom = 1;
static int sheet, columns, every = 1, limit;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "tensor", OPT_TEXT, &tensor, "NAME", "the tensor to show", 0, 0, "image, else view.1" },
	{ 0, "channel", OPT_INT, &channel, "N", "the one to show, -1: three as colours", -1, 65535, "" },
	{ 0, "window", OPT_PAIR, window, "LO,HI", "percentiles shown as black and white", 0, 100,
	  "0.5,99.5; 8-bit colours as they are" },
	{ 0, "labels", OPT_CHOICE, &labels, "contour|fill|none", "how mask and pred are drawn", 0, 0, "" },
	{ 0, "panels", OPT_CHOICE, &panels, "one|each|all", "pictures of a sample", 0, 0, "" },
	{ 'z', "zoom", OPT_INT, &zoom, "N", "picture pixels per pixel and direction", 1, 32, "" },
	{ 0, "sheet", OPT_FLAG, &sheet, 0, "all on one page", 0, 0, "" },
	{ 0, "columns", OPT_INT, &columns, "N", "of the sheet, 0 for nearly square", 0, 10000, "" },
	{ 0, "every", OPT_INT, &every, "K", "only every K-th sample", 1, 2147483647, "" },
	{ 0, "limit", OPT_INT, &limit, "N", "no more than N samples, 0 for all", 0, 2147483647, "" },
	OPT_END
};

/* What a record has to show. */
struct source {
	const struct tensor *image, *mask, *pred;
	int64_t n;
	int c, h, w;
};

static struct tiff_writer pages; /* without --sheet */
static struct show *cells;       /* with it, or for a PNG */
static int n_cells, png;

static const struct tensor *
find_labels(const struct ten_reader *in, const struct record *r, const char *name, const struct tensor *image)
{
	const struct tensor *t = labels == LABELS_NONE ? NULL : record_find(r, name);
	char shape[TENSOR_SHAPE_LEN], other[TENSOR_SHAPE_LEN];

	if (!t)
		return NULL;
	if (t->dtype != TEN_U8)
		in_die(in, r, "'%s' is %s, expected U8", name, ten_dtype_name(t->dtype));
	if (t->ndim != 3 || t->dim[0] != image->dim[0] || t->dim[1] != image->dim[2] ||
	    t->dim[2] != image->dim[3])
		in_die(in, r, "'%s' is %s, which does not fit '%s' %s", name, tensor_shape(shape, t),
		       image->name, tensor_shape(other, image));
	return t;
}

static struct source
find_source(const struct ten_reader *in, const struct record *r)
{
	const char *other = record_find(r, "image") || !record_find(r, "view.1") ? "image" : "view.1";
	struct source s = { .image = in_tensor(in, r, tensor ? tensor : other, 4) };
	const int64_t *dim = s.image->dim;
	char shape[TENSOR_SHAPE_LEN];
	int most = 30000 / zoom; /* keeps all products within an int */

	tensor_shape(shape, s.image);
	if (dim[1] < 1 || dim[2] < 1 || dim[3] < 1 || dim[1] > 65536 || dim[2] > most || dim[3] > most)
		in_die(in, r, "'%s' is %s: cannot be shown at zoom %d", s.image->name, shape, zoom);
	s.n = dim[0];
	s.c = (int)dim[1];
	s.h = (int)dim[2];
	s.w = (int)dim[3];
	if (channel >= s.c)
		in_die(in, r, "'%s' is %s: it has no channel %d", s.image->name, shape, channel);
	s.mask = find_labels(in, r, "mask", s.image);
	s.pred = find_labels(in, r, "pred", s.image);
	return s;
}

/* Sample i without labels. */
static void
plain(struct show *out, const struct source *s, int64_t i)
{
	int colour = s->c == 3 && channel < 0;
	int64_t plane = (int64_t)s->h * s->w, n = colour ? 3 * plane : plane;
	float *x = mem_array((size_t)n, sizeof *x), lo = 0, hi = 255;
	double percent[2] = { .5, 99.5 };

	tensor_to_f32(x, s->image, i * s->c * plane + (channel > 0 ? channel : 0) * plane, n);
	if (!isnan(window[0]))
		memcpy(percent, window, sizeof percent);
	if (!isnan(window[0]) || !colour || s->image->dtype != TEN_U8)
		show_window(&lo, &hi, x, n, percent);
	show_image(out, x, colour ? 3 : 1, s->h, s->w, lo, hi, zoom);
	free(x);
}

static void
draw(struct show *out, const struct source *s, const struct tensor *t, int64_t i, enum show_style style)
{
	if (t)
		show_labels(out, (const uint8_t *)t->data + i * s->h * s->w, s->h, s->w, zoom,
		            labels == LABELS_FILL ? SHOW_FILL : style);
}

/* The panels of sample i, side by side. */
static struct show
compose(const struct source *s, int64_t i)
{
	struct show panel[3], all;
	int n = 0, k;

	plain(&panel[n++], s, i);
	if (panels == PANELS_ONE) {
		draw(&panel[0], s, s->mask, i, SHOW_SOLID);
		draw(&panel[0], s, s->pred, i, SHOW_DASHED);
		return panel[0];
	}
	n = panels == PANELS_ALL || (!s->mask && !s->pred);
	if (s->mask) {
		if (n)
			plain(&panel[n], s, i);
		draw(&panel[n++], s, s->mask, i, SHOW_SOLID);
	}
	if (s->pred) {
		if (n)
			plain(&panel[n], s, i);
		draw(&panel[n++], s, s->pred, i, SHOW_DASHED);
	}
	if (n == 1)
		return panel[0];
	show_sheet(&all, panel, n, n, 0);
	for (k = 0; k < n; k++)
		show_free(&panel[k]);
	return all;
}

static void
put(struct show s)
{
	struct page page = { s.w, s.h, 3, TEN_U8, s.rgb };
	struct err e;

	if (!sheet && !png) {
		if (tiff_page(&pages, &page, &e))
			die("%s", e.msg);
		show_free(&s);
		return;
	}
	if (!sheet && n_cells)
		die("'%s': a PNG holds one picture: add --sheet, or --limit 1", opt_common.output);
	cells = mem_grow(cells, (size_t)n_cells + 1, sizeof *cells);
	cells[n_cells++] = s;
}

/* Reads to the end even when --limit is reached: so a stream that is cut short is noticed. */
static void
show_all(const char *path)
{
	struct ten_reader in;
	struct record r = { 0 };
	uint64_t seen = 0, shown = 0;

	in_open(&in, path);
	while (in_read(&in, &r)) {
		struct source s = find_source(&in, &r);
		int64_t i;

		for (i = 0; i < s.n; i++) {
			if (seen++ % (uint64_t)every || (limit && shown >= (uint64_t)limit))
				continue;
			put(compose(&s, i));
			shown++;
		}
	}
	in_close(&in);
	record_free(&r);
	if (!shown)
		die("'%s' has no samples to show", path && strcmp(path, "-") ? path : "standard input");
}

/* The sheet, or a PNG's one picture. */
static void
write_cells(void)
{
	struct show s;
	struct page page;
	struct err e;
	int n = columns ? columns : (int)ceil(sqrt(n_cells)), w, h, i;

	if (n > n_cells)
		n = n_cells;
	if (show_sheet_size(&w, &h, cells, n_cells, n, 2 * zoom))
		die("a sheet of %d pictures is too large: use --every or --limit", n_cells);
	show_sheet(&s, cells, n_cells, n, 2 * zoom);
	page = (struct page){ s.w, s.h, 3, TEN_U8, s.rgb };
	if (png ? png_write(opt_common.output, &page, &e) : tiff_page(&pages, &page, &e))
		die("%s", e.msg);
	show_free(&s);
	for (i = 0; i < n_cells; i++)
		show_free(&cells[i]);
	free(cells);
}

int
main(int argc, char *argv[])
{
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file]", "pictures of a tensor stream, TIFF or PNG", 0, 1);
	const char *dot = opt_common.output ? strrchr(opt_common.output, '.') : NULL;

	png = dot && !strcmp(dot, ".png");
	if (!png && tiff_create(&pages, opt_common.output, 1, &e))
		die("%s", e.msg);
	show_all(n ? argv[0] : NULL);
	if (n_cells)
		write_cells();
	if (!png && tiff_finish(&pages, &e))
		die("%s", e.msg);
	return 0;
}
