/* text.h - text in pictures, in a small font of our own
 *
 * Every character takes a cell of 6 x 9 pixels (5 x 7 for capitals and digits, two lines below for descenders, one column
 * between), times a whole number, so edges stay sharp. Printable ASCII has glyphs; any other character of UTF-8, and
 * each byte that is none, is shown as an empty box.
 */
#ifndef IMAGE_TEXT_H
#define IMAGE_TEXT_H

#include "image/show.h"

enum { TEXT_WIDTH = 6, TEXT_HEIGHT = 9 }; /* of a cell at scale 1 */

int text_length(const char *text); /* in cells */

/* Draws text with its upper left corner at (x,y), in no more than `room` pixels of width: what does not fit is cut off
 * and ends in an ellipsis (three dots in one cell). What would lie outside of s is left out. Returns the width drawn. */
int text_draw(struct show *s, int x, int y, int room, const char *text, int scale, const uint8_t colour[3]);

#endif
