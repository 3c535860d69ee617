#include "image/difference.h"

#include <stddef.h>

const uint8_t ignored_colour[3] = { 150, 150, 150 };

const uint8_t *
verdict_colour(enum verdict v)
{
	static const uint8_t colour[3][3] = { { 0, 158, 115 }, { 213, 94, 0 }, { 240, 228, 66 } };

	return colour[v];
}

static void
tint(uint8_t *p, const uint8_t *colour, int quarters)
{
	int k;

	for (k = 0; k < 3; k++)
		p[k] = (uint8_t)(((4 - quarters) * p[k] + quarters * colour[k]) / 4);
}

void
show_difference(struct show *s, const uint8_t *truth, const uint8_t *pred, int h, int w, int zoom, int ignore)
{
	int x, y;

	for (y = 0; y < h * zoom; y++)
		for (x = 0; x < w * zoom; x++) {
			int i = x / zoom, j = y / zoom, t = truth[(size_t)j * (size_t)w + (size_t)i];
			int p = pred[(size_t)j * (size_t)w + (size_t)i];
			uint8_t *at = s->rgb + 3 * ((size_t)y * (size_t)s->w + (size_t)x);

			if (t == ignore || (!t && !p))
				continue;
			if (t == p)
				tint(at, verdict_colour(VERDICT_RIGHT), 2);
			else
				tint(at, verdict_colour(!p || (t && (i + j) % 2) ? VERDICT_MISSED : VERDICT_EXTRA), 3);
		}
}

void
show_ignored(struct show *s, const uint8_t *label, int h, int w, int zoom, int ignore)
{
	int x, y, k, apart = 4 * zoom;

	for (y = 0; y < h * zoom; y++)
		for (x = 0; x < w * zoom; x++)
			if (label[(size_t)(y / zoom) * (size_t)w + (size_t)(x / zoom)] == ignore && (x + y) % apart < zoom)
				for (k = 0; k < 3; k++)
					s->rgb[3 * ((size_t)y * (size_t)s->w + (size_t)x) + (size_t)k] = ignored_colour[k];
}
