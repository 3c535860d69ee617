/* pixels - the colours of a picture: a line "R G B COUNT" for each, in order
 *
 *   pixels FILE [X Y W H]    of this part of it
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/picture.h"

static int
compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char *argv[])
{
	struct pictures p;
	struct err e;
	int x, y, w, h, i, j, n = 0, same;
	unsigned *colour;
	size_t plane;

	prog_set(argv[0]);
	if ((argc != 2 && argc != 6) || pictures_read(&p, argv[1], PICTURE_COLOURS, &e))
		die("%s", argc == 2 || argc == 6 ? e.msg : "usage: pixels FILE [X Y W H]");
	x = argc > 2 ? atoi(argv[2]) : 0;
	y = argc > 2 ? atoi(argv[3]) : 0;
	w = argc > 2 ? atoi(argv[4]) : p.page->width;
	h = argc > 2 ? atoi(argv[5]) : p.page->height;
	if (x < 0 || y < 0 || x + w > p.page->width || y + h > p.page->height)
		die("'%s' is %d x %d", argv[1], p.page->width, p.page->height);
	picture_rgb(p.page);
	colour = mem_array((size_t)w * (size_t)h + 1, sizeof *colour);
	plane = (size_t)p.page->width * (size_t)p.page->height;
	for (j = y; j < y + h; j++)
		for (i = x; i < x + w; i++) {
			const unsigned char *at = (unsigned char *)p.page->data + j * p.page->width + i;

			colour[n++] = (unsigned)at[0] << 16 | (unsigned)at[plane] << 8 | at[2 * plane];
		}
	qsort(colour, (size_t)n, sizeof *colour, compare);
	for (i = 0; i < n; i += same) {
		for (same = 1; i + same < n && colour[i + same] == colour[i]; same++)
			;
		printf("%u %u %u %d\n", colour[i] >> 16, colour[i] >> 8 & 255, colour[i] & 255, same);
	}
	free(colour);
	pictures_free(&p);
	return 0;
}
