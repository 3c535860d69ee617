/* augment: what is drawn follows the distributions of SPEC 8, what was drawn is done */
#include "image/augment.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"
#include "ten/ten.h"

enum { DRAWS = 20000 };

static const double third[2] = { 3. / 4, 4. / 3 };

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Largest distance between the distribution of x[n] and the uniform one on [0,1] (Kolmogorov-Smirnov). */
static double
distance(double *x, int n)
{
	double d = 0;
	int i;

	qsort(x, (size_t)n, sizeof *x, ascending);
	for (i = 0; i < n; i++)
		d = fmax(d, fmax(fabs(x[i] - (double)i / n), fabs(x[i] - (i + 1.) / n)));
	return d;
}

/* Where every box fits, areas, logarithms of aspects and places are uniform. Chance exceeds 1.95/sqrt(n) once in a
 * thousand. */
static void
uniform_boxes(void)
{
	static double area[DRAWS], aspect[DRAWS], x[DRAWS], y[DRAWS];
	const double scale[2] = { .08, .5 }, limit = 1.95 / sqrt(DRAWS);
	double cross = 0;
	int i, outside = 0;

	for (i = 0; i < DRAWS; i++) {
		struct rng r = rng_at(3, RNG_TEST, 0, (uint64_t)i);
		struct box b = crop_random(&r, 3000, 4000, scale, third); /* large: rounding does not show */

		outside += b.x < 0 || b.y < 0 || b.w < 1 || b.h < 1 || b.x + b.w > 4000 || b.y + b.h > 3000;
		area[i] = ((double)b.w * b.h / 12e6 - .08) / .42;
		aspect[i] = log((double)b.w / b.h * 4 / 3) / (2 * log(4. / 3));
		x[i] = (b.x + .5) / (4000 - b.w + 1);
		y[i] = (b.y + .5) / (3000 - b.h + 1);
		cross += (area[i] - .5) * (aspect[i] - .5) + (x[i] - .5) * (y[i] - .5);
	}
	CHECK(outside == 0, "boxes lie within the image");
	CHECK_NEAR(distance(area, DRAWS), 0, limit, "area is uniform");
	CHECK_NEAR(distance(aspect, DRAWS), 0, limit, "log aspect is uniform between 3/4 and 4/3");
	CHECK_NEAR(distance(x, DRAWS), 0, limit, "left edge is uniform");
	CHECK_NEAR(distance(y, DRAWS), 0, limit, "upper edge is uniform");
	CHECK_NEAR(cross / DRAWS, 0, 4 * sqrt(2) / 12 / sqrt(DRAWS), "and they are independent");
}

/* With the scale of SPEC 8, boxes that don't fit are drawn anew: compared with the integral over those that do. */
static void
rejected_boxes(void)
{
	const double scale[2] = { .08, 1 };
	double area = 0, accepted = 0, expected = 0, log_aspect = 0, expected_log = 0, s, l;
	int i, j, n = 1000;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			s = .08 + .92 * (i + .5) / n;
			l = (2 * (j + .5) / n - 1) * log(4. / 3);
			if (s * exp(l) * .75 > 1 || s * exp(-l) / .75 > 1) /* an image 4 wide, 3 high */
				continue;
			accepted++;
			expected += s;
			expected_log += l;
		}
	for (i = 0; i < DRAWS; i++) {
		struct rng r = rng_at(4, RNG_TEST, 0, (uint64_t)i);
		struct box b = crop_random(&r, 3000, 4000, scale, third);

		area += (double)b.w * b.h / 12e6;
		log_aspect += log((double)b.w / b.h);
	}
	CHECK_NEAR(area / DRAWS, expected / accepted, .008, "mean area when some boxes don't fit");
	CHECK_NEAR(log_aspect / DRAWS, expected_log / accepted, .006, "their mean aspect favours the image's own");
}

static int
is_box(struct box b, int x, int y, int w, int h)
{
	return b.x == x && b.y == y && b.w == w && b.h == h;
}

static void
fallback(void)
{
	const double whole[2] = { 1, 1 }, any[2] = { 1, 1 };
	struct rng r = rng_at(5, RNG_TEST, 0, 0);

	CHECK(is_box(crop_random(&r, 10, 100, whole, third), 43, 0, 13, 10), "too wide: the middle");
	CHECK(is_box(crop_random(&r, 100, 10, whole, third), 0, 43, 10, 13), "too high: the middle");
	CHECK(is_box(crop_random(&r, 30, 30, whole, any), 0, 0, 30, 30), "all of a square");
	CHECK(is_box(crop_random(&r, 1, 1, whole, third), 0, 0, 1, 1), "a single pixel");
}

struct tally {
	int flip, jitter, grey, blur, solarize, orders[256];
	double lo[JITTER_N], hi[JITTER_N], sigma_lo, sigma_hi;
	int ops;
};

static void
tally(struct tally *t, const struct policy *p, int view, int c)
{
	struct drawn d;
	int i, k;

	memset(t, 0, sizeof *t);
	t->sigma_lo = 1e9;
	for (k = 0; k < JITTER_N; k++)
		t->hi[k] = -(t->lo[k] = 1e9);
	for (i = 0; i < DRAWS; i++) {
		struct rng r = rng_at(6, RNG_TEST, (uint32_t)view, (uint64_t)i);
		int order = 0;

		augment_draw(&d, &r, p, view, c, 50, 60);
		t->flip += d.flip;
		t->jitter += d.jitter;
		t->grey += d.grey;
		t->blur += d.blur;
		t->solarize += d.solarize;
		for (k = 0; d.jitter && k < (d.ops ? d.ops : 2); k++) {
			t->lo[k] = fmin(t->lo[k], d.amount[k]);
			t->hi[k] = fmax(t->hi[k], d.amount[k]);
			order = 4 * order + (int)d.order[k];
		}
		if (d.blur) {
			t->sigma_lo = fmin(t->sigma_lo, d.sigma);
			t->sigma_hi = fmax(t->sigma_hi, d.sigma);
		}
		t->ops = d.jitter ? d.ops : t->ops;
		t->orders[order] += d.jitter;
	}
}

static int
count_orders(const struct tally *t)
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += t->orders[i] > 0;
	return n;
}

/* n of DRAWS, against probability p; five deviations */
static void
often(int n, double p, const char *name)
{
	CHECK_NEAR((double)n / DRAWS, p, 5 * sqrt(p * (1 - p) / DRAWS), name);
}

static void
reach(double lo, double hi, double want_lo, double want_hi, const char *name)
{
	CHECK(lo >= want_lo && hi <= want_hi && lo < want_lo + .01 * (want_hi - want_lo) &&
	      hi > want_hi - .01 * (want_hi - want_lo), name);
}

static void
natural(void)
{
	struct policy p;
	struct tally t;

	policy_init(&p, POLICY_BYOL_NATURAL);
	tally(&t, &p, 0, 3);
	often(t.flip, .5, "natural: mirrored");
	often(t.jitter, .8, "natural: jittered");
	often(t.grey, .2, "natural: grey");
	CHECK(t.blur == DRAWS && t.solarize == 0, "natural: the first view is always blurred, never solarised");
	reach(t.lo[JITTER_BRIGHTNESS], t.hi[JITTER_BRIGHTNESS], .6, 1.4, "natural: brightness");
	reach(t.lo[JITTER_CONTRAST], t.hi[JITTER_CONTRAST], .6, 1.4, "natural: contrast");
	reach(t.lo[JITTER_SATURATION], t.hi[JITTER_SATURATION], .8, 1.2, "natural: saturation");
	reach(t.lo[JITTER_HUE], t.hi[JITTER_HUE], -.1, .1, "natural: hue");
	reach(t.sigma_lo, t.sigma_hi, .1, 2, "natural: deviation of the blur");
	CHECK(t.ops == 4 && count_orders(&t) == 24, "natural: jitter in every order");
	tally(&t, &p, 1, 3);
	often(t.blur, .1, "natural: the second view is seldom blurred");
	often(t.solarize, .2, "natural: and sometimes solarised");
	tally(&t, &p, 0, 1);
	CHECK(t.ops == 2 && t.grey == 0 && count_orders(&t) == 2, "one channel has no colour to change");
}

static void
medical(void)
{
	struct policy p;
	struct tally t;
	int view;

	policy_init(&p, POLICY_BYOL_MRI);
	for (view = 0; view < 2; view++) {
		tally(&t, &p, view, 1);
		often(t.flip, .5, "mri: mirrored");
		often(t.jitter, .8, "mri: jittered");
		CHECK(t.blur == 0 && t.solarize == 0 && t.grey == 0, "mri: neither blurred nor solarised nor grey");
		reach(t.lo[JITTER_BRIGHTNESS], t.hi[JITTER_BRIGHTNESS], .8, 1.2, "mri: brightness");
		reach(t.lo[JITTER_CONTRAST], t.hi[JITTER_CONTRAST], .8, 1.2, "mri: contrast");
	}
	policy_init(&p, POLICY_CLASSIFY);
	tally(&t, &p, 0, 3);
	often(t.flip, .5, "to classify: mirrored");
	CHECK(t.jitter == 0 && t.blur == 0 && t.solarize == 0 && t.grey == 0, "to classify: nothing but a crop");
	policy_init(&p, POLICY_FINETUNE);
	tally(&t, &p, 0, 1);
	often(t.jitter, .2, "fine-tuning: jittered");
	CHECK(t.ops == 0 && p.filter == RESAMPLE_BILINEAR, "fine-tuning: by range, bilinear");
	reach(t.lo[JITTER_BRIGHTNESS], t.hi[JITTER_BRIGHTNESS], -.2, .2, "fine-tuning: brightness");
	reach(t.lo[JITTER_CONTRAST], t.hi[JITTER_CONTRAST], -.2, .2, "fine-tuning: contrast");
}

static void
middle(void)
{
	struct box wide = crop_middle(64, 100, 7. / 8), all = crop_middle(9, 5, 1), one = crop_middle(1, 1, 7. / 8);

	CHECK(wide.x == 22 && wide.y == 4 && wide.w == 56 && wide.h == 56, "seven eighths of the shorter side");
	CHECK(all.x == 0 && all.y == 2 && all.w == 5 && all.h == 5, "the whole shorter side");
	CHECK(one.w == 1 && one.h == 1, "a pixel has a middle");
}

/* One whole view of the natural policy, against Pillow and torchvision. */
static void
whole_view(void)
{
	struct record golden = { 0 };
	struct augment_work work = { 0 };
	struct source s = { .c = 3, .h = 37, .w = 53 };
	struct drawn d = { .box = { 5, 3, 41, 30 }, .flip = 1, .jitter = 1, .blur = 1, .solarize = 1, .ops = 4,
		.order = { JITTER_HUE, JITTER_CONTRAST, JITTER_SATURATION, JITTER_BRIGHTNESS },
		.amount = { 1.2, 1.3, .8, .05 }, .sigma = 1.1 };
	struct normalize n;
	struct policy p;
	struct err e;
	float out[3 * 20 * 20];
	double worst = 0;
	int i;

	if (ten_read_weights(&golden, "tests/golden/image.safetensors", &e))
		die("%s", e.msg);
	policy_init(&p, POLICY_BYOL_NATURAL);
	normalize_parse(&n, "image", &e);
	s.image = record_find(&golden, "source")->data;
	CHECK(!source_measure(&s, &p, &n, 1, &e) && s.lo == 0 && s.hi == 255, "bytes range from 0 to 255");
	augment_apply(out, NULL, &work, &s, &p, &d, 20);
	for (i = 0; i < 3 * 20 * 20; i++)
		worst = fmax(worst, fabs((double)out[i] - (double)((float *)record_find(&golden, "view")->data)[i]));
	CHECK_NEAR(worst, 0, 2e-5, "a whole view is what Pillow and torchvision make");
	augment_work_free(&work);
	record_free(&golden);
}

static void
by_range(void)
{
	float image[6] = { 100, 200, 300, 400, 500, 100 }, out[4];
	uint8_t mask[6] = { 0, 1, 2, 3, 2, 0 }, cut[4];
	struct source s = { .image = image, .mask = mask, .c = 1, .h = 2, .w = 3 };
	struct drawn d = { .box = { 1, 0, 2, 2 }, .jitter = 1, .amount = { .1, -.2 }, .flip = 1 };
	struct augment_work work = { 0 };
	struct normalize n;
	struct policy p;
	struct err e;

	policy_init(&p, POLICY_FINETUNE);
	normalize_parse(&n, NULL, &e);
	CHECK(!source_measure(&s, &p, &n, 0, &e) && s.lo == 100 && s.hi == 500, "the range is the image's own");
	augment_apply(out, cut, &work, &s, &p, &d, 2);
	CHECK_NEAR(out[0], 100 + .8 * (300 - 100) + .1 * 400, 1e-3, "fine-tuning: steps of the range");
	CHECK_NEAR(out[3], 100 + .8 * (500 - 100) + .1 * 400, 1e-3, "fine-tuning: from the minimum");
	CHECK(!memcmp(cut, (uint8_t[]){ 2, 1, 0, 2 }, 4), "the mask is cut and mirrored alike");
	image[4] = NAN;
	CHECK(source_measure(&s, &p, &n, 0, &e) && strstr(e.msg, "not finite"), "NaN is refused");
	augment_work_free(&work);
}

int
main(void)
{
	uniform_boxes();
	rejected_boxes();
	fallback();
	natural();
	medical();
	middle();
	whole_view();
	by_range();
	return check_done();
}
