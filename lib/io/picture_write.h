/* picture_write.h - TIFF and PNG files
 *
 * Files appear whole or not at all, hold no date, and are the same bytes for the same pictures. They are put
 * together in memory, so standard output may be a pipe.
 */
#ifndef IO_PICTURE_WRITE_H
#define IO_PICTURE_WRITE_H

#include "base/outfile.h"
#include "ten/tensor.h"

struct page {
	int w, h;
	int channels;         /* 1 grey, 3 red green blue */
	enum ten_dtype dtype; /* U8, U16, or F32 (TIFF only: values as they are) */
	const void *data;     /* [h][w][channels] */
};

/* --- TIFF of any number of pages, each of its own size and type --- */

struct tiff_writer {
	void *tiff; /* libtiff's */
	struct outfile out;
	int deflate;
	struct picture_memory {
		unsigned char *data;
		size_t size, room, at;
	} memory;
	struct err said; /* what libtiff complained of */
};

/* path NULL or "-": standard output. deflate: compress, without loss. */
int tiff_create(struct tiff_writer *t, const char *path, int deflate, struct err *e);
int tiff_name(struct tiff_writer *t, const char *name, struct err *e); /* names the page that comes next */
int tiff_page(struct tiff_writer *t, const struct page *p, struct err *e);

/* A page of labels: a viewer shows label[h][w] in the colours of palette[256][3], who reads indices gets labels back. */
int tiff_labels(struct tiff_writer *t, int w, int h, const uint8_t *label, const uint8_t *palette, struct err *e);
int tiff_finish(struct tiff_writer *t, struct err *e);
void tiff_discard(struct tiff_writer *t);

/* A TIFF of one page. */
int tiff_write(const char *path, const struct page *p, int deflate, struct err *e);

/* --- PNG: one page, U8 or U16 --- */

int png_write(const char *path, const struct page *p, struct err *e);

/* The same bytes in memory, which the caller frees. */
int png_bytes(unsigned char **png, size_t *size, const struct page *p, struct err *e);

#endif
