/* images on pixels of another size: places, sizes, metadata, the median (image/regrid.h) */
#include "image/regrid.h"

#include <stdlib.h>

#include "base/mem.h"

#include "check.h"

enum { H = 24, W = 36 };
static const double old_mm[2] = { 1.25, 2 };

/* Values that say where they are: x + 10 y mm of the pixel's centre, in two channels; labels likewise, by the cm. */
static void
place(struct record *r, const char *spacing)
{
	int64_t labels[3] = { 1, H, W };
	float *image = record_add4(r, "image", TEN_F32, 1, 2, H, W)->data;
	uint8_t *mask = record_add(r, "mask", TEN_U8, 3, labels)->data;
	int i;

	for (i = 0; i < H * W; i++) {
		double x = (i % W + 0.5) * old_mm[0], y = (i / W + 0.5) * old_mm[1];

		image[i] = (float)(x + 10 * y);
		image[H * W + i] = -image[i];
		mask[i] = (uint8_t)((int)(x / 10) + 10 * (int)(y / 10));
	}
	if (spacing)
		meta_set(&r->meta, "spacing", spacing);
}

/* Away from the borders, where there is nothing beyond to average with, each pixel still says where it is: exactly between
 * pixels and where whole ones are averaged, otherwise as well as the few weights of a triangle do it. */
static void
check_places(const struct record *r, const double mm[2], double tolerance, const char *name)
{
	const struct tensor *image = record_find(r, "image"), *mask = record_find(r, "mask");
	const float *v = image->data;
	int h = (int)image->dim[2], w = (int)image->dim[3], y, x, off = 0, wrong = 0;
	char text[120];

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			double at[2] = { (x + 0.5) * mm[0], (y + 0.5) * mm[1] };
			int column = (int)(at[0] / old_mm[0]), row = (int)(at[1] / old_mm[1]);
			int label = (int)((column + 0.5) * old_mm[0] / 10) + 10 * (int)((row + 0.5) * old_mm[1] / 10);

			wrong += ((const uint8_t *)mask->data)[y * w + x] != label;
			if (at[0] < 5 || at[1] < 5 || at[0] > W * old_mm[0] - 5 || at[1] > H * old_mm[1] - 5)
				continue;
			off += fabs(v[y * w + x] - (at[0] + 10 * at[1])) > tolerance || v[(h + y) * w + x] != -v[y * w + x];
		}
	snprintf(text, sizeof text, "%s: each pixel has the value of its place (%d have not)", name, off);
	CHECK(!off && h * w > 100, text);
	snprintf(text, sizeof text, "%s: each label is that of its place (%d are not)", name, wrong);
	CHECK(!wrong && mask->dim[1] == h && mask->dim[2] == w, text);
}

static void
resamples(const char *grid_text, int h, int w, const char *spacing, double tolerance, const char *name)
{
	struct record r = { 0 };
	struct regrid g;
	struct err e = { 0 };
	double grid[2] = { 0 }, mm[2];
	const struct tensor *t;

	place(&r, "1.25 2 8");
	CHECK(!grid_parse(grid, grid_text, &e), grid_text);
	regrid_init(&g, grid);
	CHECK(!regrid_record(&g, &r, &e), e.msg);
	t = record_find(&r, "image");
	CHECK(t->dim[2] == h && t->dim[3] == w && t->dtype == TEN_F32, name);
	CHECK_STR(meta_get(&r.meta, "spacing"), spacing, "the true width of the pixels");
	mm[0] = W * old_mm[0] / w;
	mm[1] = H * old_mm[1] / h;
	check_places(&r, mm, tolerance, name);
	record_free(&r);
	regrid_free(&g);
}

/* An image that has the size keeps its type, its bytes and even its memory. */
static void
keeps(void)
{
	struct record r = { 0 };
	struct regrid g;
	struct err e = { 0 };
	double grid[2] = { 1.251, 2 };
	void *data;

	place(&r, "1.25 2 8");
	data = record_find(&r, "image")->data;
	regrid_init(&g, grid);
	CHECK(!regrid_record(&g, &r, &e) && record_find(&r, "image")->data == data, "nothing to do, nothing done");
	CHECK_STR(meta_get(&r.meta, "spacing"), "1.25 2 8", "the spacing stays");
	CHECK_STR(meta_get(&r.meta, "grid"), "1.251 2", "the grid is what was asked for");
	record_free(&r);
	regrid_free(&g);
}

/* message: how it begins */
static void
refuses(struct record *r, const double grid[2], const char *message)
{
	struct regrid g;
	struct err e = { 0 };

	regrid_init(&g, grid);
	CHECK(regrid_record(&g, r, &e) && !strncmp(e.msg, message, strlen(message)) && !meta_get(&r->meta, "grid"), message);
	if (strncmp(e.msg, message, strlen(message)))
		printf("# %s\n", e.msg);
	record_free(r);
	regrid_free(&g);
}

static void
refuses_all(void)
{
	static const char *const bad[] = { "", "1", "1,1,1", "0 1 8", "-1 1 8", "nan 1 8", "1 inf 8", "1x 1 8" };
	const double fine[2] = { 1, 1 }, tiny[2] = { 1e-4, 1e-4 }, small[2] = { 1.25 * W / 65000, 2. * H / 65000 };
	struct record r = { 0 };
	size_t i;

	place(&r, NULL);
	refuses(&r, fine, "no metadata 'spacing'");
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		place(&r, bad[i]);
		refuses(&r, fine, "metadata 'spacing' is '");
	}
	place(&r, "1.25 2 8");
	refuses(&r, tiny, "24 pixels of 2 mm would be");
	place(&r, "1.25 2 8");
	refuses(&r, small, "'image' would have more pixels than");
	place(&r, "1.25 2 8");
	record_add4(&r, "logits", TEN_F32, 1, 1, H, W);
	refuses(&r, fine, "'logits' would not fit");
	place(&r, "1.25 2 8");
	record_add4(&r, "pred", TEN_U8, 1, 1, H, W + 1)->ndim = 3;
	refuses(&r, fine, "'pred' is [1,1,24], its pixels are not");
	place(&r, "1.25 2 8");
	record_add4(&r, "mask", TEN_F32, 1, 1, H, W);
	refuses(&r, fine, "'mask' is [1,1,24,36], expected [N,H,W]");
	meta_set(&r.meta, "spacing", "1 1 1");
	refuses(&r, fine, "neither 'image'");
}

/* ten_map of records of one patient after another, with nothing but metadata */
static int
median_of(double grid[2], const char *const (*row)[3], int n)
{
	struct ten_map m = { .n = n, .entry = mem_array((size_t)n + 1, sizeof *m.entry) };
	struct err e = { 0 };
	int i, rc;

	for (i = 0; i < n; i++) {
		meta_set(&m.entry[i].rec.meta, "patient", row[i][0]);
		meta_set(&m.entry[i].rec.meta, "frame", row[i][1]);
		meta_set(&m.entry[i].rec.meta, "spacing", row[i][2]);
	}
	rc = regrid_median(grid, &m, &e);
	for (i = 0; i < n; i++)
		meta_free(&m.entry[i].rec.meta);
	free(m.entry);
	return rc;
}

static void
medians(void)
{
	static const char *const odd[][3] = { { "a", "1", "1 3 8" }, { "b", "1", "9 1 8" }, { "a", "1", "1 3 8" },
		{ "c", "1", "2 2 8" }, { "a", "1", "1 3 8" } };
	static const char *const even[][3] = { { "a", "1", "1.5 3 8" }, { "a", "2", "2 1 8" } };
	static const char *const bad[][3] = { { "a", "1", "1.5 3 8" }, { "a", "2", "0 1 8" } };
	double g[2] = { 0 };

	CHECK(median_of(g, odd, 5) == 3 && g[0] == 2 && g[1] == 2, "a volume counts once, however many records it has");
	CHECK(median_of(g, even, 2) == 2 && g[0] == 1.75 && g[1] == 2, "of an even number, the mean of the middle two");
	CHECK(median_of(g, bad, 2) == -1 && median_of(g, bad, 0) == -1, "a bad spacing, and no volumes, are errors");
}

int
main(void)
{
	resamples("2.5 4", 12, 18, "2.5 4 8", 1e-3, "larger pixels");
	resamples("1,1", 48, 45, "1 1 8", 1e-3, "smaller pixels");
	resamples("0.9 3.3", 15, 50, "0.9 3.2 8", 2, "one way each");
	resamples("1.7,1.7", 28, 26, "1.73076923 1.71428571 8", .5, "sizes that are rounded");
	keeps();
	refuses_all();
	medians();
	return check_done();
}
