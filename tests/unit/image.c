/* image: resampling against Pillow, colours and blur against torchvision (tests/golden/image.py) */
#include <stdlib.h>

#include "base/mem.h"
#include "check.h"
#include "image/blur.h"
#include "image/colour.h"
#include "image/resample.h"
#include "ten/ten.h"

static struct record golden;

static const struct tensor *
get(const char *name)
{
	const struct tensor *t = record_find(&golden, name);

	if (!t)
		die("no '%s' in the golden file", name);
	return t;
}

/* A copy of a golden tensor of floats. */
static float *
copy(const char *name)
{
	const struct tensor *t = get(name);

	return memcpy(mem_aligned(tensor_bytes(t)), t->data, tensor_bytes(t));
}

static void
compare(const float *x, const char *name, double tol)
{
	const struct tensor *t = get(name);
	double worst = 0;
	int64_t i;

	for (i = 0; i < tensor_count(t); i++)
		worst = fmax(worst, fabs((double)x[i] - (double)((const float *)t->data)[i]));
	CHECK_NEAR(worst, 0, tol * 255, name);
}

static const struct box box = { 5, 3, 41, 30 }, tiny = { 50, 30, 2, 7 };

static void
resampling(void)
{
	static const struct {
		const char *name;
		const struct box *box;
		enum resample_filter filter;
	} test[] = {
		{ "bilinear.down", &box, RESAMPLE_BILINEAR }, { "bilinear.up", &box, RESAMPLE_BILINEAR },
		{ "bilinear.same", &box, RESAMPLE_BILINEAR }, { "bilinear.tiny", &tiny, RESAMPLE_BILINEAR },
		{ "bicubic.down", &box, RESAMPLE_BICUBIC },   { "bicubic.up", &box, RESAMPLE_BICUBIC },
		{ "bicubic.same", &box, RESAMPLE_BICUBIC },   { "bicubic.tiny", &tiny, RESAMPLE_BICUBIC },
	};
	const struct tensor *a = get("source");
	struct resampler r = { 0 }; /* shared: what one call leaves must not matter to the next */
	size_t i;

	for (i = 0; i < ARRAY_LEN(test); i++) {
		const struct tensor *t = get(test[i].name);
		float *x = mem_aligned(tensor_bytes(t));

		resample(&r, x, (int)t->dim[1], (int)t->dim[2], a->data, (int)t->dim[0], 37, 53, *test[i].box,
		         test[i].filter, 0);
		compare(x, test[i].name, 2e-6);
		free(x);
	}
	resampler_free(&r);
}

/* Mirrored while resampling is mirrored afterwards. */
static void
mirror(void)
{
	const struct tensor *a = get("source"), *m = get("mask");
	float x[2][20][31];
	uint8_t u[2][20][31];
	struct resampler r = { 0 };
	int i, j, differ = 0;

	for (i = 0; i < 2; i++) {
		resample(&r, x[i][0], 20, 31, a->data, 1, 37, 53, box, RESAMPLE_BICUBIC, i);
		resample_nearest(&r, u[i][0], 20, 31, m->data, 53, box, i);
	}
	for (i = 0; i < 20; i++)
		for (j = 0; j < 31; j++)
			differ += x[0][i][j] != x[1][i][30 - j] || u[0][i][j] != u[1][i][30 - j];
	CHECK(differ == 0, "mirrored images and masks are mirror images");
	resampler_free(&r);
}

static void
nearest(void)
{
	static const char *const name[] = { "nearest.down", "nearest.up" };
	struct resampler r = { 0 };
	uint8_t x[64 * 64];
	int i;

	for (i = 0; i < 2; i++) {
		const struct tensor *t = get(name[i]);

		resample_nearest(&r, x, (int)t->dim[0], (int)t->dim[1], get("mask")->data, 53, box, 0);
		CHECK(!memcmp(x, t->data, tensor_bytes(t)), name[i]);
	}
	resampler_free(&r);
}

/* A ramp stays a ramp, to the pixel: image and mask are cut at the same place. */
static void
aligned(void)
{
	float ramp[32 * 32], x[16 * 16];
	uint8_t mask[32 * 32], m[16 * 16];
	struct box b = { 4, 6, 16, 16 };
	struct resampler r = { 0 };
	int i, off = 0;

	for (i = 0; i < 32 * 32; i++)
		ramp[i] = mask[i] = (uint8_t)(i % 32 + 3 * (i / 32));
	resample(&r, x, 16, 16, ramp, 1, 32, 32, b, RESAMPLE_BILINEAR, 1);
	resample_nearest(&r, m, 16, 16, mask, 32, b, 1);
	for (i = 0; i < 16 * 16; i++)
		off += x[i] != m[i] || m[i] != 4 + 15 - i % 16 + 3 * (6 + i / 16);
	CHECK(off == 0, "image and mask are cut at the same place");
	resampler_free(&r);
}

static void
colours(void)
{
	enum { HW = 16 * 19 };
	float *x;

#define COLOUR(name, call, tol)       \
	do {                          \
		x = copy("small");    \
		call;                 \
		compare(x, name, tol); \
		free(x);              \
	} while (0)
	COLOUR("brightness", colour_brightness(x, 3, HW, HW, 0.7f), 1e-6);
	COLOUR("contrast", colour_contrast(x, 3, HW, HW, 0.6f, colour_sum(x, 3, HW, HW) / HW), 1e-6);
	COLOUR("contrast.grey", colour_contrast(x, 1, HW, HW, 0.6f, colour_sum(x, 1, HW, HW) / HW), 1e-6);
	COLOUR("saturation", colour_saturation(x, 3, HW, HW, 0.4f), 1e-6);
	COLOUR("hue.plus", colour_hue(x, 3, HW, HW, 0.1f), 4e-6);
	COLOUR("hue.minus", colour_hue(x, 3, HW, HW, -0.37f), 4e-6);
	COLOUR("grey", colour_grey(x, 3, HW, HW), 1e-6);
	COLOUR("solarize", colour_solarize(x, 3, HW, HW, 127.5f, 255), 1e-6);
	COLOUR("small", colour_hue(x, 3, HW, HW, 0), 1e-6);
	COLOUR("small", colour_saturation(x, 1, HW, HW, 0), 0);
	COLOUR("small", colour_hue(x, 1, HW, HW, 0.3f), 0);
}

/* Turning by a third permutes the channels, whatever their sign. */
static void
hue_of_negatives(void)
{
	float x[3] = { -5, 2, -1 };

	colour_hue(x, 3, 1, 1, 1.f / 3);
	CHECK(fabsf(x[0] + 1) < 1e-5f && fabsf(x[1] + 5) < 1e-5f && fabsf(x[2] - 2) < 1e-5f, "a third of the circle");
}

static void
ranges(void)
{
	enum { N = 150 };
	float x[N], lo, hi;
	int i;

	for (i = 0; i < N; i++)
		x[i] = (float)((i * 7) % N);
	CHECK(colour_range(&lo, &hi, x, N) == 0 && lo == 0 && hi == N - 1, "range");
	x[N - 1] = -1;
	CHECK(colour_range(&lo, &hi, x, N) == 0 && lo == -1, "range of the remainder");
	colour_clamp(x, 2, N / 2, N / 2, 3, 8);
	CHECK(colour_range(&lo, &hi, x, N) == 0 && lo == 3 && hi == 8, "clamped");
	x[7] = INFINITY;
	CHECK(colour_range(&lo, &hi, x, N) == -1, "an infinity is noticed in the lanes");
	x[7] = 0;
	x[N - 1] = NAN;
	CHECK(colour_range(&lo, &hi, x, N) == -1, "a NaN in the remainder");
	x[N - 1] = 1;
	colour_affine(x, 1, 1, 1, 2, 3);
	CHECK(x[0] == 9 && x[1] == 7, "a x + b");
}

static void
blurring(void)
{
	static const struct {
		const char *name;
		int radius;
		double sigma;
	} test[] = { { "blur.0.7", 3, 0.7 }, { "blur.2", 5, 2 } };
	float *work = mem_array(24 * 31 + 31 + 2 * 24, sizeof *work), flat[9], *x;
	size_t i;

	for (i = 0; i < 2; i++) {
		x = copy("blur");
		blur_gaussian(x, work, 2, 24, 31, test[i].radius, test[i].sigma);
		compare(x, test[i].name, 2e-6);
		free(x);
	}
	for (i = 0; i < 9; i++)
		flat[i] = 5;
	blur_gaussian(flat, work, 1, 3, 3, 11, 4);
	for (i = 0; i < 9 && fabsf(flat[i] - 5) < 1e-5f; i++)
		;
	CHECK(i == 9, "a constant stays, and a radius larger than the image is cut");
	free(work);
}

int
main(void)
{
	struct err e;

	if (ten_read_weights(&golden, "tests/golden/image.safetensors", &e))
		die("%s", e.msg);
	resampling();
	mirror();
	nearest();
	aligned();
	colours();
	hue_of_negatives();
	ranges();
	blurring();
	record_free(&golden);
	return check_done();
}
