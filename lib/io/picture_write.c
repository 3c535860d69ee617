#include "io/picture_write.h"

#include <png.h>
#include <setjmp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include "base/mem.h"

/* --- a file in memory, with the calls that libtiff wants --- */

static void
memory_room(struct picture_memory *m, size_t size)
{
	size_t room = m->room ? m->room : 1 << 16;

	while (room < size)
		room *= 2;
	if (room == m->room)
		return;
	m->data = mem_grow(m->data, room, 1);
	m->room = room;
}

static void
memory_put(struct picture_memory *m, const void *data, size_t n)
{
	memory_room(m, m->at + n);
	if (m->at > m->size)
		memset(m->data + m->size, 0, m->at - m->size);
	memcpy(m->data + m->at, data, n);
	m->at += n;
	if (m->at > m->size)
		m->size = m->at;
}

static tmsize_t
on_read(thandle_t h, void *buf, tmsize_t n)
{
	struct picture_memory *m = &((struct tiff_writer *)h)->memory;
	size_t left = m->at < m->size ? m->size - m->at : 0, take = (size_t)n < left ? (size_t)n : left;

	if (take)
		memcpy(buf, m->data + m->at, take);
	m->at += take;
	return (tmsize_t)take;
}

static tmsize_t
on_write(thandle_t h, void *buf, tmsize_t n)
{
	memory_put(&((struct tiff_writer *)h)->memory, buf, (size_t)n);
	return n;
}

static toff_t
on_seek(thandle_t h, toff_t to, int whence)
{
	struct picture_memory *m = &((struct tiff_writer *)h)->memory;

	m->at = (size_t)to + (whence == SEEK_CUR ? m->at : whence == SEEK_END ? m->size : 0);
	return m->at;
}

static toff_t
on_size(thandle_t h)
{
	return ((struct tiff_writer *)h)->memory.size;
}

static int
on_close(thandle_t h)
{
	return 0;
}

static int
on_error(TIFF *tiff, void *user, const char *module, const char *fmt, va_list ap)
{
	err_vset(&((struct tiff_writer *)user)->said, fmt, ap);
	return 1;
}

static int
on_warning(TIFF *tiff, void *user, const char *module, const char *fmt, va_list ap)
{
	return 1;
}

/* --- TIFF --- */

int
tiff_create(struct tiff_writer *t, const char *path, int deflate, struct err *e)
{
	TIFFOpenOptions *o;

	memset(t, 0, sizeof *t);
	t->deflate = deflate;
	if (outfile_open(&t->out, path, OUTFILE_BINARY, e))
		return -1;
	o = TIFFOpenOptionsAlloc();
	if (!o) {
		err_set(e, "cannot write '%s':", t->out.path);
		tiff_discard(t);
		return -1;
	}
	TIFFOpenOptionsSetErrorHandlerExtR(o, on_error, t);
	TIFFOpenOptionsSetWarningHandlerExtR(o, on_warning, t);
	t->tiff = TIFFClientOpenExt(t->out.path, "wl", t, on_read, on_write, on_seek, on_close, on_size, NULL,
	                            NULL, o);
	TIFFOpenOptionsFree(o);
	if (t->tiff)
		return 0;
	err_set(e, "cannot write '%s': %s", t->out.path, t->said.msg);
	tiff_discard(t);
	return -1;
}

static int
set_tags(TIFF *tiff, const struct page *p, int deflate)
{
	int real = p->dtype == TEN_F32, bits = (int)ten_dtype_size(p->dtype) * 8;

	return TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, p->w) &&
	       TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, p->h) &&
	       TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, p->channels) &&
	       TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits) &&
	       TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, real ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT) &&
	       TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
	       TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
	                    p->channels == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK) &&
	       TIFFSetField(tiff, TIFFTAG_COMPRESSION,
	                    deflate ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_NONE) &&
	       (!deflate || real || TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL)) && /* few read that of floats */
	       TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
}

static void
check_page(const struct page *p)
{
	if (p->w < 1 || p->h < 1 || (p->channels != 1 && p->channels != 3) ||
	    (p->dtype != TEN_U8 && p->dtype != TEN_U16 && p->dtype != TEN_F32))
		BUG("a page of %dx%dx%d %s", p->w, p->h, p->channels, ten_dtype_name(p->dtype));
}

static int
put_page(struct tiff_writer *t, const struct page *p, int ok, struct err *e)
{
	size_t row = (size_t)p->w * (size_t)p->channels * ten_dtype_size(p->dtype);
	unsigned char *copy = mem_array(row, 1); /* libtiff changes the row when it predicts */
	int y;

	for (y = 0; y < p->h && ok; y++) {
		memcpy(copy, (const unsigned char *)p->data + (size_t)y * row, row);
		ok = TIFFWriteScanline(t->tiff, copy, (uint32_t)y, 0) == 1;
	}
	free(copy);
	if (ok && TIFFWriteDirectory(t->tiff))
		return 0;
	return err_set(e, "cannot write '%s': %s", t->out.path, t->said.msg);
}

int
tiff_name(struct tiff_writer *t, const char *name, struct err *e)
{
	if (TIFFSetField(t->tiff, TIFFTAG_PAGENAME, name))
		return 0;
	return err_set(e, "cannot write '%s': %s", t->out.path, t->said.msg);
}

int
tiff_page(struct tiff_writer *t, const struct page *p, struct err *e)
{
	check_page(p);
	return put_page(t, p, set_tags(t->tiff, p, t->deflate), e);
}

/* Colours of 16 bits, as the format has them; differences between neighbouring labels mean nothing, so no predictor. */
int
tiff_labels(struct tiff_writer *t, int w, int h, const uint8_t *label, const uint8_t *palette, struct err *e)
{
	struct page p = { w, h, 1, TEN_U8, label };
	uint16_t map[3][256];
	int k, c, ok;

	check_page(&p);
	for (k = 0; k < 256; k++)
		for (c = 0; c < 3; c++)
			map[c][k] = (uint16_t)(palette[3 * k + c] * 257);
	ok = set_tags(t->tiff, &p, t->deflate) && TIFFSetField(t->tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_PALETTE) &&
	     TIFFSetField(t->tiff, TIFFTAG_COLORMAP, map[0], map[1], map[2]) &&
	     (!t->deflate || TIFFSetField(t->tiff, TIFFTAG_PREDICTOR, PREDICTOR_NONE));
	return put_page(t, &p, ok, e);
}

int
tiff_finish(struct tiff_writer *t, struct err *e)
{
	int rc;

	TIFFClose(t->tiff);
	t->tiff = NULL;
	if (t->said.msg[0]) {
		err_set(e, "cannot write '%s': %s", t->out.path, t->said.msg);
		tiff_discard(t);
		return -1;
	}
	fwrite(t->memory.data, 1, t->memory.size, t->out.f); /* outfile_close sees a failure */
	rc = outfile_close(&t->out, e);
	tiff_discard(t);
	return rc;
}

void
tiff_discard(struct tiff_writer *t)
{
	if (t->tiff) {
		TIFFSetMode(t->tiff, O_RDONLY); /* or it would write what is left, by codecs that may not have started */
		TIFFClose(t->tiff);
	}
	outfile_discard(&t->out);
	free(t->memory.data);
	memset(t, 0, sizeof *t);
}

int
tiff_write(const char *path, const struct page *p, int deflate, struct err *e)
{
	struct tiff_writer t;

	if (tiff_create(&t, path, deflate, e))
		return -1;
	if (!tiff_page(&t, p, e))
		return tiff_finish(&t, e);
	tiff_discard(&t);
	return -1;
}

/* --- PNG --- */

struct png_job {
	struct picture_memory memory;
	struct err *e;
	jmp_buf back;
};

static void
on_png_write(png_structp png, png_bytep data, png_size_t n)
{
	memory_put(&((struct png_job *)png_get_io_ptr(png))->memory, data, n);
}

static void
on_png_flush(png_structp png)
{
}

static void
on_png_error(png_structp png, png_const_charp text)
{
	struct png_job *job = png_get_error_ptr(png);

	err_set(job->e, "%s", text);
	longjmp(job->back, 1);
}

static void
on_png_warning(png_structp png, png_const_charp text)
{
}

/* Fills job->memory; -1 with the reason in job->e. */
static int
png_encode(struct png_job *job, const struct page *p)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, job, on_png_error, on_png_warning);
	png_infop volatile info = png ? png_create_info_struct(png) : NULL;
	size_t row = (size_t)p->w * (size_t)p->channels * ten_dtype_size(p->dtype);
	int y, rc = -1;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return err_set(job->e, "no memory for libpng");
	}
	if (!setjmp(job->back)) {
		png_set_write_fn(png, job, on_png_write, on_png_flush);
		png_set_IHDR(png, info, (png_uint_32)p->w, (png_uint_32)p->h, p->dtype == TEN_U8 ? 8 : 16,
		             p->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
		             PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
		png_write_info(png, info);
		if (p->dtype == TEN_U16)
			png_set_swap(png); /* PNG is big-endian */
		for (y = 0; y < p->h; y++)
			png_write_row(png, (const unsigned char *)p->data + (size_t)y * row);
		png_write_end(png, info);
		rc = 0;
	}
	png_destroy_write_struct(&png, (png_infopp)&info);
	return rc;
}

int
png_write(const char *path, const struct page *p, struct err *e)
{
	struct png_job job = { .e = e };
	struct outfile out;
	int rc;

	check_page(p);
	if (p->dtype == TEN_F32)
		BUG("PNG holds no real numbers");
	if (outfile_open(&out, path, OUTFILE_BINARY, e))
		return -1;
	if (png_encode(&job, p)) {
		err_prefix(e, "cannot write '%s'", out.path);
		outfile_discard(&out);
		rc = -1;
	} else {
		fwrite(job.memory.data, 1, job.memory.size, out.f); /* outfile_close sees a failure */
		rc = outfile_close(&out, e);
	}
	free(job.memory.data);
	return rc;
}

int
png_bytes(unsigned char **png, size_t *size, const struct page *p, struct err *e)
{
	struct png_job job = { .e = e };

	check_page(p);
	if (png_encode(&job, p)) {
		free(job.memory.data);
		return -1;
	}
	*png = job.memory.data;
	*size = job.memory.size;
	return 0;
}
