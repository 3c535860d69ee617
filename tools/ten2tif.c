/* ten2tif - look at a tensor stream: pictures with labels drawn in, contact sheets */
#include "shared/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/caption.h"
#include "image/difference.h"
#include "image/legend.h"
#include "image/panels.h"
#include "io/picture_write.h"
#include "ten/names.h"

static const char *tensor, *names_text;
static double window[2] = { NAN, NAN };
static int channel = -1, labels = PANELS_CONTOUR, panels = PANELS_EACH, zoom = 1;
static int sheet, columns, every = 1, limit, caption, legend;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "tensor", OPT_TEXT, &tensor, "NAME", "the tensor to show, or views", 0, 0, "image, else views" },
	{ 0, "channel", OPT_INT, &channel, "N", "the one to show, -1: three as colours", -1, 65535, "" },
	{ 0, "window", OPT_PAIR, window, "LO,HI", "percentiles shown as black and white", 0, 100,
	  "0.5,99.5; 8-bit colours as they are" },
	{ 0, "labels", OPT_CHOICE, &labels, "contour|fill|difference|none", "how mask and pred are drawn", 0, 0, "" },
	{ 0, "panels", OPT_CHOICE, &panels, "one|each|all", "pictures of a sample", 0, 0, "" },
	{ 'z', "zoom", OPT_INT, &zoom, "N", "picture pixels per pixel and direction", 1, 32, "" },
	{ 0, "caption", OPT_FLAG, &caption, 0, "say above each picture what it is of", 0, 0, "" },
	{ 0, "legend", OPT_FLAG, &legend, 0, "say below what the colours mean", 0, 0, "" },
	{ 0, "names", OPT_TEXT, &names_text, "NAMES", "names of the classes, from 0 on (NAME,NAME,...)", 0, 0,
	  "those in the stream" },
	{ 0, "sheet", OPT_FLAG, &sheet, 0, "all on one page", 0, 0, "" },
	{ 0, "columns", OPT_INT, &columns, "N", "of the sheet, 0 for nearly square", 0, 10000, "" },
	{ 0, "every", OPT_INT, &every, "K", "only every K-th sample", 1, 2147483647, "" },
	{ 0, "limit", OPT_INT, &limit, "N", "no more than N samples, 0 for all", 0, 2147483647, "" },
	OPT_END
};

/* What a record has to show. */
struct source {
	const struct tensor *image[2], *mask, *pred;
	const struct meta *meta;
	int64_t n;
	int c, h, w, ignore;
};

static struct tiff_writer pages; /* without --sheet */
static struct show *cells;       /* with it, or for a PNG */
static int n_cells, png;

/* For the legend: what was drawn so far (without --sheet: in this picture). */
static struct {
	unsigned char label[256];
	int mask, pred, ignored;
} drawn;
static struct names names;

static const struct tensor *
find_labels(const struct ten_reader *in, const struct record *r, const char *name, const struct tensor *image)
{
	const struct tensor *t = labels == PANELS_NONE ? NULL : record_find(r, name);
	char shape[TENSOR_SHAPE_LEN], other[TENSOR_SHAPE_LEN];

	if (!t && labels == PANELS_DIFFERENCE)
		in_die(in, r, "no tensor '%s': --labels difference needs 'mask' and 'pred'", name);
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

/* The tensor, or the pair of views. */
static void
find_images(struct source *s, const struct ten_reader *in, const struct record *r)
{
	int image = record_find(r, "image") || !record_find(r, "view.1");
	int views = tensor ? !strcmp(tensor, "views") : !image;
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];

	s->image[0] = in_tensor(in, r, views ? "view.1" : tensor ? tensor : "image", 4);
	s->image[1] = views ? in_tensor(in, r, "view.2", 4) : NULL;
	if (views && !tensor_same_shape(s->image[0], s->image[1]))
		in_die(in, r, "'view.1' is %s, 'view.2' is %s", tensor_shape(a, s->image[0]), tensor_shape(b, s->image[1]));
}

static struct source
find_source(const struct ten_reader *in, const struct record *r)
{
	struct source s = { .meta = &r->meta };
	const int64_t *dim;
	int64_t ignore = -1;
	char shape[TENSOR_SHAPE_LEN];
	int most = 30000 / zoom; /* keeps all products within an int */
	struct err e;

	find_images(&s, in, r);
	dim = s.image[0]->dim;
	tensor_shape(shape, s.image[0]);
	if (dim[1] < 1 || dim[2] < 1 || dim[3] < 1 || dim[1] > 65536 || dim[2] > most || dim[3] > most)
		in_die(in, r, "'%s' is %s: cannot be shown at zoom %d", s.image[0]->name, shape, zoom);
	s.n = dim[0];
	s.c = (int)dim[1];
	s.h = (int)dim[2];
	s.w = (int)dim[3];
	if (channel >= s.c)
		in_die(in, r, "'%s' is %s: it has no channel %d", s.image[0]->name, shape, channel);
	s.mask = s.image[1] ? NULL : find_labels(in, r, "mask", s.image[0]);
	s.pred = s.image[1] ? NULL : find_labels(in, r, "pred", s.image[0]);
	if (meta_int(&r->meta, "ignore", &ignore, 0, 255, &e) < 0)
		in_die(in, r, "%s", e.msg);
	s.ignore = s.mask ? (int)ignore : -1;
	if (legend && !names_text) {
		names_free(&names);
		if (names_read(&names, &r->meta, &e))
			in_die(in, r, "%s", e.msg);
	}
	return s;
}

/* The values of sample i, and what is shown of them as black and white. The caller frees them. */
static float *
values(float *lo, float *hi, const struct source *s, const struct tensor *t, int64_t i)
{
	int colour = s->c == 3 && channel < 0;
	int64_t plane = (int64_t)s->h * s->w, n = colour ? 3 * plane : plane;
	float *x = mem_array((size_t)n, sizeof *x);
	double percent[2] = { .5, 99.5 };

	*lo = 0;
	*hi = 255;
	tensor_to_f32(x, t, i * s->c * plane + (channel > 0 ? channel : 0) * plane, n);
	if (!isnan(window[0]))
		memcpy(percent, window, sizeof percent);
	if (!isnan(window[0]) || !colour || t->dtype != TEN_U8)
		show_window(lo, hi, x, n, percent);
	return x;
}

/* The labels of sample i, counted for the legend. */
static const uint8_t *
labels_at(const struct source *s, const struct tensor *t, int64_t i)
{
	int64_t area = (int64_t)s->h * s->w, k;
	const uint8_t *label = t ? (const uint8_t *)t->data + i * area : NULL;

	for (k = 0; label && k < area; k++)
		if (t == s->mask && label[k] == s->ignore)
			drawn.ignored = 1;
		else
			drawn.label[label[k]] = 1;
	return label;
}

/* The picture of sample i, with its caption; seen: samples before it. */
static struct show
compose(const struct source *s, int64_t i, uint64_t seen)
{
	struct panels p = { .channels = s->c == 3 && channel < 0 ? 3 : 1, .h = s->h, .w = s->w, .ignore = s->ignore,
		            .zoom = zoom, .labels = (enum panels_labels)labels, .which = (enum panels_which)panels };
	char first[CAPTION_LEN], second[CAPTION_LEN];
	float *x[2] = { NULL };
	struct show out;
	struct err e;
	int k;

	for (k = 0; k < 2 && s->image[k]; k++)
		p.image[k] = x[k] = values(&p.lo[k], &p.hi[k], s, s->image[k], i);
	p.mask = labels_at(s, s->mask, i);
	p.pred = labels_at(s, s->pred, i);
	drawn.mask |= p.mask != NULL;
	drawn.pred |= p.pred != NULL;
	if (panels_show(&out, &p, &e))
		die("%s", e.msg);
	free(x[0]);
	free(x[1]);
	if (caption) {
		caption_text(first, second, s->meta, i, seen);
		show_caption(&out, first, second);
	}
	return out;
}

/* What was drawn since the last legend. */
static void
add_legend(struct show *s)
{
	static const uint8_t white[3] = { 255, 255, 255 };
	struct legend_entry entry[256 + 5];
	char number[256][NAMES_NUMBER];
	int judged = labels == PANELS_DIFFERENCE, contours = labels == PANELS_CONTOUR || (judged && panels != PANELS_ONE);
	int classes = (contours || labels == PANELS_FILL) && (drawn.mask || drawn.pred) ? 256 : 0, n = 0, k;

	for (k = 1; k < classes; k++) {
		if (k >= names.n && !drawn.label[k])
			continue;
		entry[n++] = (struct legend_entry){ show_colour(k), contours ? LEGEND_SOLID : LEGEND_FILL,
			                            names_get(number[k], &names, k) };
	}
	if (contours && drawn.mask && drawn.pred)
		entry[n++] = (struct legend_entry){ white, LEGEND_SOLID, "truth" };
	if (contours && drawn.pred)
		entry[n++] = (struct legend_entry){ white, LEGEND_DASHED, "predicted" };
	if (judged && drawn.mask) {
		entry[n++] = (struct legend_entry){ verdict_colour(VERDICT_RIGHT), LEGEND_FILL, "right" };
		entry[n++] = (struct legend_entry){ verdict_colour(VERDICT_MISSED), LEGEND_FILL, "missed" };
		entry[n++] = (struct legend_entry){ verdict_colour(VERDICT_EXTRA), LEGEND_FILL, "extra" };
	}
	if (drawn.ignored)
		entry[n++] = (struct legend_entry){ ignored_colour, LEGEND_HATCH, "no truth" };
	if (n)
		show_legend(s, entry, n);
	memset(&drawn, 0, sizeof drawn);
}

static void
put(struct show s)
{
	struct page page;
	struct err e;

	if (!sheet && !png) {
		if (legend)
			add_legend(&s);
		page = (struct page){ s.w, s.h, 3, TEN_U8, s.rgb };
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
			put(compose(&s, i, seen - 1));
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
	if (legend)
		add_legend(&s);
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

	if (names_text && names_parse(&names, names_text, 0, &e))
		die("--names %s", e.msg);
	png = dot && !strcmp(dot, ".png");
	if (!png && tiff_create(&pages, opt_common.output, 1, &e))
		die("%s", e.msg);
	show_all(n ? argv[0] : NULL);
	if (n_cells)
		write_cells();
	if (!png && tiff_finish(&pages, &e))
		die("%s", e.msg);
	names_free(&names);
	return 0;
}
