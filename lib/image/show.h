/* show.h - make tensors visible: windows, label colours, contours, contact sheets
 *
 * A show is an 8-bit colour picture that owns its pixels. Labels have the colours of Okabe & Ito (2008,
 * "Color universal design"), which people with the common kinds of colour blindness can tell apart.
 */
#ifndef IMAGE_SHOW_H
#define IMAGE_SHOW_H

#include <stdint.h>

struct show {
	int w, h;
	uint8_t *rgb; /* [h][w][3] */
};

void show_new(struct show *s, int w, int h); /* black */
void show_free(struct show *s);

/* lo and hi: the given percentiles (0..100) of the n values that are finite, linear between ranks. Both 0
 * when there are none. */
void show_window(float *lo, float *hi, const float *x, int64_t n, const double percent[2]);

/* n values as bytes, lo 0 and hi 255; those that are not finite are 0. */
void show_bytes(uint8_t *to, const float *x, int64_t n, float lo, float hi);

/* The planes x[channels][h][w] (1: grey, 3: colour) with lo black and hi full, every pixel zoom x zoom.
 * Values that are not finite are black. */
void show_image(struct show *s, const float *x, int channels, int h, int w, float lo, float hi, int zoom);

enum show_style {
	SHOW_SOLID,  /* a line inside each region's edge, about half a pixel wide */
	SHOW_DASHED, /* the same, broken */
	SHOW_FILL    /* the region tinted */
};

/* Draws the regions of label[h][w] (0 is no region) over s, a picture of h x w pixels at this zoom. */
void show_labels(struct show *s, const uint8_t *label, int h, int w, int zoom, enum show_style style);

/* The colour of label k > 0; labels after the seventh begin anew. */
const uint8_t *show_colour(int k);

/* n pictures in `columns` columns, each in the middle of a cell of the largest one's size, `gap` pixels
 * apart, on black. */
void show_sheet(struct show *s, const struct show *cell, int n, int columns, int gap);

/* The size that a sheet would have; -1 when it is more than show_sheet can hold (2^31 - 1 bytes). */
int show_sheet_size(int *w, int *h, const struct show *cell, int n, int columns, int gap);

#endif
