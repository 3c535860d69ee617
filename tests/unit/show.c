/* show: windows, contours and sheets, pixel by pixel */
#include "image/show.h"

#include "base/err.h"
#include "check.h"

static int
is(const struct show *s, int x, int y, int r, int g, int b)
{
	const uint8_t *p = s->rgb + 3 * (y * s->w + x);

	return p[0] == r && p[1] == g && p[2] == b;
}

static void
windows(void)
{
	float x[] = { 4, NAN, 1, 10, 3, INFINITY, 2 }, none[] = { NAN, NAN }, lo, hi;

	/* numpy.percentile([4, 1, 10, 3, 2], [10, 85]) */
	show_window(&lo, &hi, x, 7, (double[]){ 10, 85 });
	CHECK_NEAR(lo, 1.4, 1e-6, "a percentile between ranks, of the finite values");
	CHECK_NEAR(hi, 6.4, 1e-6, "and another");
	show_window(&lo, &hi, x, 7, (double[]){ 0, 100 });
	CHECK(lo == 1 && hi == 10, "0 and 100 are least and most");
	show_window(&lo, &hi, none, 2, (double[]){ 0, 100 });
	CHECK(lo == 0 && hi == 0, "nothing finite, no window");
}

/* Values in several orders, equal ones among them: rank k of 0..N-1 (each three times) is k/3. */
static void
many(void)
{
	enum { N = 3000 };
	static float x[N];
	int order, k, i, off = 0;

	for (order = 0; order < 3; order++) {
		for (i = 0; i < N; i++)
			x[order == 0 ? i : order == 1 ? N - 1 - i : i * 7 % N] = (float)(i / 3);
		for (k = 0; k < N; k += 13) {
			float lo, hi;

			show_window(&lo, &hi, x, N, (double[]){ 100. * k / (N - 1), 100. * (N - 1 - k) / (N - 1) });
			off += fabsf(lo - (float)(k / 3)) > 1e-3f || fabsf(hi - (float)((N - 1 - k) / 3)) > 1e-3f;
		}
	}
	CHECK(off == 0, "every rank of many values");
}

static void
images(void)
{
	float grey[] = { 0, 5, 10, 20, -3, NAN }, colour[] = { 1, 0, 0, 1, 0, 0 };
	struct show s;

	show_image(&s, grey, 1, 2, 3, 0, 10, 2);
	CHECK(s.w == 6 && s.h == 4, "zoomed by two");
	CHECK(is(&s, 0, 0, 0, 0, 0) && is(&s, 2, 1, 128, 128, 128) && is(&s, 5, 0, 255, 255, 255),
	      "black, grey, white");
	CHECK(is(&s, 0, 2, 255, 255, 255) && is(&s, 3, 3, 0, 0, 0) && is(&s, 5, 3, 0, 0, 0),
	      "beyond the window is clipped, NaN is black");
	show_free(&s);
	show_image(&s, colour, 3, 1, 2, 0, 1, 1);
	CHECK(is(&s, 0, 0, 255, 0, 0) && is(&s, 1, 0, 0, 255, 0), "planes become red, green, blue");
	show_free(&s);
}

/* How many pixels of s have label k's colour. */
static int
painted(const struct show *s, int k)
{
	const uint8_t *c = show_colour(k);
	int i, n = 0;

	for (i = 0; i < s->w * s->h; i++)
		n += is(s, i % s->w, i / s->w, c[0], c[1], c[2]);
	return n;
}

static void
labels(void)
{
	uint8_t label[8 * 8] = { 0 };
	float x[8 * 8] = { 0 };
	struct show s;
	int i;

	for (i = 0; i < 64; i++)
		label[i] = i / 8 >= 2 && i / 8 < 7 && i % 8 >= 2 && i % 8 < 7; /* 5 x 5 */
	show_image(&s, x, 1, 8, 8, 0, 1, 1);
	show_labels(&s, label, 8, 8, 1, SHOW_SOLID);
	CHECK(painted(&s, 1) == 16 && is(&s, 4, 4, 0, 0, 0), "the contour of a 5 x 5 square has 16 pixels");
	show_free(&s);
	show_image(&s, x, 1, 8, 8, 0, 1, 1);
	show_labels(&s, label, 8, 8, 1, SHOW_DASHED);
	i = painted(&s, 1);
	CHECK(i > 4 && i < 12, "dashed, about half of them");
	show_free(&s);
	show_image(&s, x, 1, 8, 8, 0, 1, 4);
	show_labels(&s, label, 8, 8, 4, SHOW_SOLID);
	CHECK(painted(&s, 1) == 20 * 20 - 16 * 16, "zoomed by four the line is two wide");
	show_free(&s);
	show_image(&s, x, 1, 8, 8, 0, 1, 1);
	show_labels(&s, label, 8, 8, 1, SHOW_FILL);
	CHECK(is(&s, 4, 4, 43, 90, 116) && is(&s, 1, 1, 0, 0, 0), "filled: half the label's colour");
	show_free(&s);
}

static void
sheets(void)
{
	struct show cell[3], s;
	int i, w, h;

	for (i = 0; i < 3; i++) {
		show_new(&cell[i], i == 1 ? 2 : 4, 3);
		memset(cell[i].rgb, 10 * (i + 1), (size_t)(cell[i].w * cell[i].h * 3));
	}
	show_sheet(&s, cell, 3, 2, 1);
	CHECK(s.w == 9 && s.h == 7, "two columns, two rows and gaps");
	CHECK(is(&s, 0, 0, 10, 10, 10) && is(&s, 4, 0, 0, 0, 0) && is(&s, 5, 0, 0, 0, 0) &&
		      is(&s, 6, 0, 20, 20, 20) && is(&s, 7, 2, 20, 20, 20) && is(&s, 8, 0, 0, 0, 0) &&
		      is(&s, 0, 4, 30, 30, 30),
	      "each in the middle of its cell");
	CHECK(show_sheet_size(&w, &h, (struct show[]){ { 20000, 20000, NULL }, { 20000, 20000, NULL } }, 2, 1,
			      0) < 0,
	      "one larger than memory's indices is refused");
	for (i = 0; i < 3; i++)
		show_free(&cell[i]);
	show_free(&s);
}

int
main(void)
{
	windows();
	many();
	images();
	labels();
	sheets();
	return check_done();
}
