#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tiffio.h>

#include "base/mem.h"
#include "io/decode.h"

#define HEADER 8 /* bytes at the beginning that are no pixels */

struct tiff {
	TIFF *t;
	struct decoding *d;
	int page, failed;
};

/* What a page says of itself. */
struct layout {
	uint32_t width, height;
	uint16_t samples, bits, format, photometric, planar, compression;
	uint32_t block_width, block_height; /* a tile, or a strip */
	int tiled;
	int channels;           /* that are kept, as stored: 1 also for a palette */
	enum ten_dtype dtype;
};

/* The first error is kept: it is the cause of the others. */
static int
on_error(TIFF *t, void *user, const char *module, const char *fmt, va_list ap)
{
	struct tiff *f = user;
	struct err e;
	char *p;

	(void)t;
	(void)module;
	err_vset(&e, fmt, ap);
	for (p = e.msg; (p = strchr(p, '\n'));)
		*p = ' '; /* some have two lines */
	if (!f->failed)
		err_set(f->d->e, "'%s' page %d: %s", f->d->path, f->page, e.msg);
	f->failed = 1;
	return 1;
}

/* Unknown tags and the like; but libjpeg within libtiff tells of missing data by warnings only. */
static int
on_warning(TIFF *t, void *user, const char *module, const char *fmt, va_list ap)
{
	return module && !strcmp(module, "JPEGLib") ? on_error(t, user, module, fmt, ap) : 1;
}

static int
refuse(struct tiff *f, const char *what)
{
	return err_set(f->d->e, "'%s' page %d: %s not supported", f->d->path, f->page, what);
}

static int
tiff_open(struct tiff *f, struct decoding *d)
{
	TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
	int fd = dup(fileno(d->f));

	*f = (struct tiff){ .d = d, .page = 1 };
	if (!options || fd < 0) {
		TIFFOpenOptionsFree(options);
		return err_set(d->e, "cannot open '%s':", d->path);
	}
	TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)d->budget);
#if TIFFLIB_VERSION >= 20230908
	TIFFOpenOptionsSetMaxCumulatedMemAlloc(options, 2 * (tmsize_t)d->budget);
#endif
	TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, f);
	TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, f);
	f->t = TIFFFdOpenExt(fd, d->path, "rm", options); /* m: no mapping, a file may shrink under it */
	TIFFOpenOptionsFree(options);
	if (f->t)
		return 0;
	close(fd);
	return f->failed ? -1 : err_set(d->e, "'%s': not a readable TIFF file", d->path);
}

static int
choose_dtype(struct tiff *f, struct layout *l)
{
	static const struct {
		uint16_t bits, format;
		enum ten_dtype dtype;
	} kind[] = {
		{ 8, SAMPLEFORMAT_UINT, TEN_U8 },     { 8, SAMPLEFORMAT_INT, TEN_I8 },
		{ 16, SAMPLEFORMAT_UINT, TEN_U16 },   { 16, SAMPLEFORMAT_INT, TEN_I16 },
		{ 32, SAMPLEFORMAT_UINT, TEN_U32 },   { 32, SAMPLEFORMAT_INT, TEN_I32 },
		{ 32, SAMPLEFORMAT_IEEEFP, TEN_F32 },
	};
	size_t i;

	if (l->format == SAMPLEFORMAT_VOID)
		l->format = SAMPLEFORMAT_UINT;
	for (i = 0; i < ARRAY_LEN(kind); i++)
		if (kind[i].bits == l->bits && kind[i].format == l->format) {
			l->dtype = kind[i].dtype;
			return 0;
		}
	return err_set(f->d->e, "'%s' page %d: %d bit %s are not supported", f->d->path, f->page, l->bits,
	               l->format == SAMPLEFORMAT_IEEEFP ? "floats" : "samples");
}

static int
choose_channels(struct tiff *f, struct layout *l)
{
	int is_unsigned = l->format == SAMPLEFORMAT_UINT;

	l->channels = l->photometric == PHOTOMETRIC_RGB || l->photometric == PHOTOMETRIC_YCBCR ? 3 : 1;
	switch (l->photometric) {
	case PHOTOMETRIC_MINISWHITE:
		if (!is_unsigned)
			return refuse(f, "signed or real min-is-white values are");
		break;
	case PHOTOMETRIC_PALETTE:
		if (!is_unsigned || l->bits > 16 || l->samples != 1)
			return refuse(f, "this kind of palette is");
		break;
	case PHOTOMETRIC_MINISBLACK:
	case PHOTOMETRIC_RGB:
		break;
	case PHOTOMETRIC_YCBCR:
		if (l->compression != COMPRESSION_JPEG)
			return refuse(f, "YCbCr without JPEG compression is");
		TIFFSetField(f->t, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
		break;
	case PHOTOMETRIC_SEPARATED:
		return refuse(f, "CMYK is");
	case PHOTOMETRIC_CIELAB:
		return refuse(f, "Lab is");
	default:
		return refuse(f, "this colour space is");
	}
	if (l->samples < l->channels || l->samples > l->channels + 1)
		return err_set(f->d->e, "'%s' page %d: %d samples per pixel, expected %d, and alpha at most",
		               f->d->path, f->page, l->samples, l->channels);
	return 0;
}

static int
read_layout(struct tiff *f, struct layout *l)
{
	TIFF *t = f->t;

	*l = (struct layout){ .tiled = TIFFIsTiled(t) };
	if (!TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &l->width) ||
	    !TIFFGetField(t, TIFFTAG_IMAGELENGTH, &l->height) ||
	    !TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &l->photometric))
		return err_set(f->d->e, "'%s' page %d: no size or colour space", f->d->path, f->page);
	TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &l->samples);
	TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &l->bits);
	TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLEFORMAT, &l->format);
	TIFFGetFieldDefaulted(t, TIFFTAG_PLANARCONFIG, &l->planar);
	TIFFGetFieldDefaulted(t, TIFFTAG_COMPRESSION, &l->compression);
	l->block_width = l->width;
	if (l->tiled) {
		TIFFGetField(t, TIFFTAG_TILEWIDTH, &l->block_width);
		TIFFGetField(t, TIFFTAG_TILELENGTH, &l->block_height);
	} else {
		TIFFGetFieldDefaulted(t, TIFFTAG_ROWSPERSTRIP, &l->block_height);
		l->block_height = l->block_height < l->height ? l->block_height : l->height;
	}
	return choose_dtype(f, l) || choose_channels(f, l) ? -1 : 0;
}

/* Samples side by side within a block. */
static int
interleaved(const struct layout *l)
{
	return l->planar == PLANARCONFIG_SEPARATE ? 1 : l->samples;
}

/* Bytes of a block; the file's word on them is checked like that on the picture. 0 on error. */
static size_t
block_bytes(struct tiff *f, const struct layout *l)
{
	uint64_t row = (uint64_t)l->block_width * (uint64_t)interleaved(l) * (l->bits / 8);
	uint64_t bytes;

	if (!row || !l->block_height || __builtin_mul_overflow(row, l->block_height, &bytes) ||
	    bytes > (uint64_t)f->d->budget) {
		err_set(f->d->e, "'%s' page %d: blocks of %ux%u pixels are not believed", f->d->path, f->page,
		        l->block_width, l->block_height);
		return 0;
	}
	if (row != (l->tiled ? TIFFTileRowSize64(f->t) : TIFFScanlineSize64(f->t))) {
		err_set(f->d->e, "'%s' page %d: rows of an unexpected size", f->d->path, f->page);
		return 0;
	}
	return (size_t)bytes;
}

/* Decodes the block that holds pixel (x,y) of plane s; all of its `rows` rows must be there. */
static int
read_block(struct tiff *f, const struct layout *l, void *buf, size_t bytes, uint32_t x, uint32_t y,
           uint16_t s)
{
	uint32_t block = l->tiled ? TIFFComputeTile(f->t, x, y, 0, s) : TIFFComputeStrip(f->t, y, s);
	tmsize_t got;

	if (TIFFGetStrileOffset(f->t, block) < HEADER) /* 0 where the list ends early: libtiff would read from there */
		return err_set(f->d->e, "'%s' page %d: the block at (%u,%u) is not in the file", f->d->path, f->page, x, y);
	if (l->tiled)
		got = TIFFReadEncodedTile(f->t, block, buf, (tmsize_t)bytes);
	else
		got = TIFFReadEncodedStrip(f->t, block, buf, (tmsize_t)bytes);
	if (f->failed)
		return -1;
	if (got != (tmsize_t)bytes)
		return err_set(f->d->e, "'%s' page %d: the block at (%u,%u) ends after %lld of %zu bytes",
		               f->d->path, f->page, x, y, (long long)got, bytes);
	return 0;
}

/* Puts a block's pixels where they belong; what sticks out of the picture is left off. */
static void
place_block(struct picture *p, const struct layout *l, const char *buf, uint32_t x, uint32_t y, uint32_t rows,
            int plane)
{
	size_t size = ten_dtype_size(p->dtype), area = (size_t)p->width * (size_t)p->height;
	size_t n = l->width - x < l->block_width ? l->width - x : l->block_width;
	int step = interleaved(l), channels = l->planar == PLANARCONFIG_SEPARATE ? 1 : l->channels;
	uint32_t i;

	for (i = 0; i < rows; i++) {
		size_t at = (size_t)plane * area + (size_t)(y + i) * (size_t)p->width + x;
		const char *row = buf + (size_t)i * l->block_width * (size_t)step * size;

		picture_spread((char *)p->data + at * size, area, row, n, step, channels, size);
	}
}

static int
read_plane(struct tiff *f, const struct layout *l, struct picture *p, char *buf, size_t bytes, int plane)
{
	uint32_t x, y;

	for (y = 0; y < l->height; y += l->block_height) {
		uint32_t rows = l->height - y < l->block_height ? l->height - y : l->block_height;
		size_t want = l->tiled ? bytes : bytes / l->block_height * rows;

		for (x = 0; x < l->width; x += l->block_width) {
			if (read_block(f, l, buf, want, x, y, (uint16_t)plane))
				return -1;
			place_block(p, l, buf, x, y, rows, plane);
		}
	}
	return 0;
}

static int
read_samples(struct tiff *f, const struct layout *l, struct picture *p)
{
	int planes = l->planar == PLANARCONFIG_SEPARATE ? l->channels : 1, i, rc = 0;
	size_t bytes = block_bytes(f, l);
	double total = (double)l->width * l->height * l->samples * (l->bits / 8); /* more than 64 bits hold */
	char *buf;

	if (!bytes)
		return -1;
	if (l->compression == COMPRESSION_NONE && total > (double)f->d->size)
		return err_set(f->d->e, "'%s' page %d: promises %.0f bytes, the file has %lld (cut short?)",
		               f->d->path, f->page, total, (long long)f->d->size);
	if (picture_init(p, f->d, l->dtype, l->channels, l->height, l->width))
		return -1;
	buf = mem_aligned(bytes);
	for (i = 0; i < planes && !rc; i++)
		rc = read_plane(f, l, p, buf, bytes, i);
	free(buf);
	return rc;
}

static void
turn_white(struct picture *p)
{
	size_t n = picture_bytes(p), i;
	uint8_t *x = p->data;

	for (i = 0; i < n; i++)
		x[i] = (uint8_t)~x[i]; /* max - v, in unsigned numbers of any size */
}

/* Entries are 16 bit; old writers filled 8 of them only. */
static int
palette_shift(const uint16_t *const map[3], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (map[0][i] > 255 || map[1][i] > 255 || map[2][i] > 255)
			return 8;
	return 0;
}

static int
look_up(struct tiff *f, const struct layout *l, struct picture *p)
{
	struct picture index = *p;
	uint16_t *map[3];
	size_t n = (size_t)p->width * (size_t)p->height, i;
	int c, shift;

	if (!TIFFGetField(f->t, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]))
		return err_set(f->d->e, "'%s' page %d: no colour map", f->d->path, f->page);
	if (picture_init(p, f->d, TEN_U8, 3, index.height, index.width)) {
		*p = index;
		return -1;
	}
	shift = palette_shift((const uint16_t *const *)map, (size_t)1 << l->bits);
	for (c = 0; c < 3; c++)
		for (i = 0; i < n; i++) {
			size_t k = l->bits == 8 ? ((uint8_t *)index.data)[i] : ((uint16_t *)index.data)[i];

			((uint8_t *)p->data)[(size_t)c * n + i] = (uint8_t)(map[c][k] >> shift);
		}
	free(index.data);
	return 0;
}

static int
read_page(struct tiff *f, struct pictures *list)
{
	struct picture *p;
	struct layout l;

	if (read_layout(f, &l))
		return -1;
	list->page = mem_grow(list->page, (size_t)list->n + 1, sizeof *list->page);
	p = &list->page[list->n++];
	*p = (struct picture){ 0 };
	if (read_samples(f, &l, p))
		return -1;
	if (l.photometric == PHOTOMETRIC_MINISWHITE && f->d->palette == PICTURE_COLOURS)
		turn_white(p);
	if (l.photometric == PHOTOMETRIC_PALETTE && f->d->palette == PICTURE_COLOURS)
		return look_up(f, &l, p);
	return 0;
}

/* The link that ends a directory must be in the file: libtiff takes a missing one for "no more pages". */
static int
check_link(struct tiff *f)
{
	unsigned char b[8];
	int big = TIFFIsBigEndian(f->t), wide = TIFFIsBigTIFF(f->t) ? 8 : 2, i;
	uint64_t at = TIFFCurrentDirOffset(f->t), n = 0, end;

	if (pread(fileno(f->d->f), b, (size_t)wide, (off_t)at) != wide)
		return err_set(f->d->e, "'%s' page %d: no directory", f->d->path, f->page);
	for (i = 0; i < wide; i++)
		n |= (uint64_t)b[big ? wide - 1 - i : i] << (8 * i);
	end = at + (wide == 8 ? 8 + n * 20 + 8 : 2 + n * 12 + 4);
	if (n > UINT16_MAX || end > (uint64_t)f->d->size)
		return err_set(f->d->e, "'%s' page %d: ends within its directory (file cut short?)",
		               f->d->path, f->page);
	return 0;
}

static int
is_picture(TIFF *t)
{
	uint32_t type = 0;

	TIFFGetFieldDefaulted(t, TIFFTAG_SUBFILETYPE, &type);
	return !(type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK));
}

/* Goes through the pages; list NULL: only counts them. */
static int
walk(struct decoding *d, struct pictures *list)
{
	struct tiff f;
	int n = 0, rc = 0, more;

	if (tiff_open(&f, d))
		return -1;
	do {
		rc = check_link(&f);
		if (!rc && is_picture(f.t) && n++ >= 0 && list)
			rc = read_page(&f, list);
		more = !rc && !f.failed && !TIFFLastDirectory(f.t);
		f.page++;
		if (more && !TIFFReadDirectory(f.t) && !f.failed)
			rc = err_set(d->e, "'%s' page %d: damaged directory", d->path, f.page);
	} while (more && !rc && !f.failed);
	TIFFClose(f.t);
	if (rc || f.failed)
		return -1;
	return n ? n : err_set(d->e, "'%s': no pictures, only thumbnails or masks", d->path);
}

int
tiff_read(struct pictures *p, struct decoding *d)
{
	return walk(d, p) < 0 ? -1 : 0;
}

int
tiff_count(struct decoding *d)
{
	return walk(d, NULL);
}
