/* text: glyphs, scales, what does not fit and what has no glyph */
#include "image/text.h"

#include "check.h"

static const uint8_t white[3] = { 255, 255, 255 };

static int
lit(const struct show *s, int x, int y)
{
	return s->rgb[3 * (y * s->w + x)] == 255;
}

/* Is the cell at (x,y) drawn as these 9 lines of 6? */
static int
looks(const struct show *s, int x, int y, const char *art)
{
	int i;

	for (i = 0; i < TEXT_WIDTH * TEXT_HEIGHT; i++)
		if (lit(s, x + i % TEXT_WIDTH, y + i / TEXT_WIDTH) != (art[i] == '#'))
			return 0;
	return 1;
}

#define BOX "##### #   # #   # #   # #   # #   # #####             "
#define DOTS "                                    # # #             "
#define ONE "  #    ##     #     #     #     #    ###              "

static void
words(void)
{
	struct show s;

	show_new(&s, 40, 12);
	CHECK(text_draw(&s, 2, 1, 100, "1g", 1, white) == 12, "two cells");
	CHECK(looks(&s, 2, 1, ONE), "a one");
	CHECK(looks(&s, 8, 1, "             #### #   # #   # #   #  ####     #  ###  "), "a g reaches below the line");
	show_free(&s);
	show_new(&s, 40, 12);
	text_draw(&s, 0, 0, 100, "\xc3\xa9\xff" "1\xe2\x82\xac", 1, white);
	CHECK(looks(&s, 0, 0, BOX) && looks(&s, 6, 0, BOX) && looks(&s, 12, 0, ONE) && looks(&s, 18, 0, BOX),
	      "a box for each character without a glyph, and for bytes that are none");
	CHECK(text_length("\xc3\xa9\xff" "1\xe2\x82\xac") == 4, "of which there are four");
	show_free(&s);
}

static void
cut_off(void)
{
	struct show s;

	show_new(&s, 40, 12);
	CHECK(text_draw(&s, 0, 0, 17, "1111", 1, white) == 18, "three cells where there is room for three");
	CHECK(looks(&s, 0, 0, ONE) && looks(&s, 6, 0, ONE) && looks(&s, 12, 0, DOTS), "the last is an ellipsis");
	show_free(&s);
	show_new(&s, 40, 12);
	text_draw(&s, 0, 0, 17, "111", 1, white);
	CHECK(looks(&s, 12, 0, ONE), "what fits exactly is not cut");
	CHECK(text_draw(&s, 0, 0, 4, "1", 1, white) == 0 && text_draw(&s, 0, 0, -3, "1", 1, white) == 0, "no room, no text");
	text_draw(&s, 37, -5, 100, "#", 3, white);
	text_draw(&s, -400, 400, 4000, "a lot", 3, white);
	CHECK(s.rgb[0] == 0, "outside of the picture nothing is drawn");
	show_free(&s);
}

static void
scaled(void)
{
	struct show small, large;
	int x, y, off = 0;

	show_new(&small, 12, 9);
	show_new(&large, 36, 27);
	text_draw(&small, 0, 0, 12, "R&", 1, white);
	text_draw(&large, 0, 0, 36, "R&", 3, white);
	for (y = 0; y < 27; y++)
		for (x = 0; x < 36; x++)
			off += lit(&large, x, y) != lit(&small, x / 3, y / 3);
	CHECK(off == 0, "larger text is the same in larger pixels");
	show_free(&small);
	show_free(&large);
}

/* No character but the space is empty, and none is like another. */
static void
distinct(void)
{
	struct show s[96];
	char text[2] = "";
	int i, k, same = 0;

	for (i = 0; i < 95; i++) {
		text[0] = (char)(32 + i);
		show_new(&s[i], TEXT_WIDTH, TEXT_HEIGHT);
		text_draw(&s[i], 0, 0, 6, text, 1, white);
	}
	show_new(&s[95], TEXT_WIDTH, TEXT_HEIGHT);
	text_draw(&s[95], 0, 0, 6, "\x01", 1, white);
	for (i = 0; i < 96; i++)
		for (k = 0; k < i; k++)
			same += !memcmp(s[i].rgb, s[k].rgb, 3 * TEXT_WIDTH * TEXT_HEIGHT);
	CHECK(same == 0, "every character looks different");
	for (i = 0; i < 96; i++)
		show_free(&s[i]);
}

int
main(void)
{
	words();
	cut_off();
	scaled();
	distinct();
	return check_done();
}
