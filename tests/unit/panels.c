/* panels, differences, what has no truth, legends and captions, pixel by pixel */
#include "image/panels.h"

#include <stdlib.h>

#include "image/caption.h"
#include "image/difference.h"
#include "image/legend.h"
#include "check.h"

static const uint8_t white[3] = { 255, 255, 255 }, red[3] = { 255, 0, 0 };

static int
is(const struct show *s, int x, int y, const uint8_t *c, int quarters)
{
	const uint8_t *p = s->rgb + 3 * (y * s->w + x);

	return p[0] == c[0] * quarters / 4 && p[1] == c[1] * quarters / 4 && p[2] == c[2] * quarters / 4;
}

static void
differences(void)
{
	static const uint8_t truth[] = { 0, 1, 1, 0, 1, 1, 9, 2 }, pred[] = { 0, 1, 0, 1, 2, 2, 1, 2 };
	const uint8_t *right = verdict_colour(VERDICT_RIGHT), *missed = verdict_colour(VERDICT_MISSED);
	const uint8_t *extra = verdict_colour(VERDICT_EXTRA);
	struct show s;

	show_new(&s, 16, 2);
	show_difference(&s, truth, pred, 1, 8, 2, 9);
	show_ignored(&s, truth, 1, 8, 2, 9);
	CHECK(is(&s, 0, 0, white, 0), "nothing there, nothing drawn");
	CHECK(is(&s, 2, 1, right, 2) && is(&s, 3, 0, right, 2) && is(&s, 14, 0, right, 2), "right");
	CHECK(is(&s, 4, 0, missed, 3), "missed");
	CHECK(is(&s, 6, 0, extra, 3), "extra");
	CHECK(is(&s, 8, 0, extra, 3) && is(&s, 10, 0, missed, 3), "one for another: both in turn");
	CHECK(is(&s, 13, 0, white, 0) && is(&s, 12, 1, white, 0) && !is(&s, 12, 0, extra, 3),
	      "without truth there is no verdict");
	show_free(&s);
}

/* Distance in linear light of two colours as people with each kind of colour blindness see them (Machado, Oliveira &
 * Fernandes 2009, severity 1). */
static double
apart(const uint8_t *a, const uint8_t *b)
{
	static const double see[4][9] = {
		{ 1, 0, 0, 0, 1, 0, 0, 0, 1 },
		{ .152286, 1.052583, -.204868, .114503, .786281, .099216, -.003882, -.048116, 1.051998 },
		{ .367322, .860646, -.227968, .280085, .672501, .047413, -.011820, .042940, .968881 },
		{ 1.255528, -.076749, -.178779, -.078411, .930809, .147602, .004733, .691367, .303900 },
	};
	double least = 9;
	int m, i, k;

	for (m = 0; m < 4; m++) {
		double sum = 0;

		for (i = 0; i < 3; i++) {
			double d = 0;

			for (k = 0; k < 3; k++)
				d += see[m][3 * i + k] * (pow(a[k] / 255., 2.2) - pow(b[k] / 255., 2.2));
			sum += d * d;
		}
		least = fmin(least, sqrt(sum));
	}
	return least;
}

static void
told_apart(void)
{
	static const uint8_t green[3] = { 90, 200, 90 }, brown[3] = { 220, 140, 60 };
	const uint8_t *c[3] = { verdict_colour(VERDICT_RIGHT), verdict_colour(VERDICT_MISSED), verdict_colour(VERDICT_EXTRA) };

	CHECK(apart(green, brown) < .1, "some green and brown are alike to some people");
	CHECK(apart(c[0], c[1]) > .2 && apart(c[0], c[2]) > .2 && apart(c[1], c[2]) > .2, "right, missed and extra to none");
}

/* How many of s's pixels have this colour. */
static int
count(const struct show *s, const uint8_t *c)
{
	int i, n = 0;

	for (i = 0; i < s->w * s->h; i++)
		n += !memcmp(s->rgb + 3 * i, c, 3);
	return n;
}

static void
layouts(void)
{
	static const float x[16] = { 0 };
	static const uint8_t mask[16] = { 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 7, 0, 7, 7, 7 };
	static const uint8_t pred[16] = { 0, 0, 0, 0, 0, 1, 1, 2, 0, 1, 1, 2 };
	static const int panels[4][3] = { { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 }, { 1, 1, 1 } };
	struct panels p = { { x, NULL }, 1, 4, 4, { 0 }, { 1 }, mask, pred, 7, 1, PANELS_CONTOUR, PANELS_ONE };
	struct show s;
	struct err e;
	int labels, which, off = 0;

	for (labels = PANELS_CONTOUR; labels <= PANELS_NONE; labels++)
		for (which = PANELS_ONE; which <= PANELS_ALL; which++) {
			p.labels = (enum panels_labels)labels;
			p.which = (enum panels_which)which;
			off += panels_show(&s, &p, &e) != 0 || s.w != 4 * panels[labels][which] || s.h != 4;
			show_free(&s);
		}
	CHECK(off == 0, "the panels there are");
	p.labels = PANELS_FILL;
	p.which = PANELS_ONE;
	panels_show(&s, &p, &e);
	CHECK(!memcmp(s.rgb + 3 * 14, (uint8_t[]){ 0, 0, 0 }, 3) && count(&s, ignored_colour) > 0,
	      "the label that is ignored is hatched, not drawn");
	show_free(&s);
	p.image[1] = x;
	panels_show(&s, &p, &e);
	CHECK(s.w == 8 && count(&s, (uint8_t[]){ 0, 0, 0 }) == 32, "two views side by side, without labels");
	show_free(&s);
	p.w = p.h = 30000;
	CHECK(panels_show(&s, &p, &e) == -1 && strstr(e.msg, "too large"), "more than can be held is refused");
}

static void
legends(void)
{
	static const struct legend_entry e[] = { { red, LEGEND_SOLID, "a" }, { red, LEGEND_DASHED, "b" },
		{ red, LEGEND_FILL, "c" }, { red, LEGEND_HATCH, "d" } };
	struct show s;
	int wide, k;

	for (k = 0; k < 4; k++) {
		static const int pixels[4] = { 2 * 9, 2 * 5, 7 * 9, 16 };

		show_new(&s, 40, 10);
		show_legend(&s, &e[k], 1);
		CHECK(s.w == 40 && s.h == 23 && count(&s, red) == pixels[k] && count(&s, white) > 5, "an entry");
		show_free(&s);
	}
	show_new(&s, 120, 10);
	show_legend(&s, e, 4);
	wide = s.h;
	show_free(&s);
	show_new(&s, 40, 10);
	show_legend(&s, e, 4);
	CHECK(wide == 23 && s.h == 10 + 4 * 11 + 2, "as many lines as it takes");
	show_free(&s);
}

static void
captions(void)
{
	struct meta m = { 0 };
	char a[CAPTION_LEN], b[CAPTION_LEN], *name = calloc(1, 1000);
	struct show s;

	caption_text(a, b, &m, 2, 6);
	CHECK_STR(a, "sample 7", "without anything known, the number");
	CHECK_STR(b, "", "and no more");
	meta_set(&m, "file", "a/b.tif");
	meta_set(&m, "class", "cat");
	caption_text(a, b, &m, 0, 0);
	CHECK_STR(a, "b.tif", "a file");
	CHECK_STR(b, "cat", "and its class");
	meta_set(&m, "case", "patient001_frame01");
	caption_text(a, b, &m, 0, 0);
	CHECK_STR(a, "patient001_frame01", "a case");
	meta_set(&m, "patient", "patient001");
	meta_set(&m, "frame", "1");
	meta_set(&m, "phase", "ED");
	meta_set(&m, "slice", "4");
	meta_set(&m, "slices", "10");
	caption_text(a, b, &m, 2, 0);
	CHECK_STR(a, "patient001 frame 1", "patient and frame");
	CHECK_STR(b, "ED, slice 7/10", "phase and slice");
	meta_set(&m, "cosine", "0.98765");
	caption_text(a, b, &m, 2, 0);
	CHECK_STR(b, "ED, slice 7/10, cosine 0.988", "and how near a neighbour is");
	memset(name, 'x', 999);
	meta_set(&m, "patient", name);
	caption_text(a, b, &m, 2, 0);
	CHECK(strlen(a) == CAPTION_LEN - 1, "a long name is cut off");
	show_new(&s, 50, 3);
	s.rgb[0] = 9;
	show_caption(&s, a, b);
	CHECK(s.h == 3 + 23 && s.rgb[3 * 23 * 50] == 9 && count(&s, white) > 50, "stands above the picture");
	show_free(&s);
	meta_free(&m);
	free(name);
}

int
main(void)
{
	differences();
	told_apart();
	layouts();
	legends();
	captions();
	return check_done();
}
