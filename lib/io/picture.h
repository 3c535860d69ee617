/* picture.h - TIFF, JPEG and PNG files as planar arrays
 *
 * The kind of file is told by its first bytes, never by its name. What is read:
 *
 *   TIFF  8, 16, 32 bit integers and 32 bit floats, grey, RGB or palette, strips or tiles, any compression
 *         libtiff knows, any number of pages (thumbnails and transparency masks are passed over)
 *   JPEG  grey or colour, baseline or progressive
 *   PNG   1 to 16 bit, grey, RGB or palette
 *
 * Alpha is dropped; orientation, gamma and colour profiles are not applied. Min-is-white becomes
 * min-is-black. CMYK, Lab and the like are refused by name. A file that is cut short or damaged is an error,
 * also where the library behind would go on with a warning. Pictures of more than 64 MiB + 2048 times the
 * file's size (all pages together), or with a side over 2^20, are refused before memory is had. Messages name
 * the file, and the page of a TIFF.
 */
#ifndef IO_PICTURE_H
#define IO_PICTURE_H

#include "ten/tensor.h"

struct picture {
	enum ten_dtype dtype;         /* U8 I8 U16 I16 U32 I32 F32 */
	int channels, height, width;  /* of a file, channels are 1 or 3 */
	void *data;                   /* (C,H,W), 64-byte aligned */
};

struct pictures {
	struct picture *page;
	int n;
};

enum picture_palette {
	PICTURE_COLOURS, /* a palette is looked up: RGB U8. Grey of 1, 2, 4 bits is stretched to 0..255 */
	PICTURE_INDICES  /* values as stored, for masks: palette indices, grey of 1, 2, 4 bits from 0 */
};

int pictures_read(struct pictures *p, const char *path, enum picture_palette palette, struct err *e);
void pictures_free(struct pictures *p);

/* Number of pages pictures_read would give, at little cost; -1 on error. */
int pictures_count(const char *path, struct err *e);

size_t picture_bytes(const struct picture *p);

/* To one channel, Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded; to three equal ones. */
void picture_grey(struct picture *p);
void picture_rgb(struct picture *p);

/* Files as one picture: their pages with the channels of all files, in their order, one size and at most `most` of them; F32 where their
 * types differ. Messages name the file. On error nothing is left to free. */
enum picture_channels { PICTURE_AS_IS, PICTURE_GREY, PICTURE_RGB };
int pictures_read_channels(struct pictures *p, char *const *path, int files, enum picture_channels as, int most,
                           struct err *e);

/* Adds `image` [1,C,H,W] with the picture's type; NaN and infinity are errors that name the pixel. */
int picture_image(struct record *r, const struct picture *p, struct err *e);

/* Adds `mask` [1,H,W] U8 of p, which must be as large as `image`, have one channel (or three equal ones) and
 * whole values in 0..classes-1, or `ignore` (-1: none). */
int picture_mask(struct record *r, const struct picture *p, const struct picture *image, int classes, int ignore,
                 struct err *e);

/* Does pixel i, of as many as a plane has, have one value in all channels? */
int picture_is_grey(const struct picture *p, int64_t i);

#endif
