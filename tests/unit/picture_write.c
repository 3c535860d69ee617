/* picture_write: what is written reads back by the formats' own libraries */
#include "io/picture_write.h"

#include <png.h>
#include <stdlib.h>
#include <tiffio.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"

#define W 37
#define H 23

static const struct {
	int channels;
	enum ten_dtype dtype;
	const char *name;
} kinds[] = {
	{ 1, TEN_U8, "8-bit grey" }, { 3, TEN_U8, "8-bit colour" }, { 1, TEN_U16, "16-bit grey" },
	{ 3, TEN_U16, "16-bit colour" }, { 1, TEN_F32, "real grey" }, { 3, TEN_F32, "real colour" },
};

static void
fill(void *data, int channels, enum ten_dtype dtype)
{
	int i;

	for (i = 0; i < W * H * channels; i++)
		if (dtype == TEN_U8)
			((uint8_t *)data)[i] = (uint8_t)(i * 7 + i / W);
		else if (dtype == TEN_U16)
			((uint16_t *)data)[i] = (uint16_t)(i * 77 + i / W);
		else
			((float *)data)[i] = (float)i * .37f - 100;
}

static int
page_is(TIFF *tiff, const struct page *p)
{
	size_t row = (size_t)p->w * (size_t)p->channels * ten_dtype_size(p->dtype);
	unsigned char *got = mem_array(row, 1);
	uint32_t w = 0, h = 0;
	uint16_t channels = 0, bits = 0, format = 0;
	int y, ok;

	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &w);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &h);
	TIFFGetField(tiff, TIFFTAG_SAMPLESPERPIXEL, &channels);
	TIFFGetField(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
	ok = (int)w == p->w && (int)h == p->h && channels == p->channels &&
	     bits == 8 * ten_dtype_size(p->dtype) &&
	     format == (p->dtype == TEN_F32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
	for (y = 0; y < p->h && ok; y++)
		ok = TIFFReadScanline(tiff, got, (uint32_t)y, 0) == 1 &&
		     !memcmp(got, (const unsigned char *)p->data + (size_t)y * row, row);
	free(got);
	return ok;
}

static void
tiffs(const char *path, int deflate)
{
	struct page page[ARRAY_LEN(kinds)];
	struct tiff_writer t;
	struct err e;
	TIFF *tiff;
	size_t k;
	int ok;

	ok = !tiff_create(&t, path, deflate, &e);
	for (k = 0; k < ARRAY_LEN(kinds); k++) {
		void *data = mem_array(W * H * 3, 4);

		fill(data, kinds[k].channels, kinds[k].dtype);
		page[k] = (struct page){ W - (int)k, H, kinds[k].channels, kinds[k].dtype, data };
		ok = ok && !tiff_page(&t, &page[k], &e);
	}
	CHECK(ok && access(path, F_OK) && !tiff_finish(&t, &e) && !access(path, F_OK),
	      deflate ? "six compressed pages are written" : "six plain pages are written");
	tiff = TIFFOpen(path, "r");
	for (k = 0; k < ARRAY_LEN(kinds); k++) {
		CHECK(tiff && TIFFSetDirectory(tiff, (tdir_t)k) && page_is(tiff, &page[k]), kinds[k].name);
		free((void *)(uintptr_t)page[k].data);
	}
	CHECK(tiff && TIFFLastDirectory(tiff), "and no more");
	if (tiff)
		TIFFClose(tiff);
}

/* Labels in a palette: the indices and the colours that libtiff finds. */
static void
labels(const char *path, int deflate)
{
	static uint8_t palette[256][3], label[H][W], got[W];
	uint16_t *map[3] = { NULL }, photometric = 0;
	int k, y, ok, rows = 1, colours = 1;
	struct tiff_writer t;
	struct err e;
	TIFF *tiff;

	fill(label, 1, TEN_U8);
	for (k = 0; k < 256 * 3; k++)
		palette[k / 3][k % 3] = (uint8_t)(k * 5 + k / 3);
	ok = !tiff_create(&t, path, deflate, &e) && !tiff_labels(&t, W, H, label[0], palette[0], &e);
	ok = ok && !tiff_labels(&t, H, W, label[0], palette[0], &e) && !tiff_finish(&t, &e);
	tiff = ok ? TIFFOpen(path, "r") : NULL;
	if (!CHECK(tiff && TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric) && photometric == PHOTOMETRIC_PALETTE &&
	           TIFFGetField(tiff, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]), "pages of labels have a palette"))
		return;
	for (k = 0; k < 256 * 3; k++)
		colours &= map[k % 3][k / 3] == palette[k / 3][k % 3] * 257;
	CHECK(colours, "of the colours given");
	for (y = 0; y < H; y++)
		rows &= TIFFReadScanline(tiff, got, (uint32_t)y, 0) == 1 && !memcmp(got, label[y], W);
	CHECK(rows, "and their pixels are the labels");
	CHECK(TIFFReadDirectory(tiff) && TIFFLastDirectory(tiff), "two pages, of their own sizes");
	TIFFClose(tiff);
}

static void
pngs(const char *path)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	uint8_t data[W * H * 3], got[W * H * 3];
	struct page p = { W, H, 3, TEN_U8, data };
	struct err e;
	int channels;

	for (channels = 1; channels <= 3; channels += 2) {
		fill(data, channels, TEN_U8);
		p.channels = channels;
		CHECK(!png_write(path, &p, &e), "a PNG is written");
		memset(&image, 0, sizeof image);
		image.version = PNG_IMAGE_VERSION;
		if (!CHECK(png_image_begin_read_from_file(&image, path) && image.width == W &&
		                   image.height == H &&
		                   image.format == (channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY),
		           "and read"))
			continue;
		CHECK(png_image_finish_read(&image, NULL, got, 0, NULL) &&
		              !memcmp(got, data, (size_t)(W * H * channels)),
		      "with the same pixels");
	}
}

int
main(void)
{
	static uint8_t dot;
	struct page p = { 1, 1, 1, TEN_U8, &dot };
	char folder[] = "/tmp/picture-write.XXXXXX", *path;
	struct err e;

	if (!mkdtemp(folder))
		die("cannot create '%s':", folder);
	path = mem_printf("%s/a", folder);
	tiffs(path, 0);
	unlink(path);
	tiffs(path, 1);
	labels(path, 0);
	unlink(path);
	labels(path, 1);
	unlink(path);
	pngs(path);
	unlink(path);
	free(path);
	path = mem_printf("%s/no/such", folder);
	CHECK(tiff_write(path, &p, 1, &e) && strstr(e.msg, path) && png_write(path, &p, &e) &&
	              strstr(e.msg, path),
	      "a folder that is not there is named");
	free(path);
	rmdir(folder);
	return check_done();
}
