#include "image/legend.h"

#include <stdlib.h>
#include <string.h>

#include "image/text.h"

enum { LINE = TEXT_HEIGHT + 2, MARGIN = 2, SWATCH = 12, GAP = 9 }; /* at scale 1 */

static const uint8_t white[3] = { 255, 255, 255 };

static int
scale_of(const struct show *s, int per)
{
	return s->w < 2 * per ? 1 : s->w / per;
}

/* s in a higher picture, `top` lines below its edge, the rest black. */
static void
extend(struct show *s, int top, int height)
{
	struct show all;

	show_new(&all, s->w, height);
	memcpy(all.rgb + 3 * (size_t)s->w * (size_t)top, s->rgb, 3 * (size_t)s->w * (size_t)s->h);
	show_free(s);
	*s = all;
}

void
show_caption(struct show *s, const char *first, const char *second)
{
	int k = scale_of(s, 360), height = (2 * LINE + 1) * k, room = s->w - 2 * MARGIN * k;

	extend(s, height, s->h + height);
	text_draw(s, MARGIN * k, k, room, first, k, white);
	text_draw(s, MARGIN * k, (1 + LINE) * k, room, second, k, white);
}

static void
dot(struct show *s, int x, int y, const uint8_t *colour)
{
	if (x < s->w && y < s->h)
		memcpy(s->rgb + 3 * ((size_t)y * (size_t)s->w + (size_t)x), colour, 3);
}

/* A sample of the style in a field of SWATCH - 3 by 7. */
static void
swatch(struct show *s, int left, int top, const struct legend_entry *e, int k)
{
	int w = (SWATCH - 3) * k, h = 7 * k, x, y;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			int line = y / k == 3 || y / k == 4;

			if ((e->style == LEGEND_FILL) || (e->style == LEGEND_SOLID && line) ||
			    (e->style == LEGEND_DASHED && line && x / k / 2 % 2 == 0) ||
			    (e->style == LEGEND_HATCH && (x + y) / k % 4 == 0))
				dot(s, left + x, top + y, e->colour);
		}
}

/* Places every entry, and draws it if s has room below `top`; returns the lines they take. */
static int
place(struct show *s, int top, const struct legend_entry *entry, int n, int k, int draw)
{
	int x = MARGIN * k, line = 0, i;

	for (i = 0; i < n; i++) {
		int width = (SWATCH + TEXT_WIDTH * text_length(entry[i].name)) * k;

		if (x > MARGIN * k && x + width > s->w) {
			x = MARGIN * k;
			line++;
		}
		if (draw) {
			int y = top + (2 + line * LINE) * k;

			swatch(s, x, y, &entry[i], k);
			text_draw(s, x + SWATCH * k, y, s->w - x - (SWATCH + 1) * k, entry[i].name, k, white);
		}
		x += width + GAP * k;
	}
	return line + 1;
}

void
show_legend(struct show *s, const struct legend_entry *entry, int n)
{
	int k = scale_of(s, 720), top = s->h;

	extend(s, 0, top + (place(s, 0, entry, n, k, 0) * LINE + 2) * k);
	place(s, top, entry, n, k, 1);
}
