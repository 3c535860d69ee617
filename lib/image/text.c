#include "image/text.h"

#include <stddef.h>

#define GLYPHS 16 /* of a block of the table below */

/* From the space (32) on, 16 a block; the last one stands for what has no glyph. */
static const char font[6][TEXT_HEIGHT][GLYPHS * TEXT_WIDTH + 1] = { {
	"        #    # #          #   ##  #  ##     #      #   #                                      # ",
	"        #    # #   # #   #### ##  # #  #    #     #     #     #     #                         # ",
	"        #    # #  ##### # #      #  # #     #    #       #  # # #   #                        #  ",
	"        #          # #   ###    #    #           #       #   ###  #####       #####         #   ",
	"        #         #####   # #  #    # # #        #       #  # # #   #                      #    ",
	"                   # #  ####  #  ## #  #          #     #     #     #     ##          ##  #     ",
	"        #                 #   #  ##  ## #          #   #                  ##          ##  #     ",
	"                                                                           #                    ",
	"                                                                          #                     ",
}, {
	" ###    #    ###  ####     #  #####   ##  #####  ###   ###                  #        #     ###  ",
	"#   #  ##   #   #     #   ##  #      #        # #   # #   #   ##    ##     #          #   #   # ",
	"#  ##   #       #     #  # #  ####  #        #  #   # #   #   ##    ##    #   #####    #      # ",
	"# # #   #      #   ###  #  #      # ####     #   ###   ####              #              #    #  ",
	"##  #   #     #       # #####     # #   #   #   #   #     #               #   #####    #    #   ",
	"#   #   #    #        #    #  #   # #   #   #   #   #    #    ##    ##     #          #         ",
	" ###   ###  ##### ####     #   ###   ###    #    ###   ##     ##    ##      #        #      #   ",
	"                                                                     #                          ",
	"                                                                    #                           ",
}, {
	" ###    #   ####   ###  ###   ##### #####  ###  #   #  ###    ### #   # #     #   # #   #  ###  ",
	"#   #  # #  #   # #   # #  #  #     #     #   # #   #   #      #  #  #  #     ## ## ##  # #   # ",
	"# ### #   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # # ##  # #   # ",
	"# # # #   # ####  #     #   # ####  ####  #  ## #####   #      #  ##    #     # # # # # # #   # ",
	"# ### ##### #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   # #  ## #   # ",
	"#     #   # #   # #   # #  #  #     #     #   # #   #   #   #  #  #  #  #     #   # #  ## #   # ",
	" ###  #   # ####   ###  ###   ##### #      #### #   #  ###   ##   #   # ##### #   # #   #  ###  ",
	"                                                                                                ",
	"                                                                                                ",
}, {
	"####   ###  ####   #### ##### #   # #   # #   # #   # #   # #####  ###  #      ###    #         ",
	"#   # #   # #   # #       #   #   # #   # #   # #   # #   #     #  #    #        #   # #        ",
	"#   # #   # #   # #       #   #   # #   # #   #  # #   # #     #   #     #       #  #   #       ",
	"####  #   # ####   ###    #   #   #  # #  # # #   #     #     #    #      #      #              ",
	"#     # # # # #       #   #   #   #  # #  # # #  # #    #    #     #       #     #              ",
	"#     #  #  #  #      #   #   #   #   #   ## ## #   #   #   #      #        #    #              ",
	"#      ## # #   # ####    #    ###    #   #   # #   #   #   #####  ###      #  ###              ",
	"                                                                                          ##### ",
	"                                                                                                ",
}, {
	" #          #               #         ##        #       #      #  #      ##                     ",
	"  #         #               #        #  #       #                 #       #                     ",
	"   #   ###  ####   ###   ####  ###   #     #### ####   ##     ##  #  #    #   ## #  ####   ###  ",
	"          # #   # #   # #   # #   # ###   #   # #   #   #      #  # #     #   # # # #   # #   # ",
	"       #### #   # #     #   # #####  #    #   # #   #   #      #  ##      #   # # # #   # #   # ",
	"      #   # #   # #   # #   # #      #    #   # #   #   #      #  # #     #   # # # #   # #   # ",
	"       #### ####   ###   ####  ###   #     #### #   #  ###     #  #  #   ###  # # # #   #  ###  ",
	"                                              #             #  #                                ",
	"                                           ###               ##                                 ",
}, {
	"                         #                                           ##   #   ##          ##### ",
	"                         #                                          #     #     #         #   # ",
	"####   #### # ##   #### ####  #   # #   # #   # #   # #   # #####   #     #     #    #  # #   # ",
	"#   # #   # ##  # #      #    #   # #   # #   #  # #  #   #    #   #      #      #  # # # #   # ",
	"#   # #   # #      ###   #    #   # #   # # # #   #   #   #   #     #     #     #   #  #  #   # ",
	"#   # #   # #         #  #  # #  ##  # #  # # #  # #  #   #  #      #     #     #         #   # ",
	"####   #### #     ####    ##   ## #   #    # #  #   #  #### #####    ##   #   ##          ##### ",
	"#         #                                               #                                     ",
	"#         #                                            ###                                      ",
} };

enum { OTHER = 127, ELLIPSIS = 128 };

/* The character at *p, which moves on: one of ASCII, or OTHER. Bytes that continue a character are passed over. */
static int
next(const char **p)
{
	unsigned char c = (unsigned char)*(*p)++;

	if (c >= 0xc0)
		while (((unsigned char)**p & 0xc0) == 0x80)
			(*p)++;
	return c >= 32 && c < 127 ? c : OTHER;
}

int
text_length(const char *text)
{
	int n = 0;

	while (*text) {
		next(&text);
		n++;
	}
	return n;
}

static int
is_set(int c, int x, int y)
{
	if (c == ELLIPSIS)
		return y == 6 && x % 2 == 0;
	return font[(c - 32) / GLYPHS][y][(c - 32) % GLYPHS * TEXT_WIDTH + x] == '#';
}

static void
block(struct show *s, int x, int y, int size, const uint8_t colour[3])
{
	int i, j, k;

	for (j = y < 0 ? 0 : y; j < y + size && j < s->h; j++)
		for (i = x < 0 ? 0 : x; i < x + size && i < s->w; i++)
			for (k = 0; k < 3; k++)
				s->rgb[3 * ((size_t)j * (size_t)s->w + (size_t)i) + (size_t)k] = colour[k];
}

static void
glyph(struct show *s, int x, int y, int c, int scale, const uint8_t colour[3])
{
	int i, j;

	for (j = 0; j < TEXT_HEIGHT; j++)
		for (i = 0; i < TEXT_WIDTH - 1; i++)
			if (is_set(c, i, j))
				block(s, x + i * scale, y + j * scale, scale, colour);
}

int
text_draw(struct show *s, int x, int y, int room, const char *text, int scale, const uint8_t colour[3])
{
	int cell = TEXT_WIDTH * scale, length = text_length(text);
	int cells = room < 0 ? 0 : (room + scale) / cell; /* the last one needs no gap behind */
	int n = length < cells ? length : cells, i;

	for (i = 0; i < n; i++) {
		int c = next(&text);

		glyph(s, x + i * cell, y, i == n - 1 && length > n ? ELLIPSIS : c, scale, colour);
	}
	return n * cell;
}
