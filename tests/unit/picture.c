/* picture: files are read as PIL reads them; what is cut, damaged, absurd or not ours is refused in words */
#include "io/picture.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"

struct golden {
	const char *name;
	enum picture_palette palette;
	int pages;
	enum ten_dtype dtype;
	int channels, height, width;
	const double *value;
};

struct grey {
	const char *name;
	const uint8_t *value;
};

#include "../golden/pictures.h"

static char tmp[] = "/tmp/segpipe-picture.XXXXXX";
static int tmp_fd;

static int
read_golden(struct pictures *p, const char *name, enum picture_palette palette, struct err *e)
{
	char *path = mem_printf("tests/golden/pictures/%s", name);
	int rc = pictures_read(p, path, palette, e);

	free(path);
	return rc;
}

static int
same_page(const struct picture *p, const struct golden *g, const double *value)
{
	int64_t n = (int64_t)g->channels * g->height * g->width, i;
	struct tensor t = { .dtype = p->dtype, .ndim = 1, .dim = { n }, .data = p->data };

	if (p->dtype != g->dtype || p->channels != g->channels || p->height != g->height ||
	    p->width != g->width)
		return 0;
	for (i = 0; i < n; i++)
		if (tensor_get(&t, i) != value[i])
			return 0;
	return ((uintptr_t)p->data & 63) == 0;
}

static void
agrees(const struct golden *g)
{
	size_t page = (size_t)(g->channels * g->height * g->width);
	struct pictures p;
	struct err e;
	char *path = mem_printf("tests/golden/pictures/%s", g->name);
	int ok = !pictures_read(&p, path, g->palette, &e), i;

	if (!ok)
		printf("# %s\n", e.msg);
	ok = ok && p.n == g->pages && pictures_count(path, &e) == g->pages;
	for (i = 0; ok && i < p.n; i++)
		ok = same_page(&p.page[i], g, g->value + (size_t)i * page);
	CHECK(ok, g->name);
	pictures_free(&p);
	free(path);
}

static void
to_grey(void)
{
	struct pictures p;
	struct err e;
	uint16_t *x;
	size_t i;

	for (i = 0; i < ARRAY_LEN(grey); i++) {
		int ok = !read_golden(&p, grey[i].name, PICTURE_COLOURS, &e);

		if (ok)
			picture_grey(p.page);
		ok = ok && p.page->channels == 1;
		CHECK(ok && !memcmp(p.page->data, grey[i].value, picture_bytes(p.page)), "grey is PIL's");
		pictures_free(&p);
	}
	if (read_golden(&p, "rgb-planar.tif", PICTURE_COLOURS, &e))
		die("%s", e.msg);
	for (i = 0, x = p.page->data; i < 35; i++) {
		x[70 + i] = x[35 + i] = (uint16_t)(i * 1000);
		x[i] = (uint16_t)(i * 1000);
	}
	picture_grey(p.page);
	for (i = 0, x = p.page->data; i < 35 && x[i] == i * 1000; i++)
		;
	CHECK(i == 35, "grey of grey is the same");
	picture_rgb(p.page);
	x = p.page->data;
	CHECK(p.page->channels == 3 && picture_bytes(p.page) == 3 * 35 * 2 && !memcmp(x, x + 35, 70) &&
	      !memcmp(x, x + 70, 70) && x[34] == 34000, "grey to RGB is three times the same");
	pictures_free(&p);
}

static void
refusals(void)
{
	static const struct {
		const char *name, *why;
	} bad[] = {
		{ "cmyk.tif", "'tests/golden/pictures/cmyk.tif' page 1: CMYK is not supported" },
		{ "cmyk.jpg", "'tests/golden/pictures/cmyk.jpg': CMYK pictures are not supported" },
		{ "half.tif", "16 bit floats are not supported" },
		{ "double.tif", "64 bit floats are not supported" },
		{ "five.tif", "5 samples per pixel, expected 1" },
		{ "../pictures.h", "neither TIFF, JPEG nor PNG" },
		{ "..", "not a regular file" },
		{ "none.png", "No such file" },
	};
	struct pictures p;
	struct err e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++) {
		int rc = read_golden(&p, bad[i].name, PICTURE_COLOURS, &e);

		if (!CHECK(rc && !p.page && strstr(e.msg, bad[i].why), bad[i].why))
			printf("# said: %s\n", rc ? e.msg : "accepted");
	}
}

static size_t
slurp(unsigned char *buf, size_t size, const char *name)
{
	char *path = mem_printf("tests/golden/pictures/%s", name);
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buf, 1, size, f) : 0;

	if (f)
		fclose(f);
	free(path);
	return n;
}

/* 0, or -1 and e, of a file with these bytes. */
static int
read_bytes(const unsigned char *buf, size_t n, struct err *e)
{
	struct pictures p;
	int rc;

	if (pwrite(tmp_fd, buf, n, 0) != (ssize_t)n || ftruncate(tmp_fd, (off_t)n))
		die("cannot write '%s':", tmp);
	rc = pictures_read(&p, tmp, PICTURE_COLOURS, e);
	pictures_free(&p);
	return rc;
}

static void
cut_anywhere(void)
{
	static const char *const name[] = { "colour.jpg", "progressive.jpg", "grey.png", "i16.png", "u2.tif",
		                            "rgb-tiles.tif", "tiff_lzw.tif", "pages.tif", "big.tif",
		                            "jpeg.tif" };
	unsigned char buf[8192];
	struct err e;
	size_t i, cut;

	for (i = 0; i < ARRAY_LEN(name); i++) {
		size_t size = slurp(buf, sizeof buf, name[i]), last = 0, refused = 0;

		for (cut = 0; cut < size; cut++)
			if (read_bytes(buf, cut, &e) && strstr(e.msg, tmp))
				refused++;
			else
				last = cut;
		if (!CHECK(size > 90 && refused == size, name[i]))
			printf("# cut at any byte: %zu of %zu refused, not at %zu\n", refused, size, last);
	}
}

/* Damage may go unnoticed where a format has no checksum, but it must never do harm (sanitizers watch). */
static void
damage(void)
{
	unsigned char buf[8192];
	struct err e;
	size_t i, k, noticed = 0, n;

	for (i = 0; i < ARRAY_LEN(golden); i++)
		for (k = 0, n = slurp(buf, sizeof buf, golden[i].name); k < n && k < 2000; k += 1 + n / 200) {
			unsigned char old = buf[k];

			buf[k] = (unsigned char)(old ^ 0xff);
			noticed += read_bytes(buf, n, &e) < 0;
			buf[k] = old;
		}
	CHECK(noticed > 500, "damaged files are mostly refused");
	n = slurp(buf, sizeof buf, "rgb.png");
	for (k = noticed = 0; k < n; k++) {
		buf[k] ^= 4;
		noticed += read_bytes(buf, n, &e) < 0;
		buf[k] ^= 4;
	}
	CHECK(n > 100 && noticed == n, "a PNG notices any bit that turns over");
}

static void
put32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

/* u1.tif, little-endian: the directory's entries are 12 bytes, tag first. */
static unsigned char *
entry(unsigned char *buf, size_t n, uint16_t tag)
{
	size_t at = buf[4] + 256u * buf[5] + 2;

	for (; at + 12 <= n; at += 12)
		if (buf[at] + 256 * buf[at + 1] == tag)
			return buf + at + 8;
	die("no tag %d", tag);
}

static void
bombs(void)
{
	unsigned char buf[8192];
	struct err e;
	size_t n, k;

	n = slurp(buf, sizeof buf, "u1.tif");
	put32(entry(buf, n, 256), 1000000);
	put32(entry(buf, n, 257), 1000000);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "(cut short?)"), "a TIFF that promises 10^12 bytes");
	n = slurp(buf, sizeof buf, "zipped.tif");
	put32(entry(buf, n, 256), 1000000);
	put32(entry(buf, n, 257), 1000000);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "not believed"), "a compressed one");
	n = slurp(buf, sizeof buf, "zipped.tif");
	put32(entry(buf, n, 256), 4000000000u);
	CHECK(read_bytes(buf, n, &e), "one of 4 000 000 000 columns");
	n = slurp(buf, sizeof buf, "rgb-tiles.tif");
	put32(entry(buf, n, 322), 1 << 20);
	put32(entry(buf, n, 323), 1 << 20);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "not believed"), "one of enormous tiles");
	n = slurp(buf, sizeof buf, "u1.tif");
	put32(buf + n - 4, buf[4] + 256u * buf[5]);
	CHECK(read_bytes(buf, n, &e), "one whose last page is followed by its first");
	n = slurp(buf, sizeof buf, "colour.jpg");
	for (k = 0; k + 9 < n; k++)
		if (buf[k] == 0xff && buf[k + 1] == 0xc0)
			memset(buf + k + 5, 0xfe, 4);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "65278x65278"), "a JPEG of 65278 x 65278 pixels");
}

/* Pixels at the very beginning of the file would be its header. */
static void
missing_blocks(void)
{
	unsigned char buf[8192];
	struct err e;
	size_t n = slurp(buf, sizeof buf, "u1.tif");

	put32(entry(buf, n, 273) - 4, 2);
	put32(entry(buf, n, 279) - 4, 2);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "page 1: the block at (0,4) is not in the file"), "a strip less");
	n = slurp(buf, sizeof buf, "u1.tif");
	put32(buf + 44 + 4, 0);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "the block at (0,2) is not in the file"), "a strip nowhere");
	n = slurp(buf, sizeof buf, "rgb-tiles.tif");
	put32(buf + 1206 + 4, 0);
	CHECK(read_bytes(buf, n, &e) && strstr(e.msg, "the block at (16,0) is not in the file"), "a tile nowhere");
}

int
main(void)
{
	size_t i;

	tmp_fd = mkstemp(tmp);
	if (tmp_fd < 0)
		die("cannot create '%s':", tmp);
	for (i = 0; i < ARRAY_LEN(golden); i++)
		agrees(&golden[i]);
	to_grey();
	refusals();
	cut_anywhere();
	damage();
	bombs();
	missing_blocks();
	close(tmp_fd);
	unlink(tmp);
	return check_done();
}
