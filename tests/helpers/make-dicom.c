/* make-dicom - a small series of MR images as a scanner would send them: DICOM files, explicit VR little endian
 *
 * Slices lie obliquely, 10 mm apart, pixels are 1.5 mm wide and 1.25 mm high (DICOM PS3.3 C.7.6.2: position and orientation
 * are of patients lying L-P-S). Every pixel says where it was: column + 32 row + 1024 slice + 8192 frame. Frames are the
 * phases of a heartbeat, 40 ms apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"

#define UID "1.2.826.0.1.3680043.10.1"
#define MR_IMAGE "1.2.840.10008.5.1.4.1.1.4"
#define EXPLICIT_LITTLE "1.2.840.10008.1.2.1"

static int columns = 24, rows = 20, slices = 6, frames = 1;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "columns", OPT_INT, &columns, "N", "pixels across", 1, 32, 0 },
	{ 0, "rows", OPT_INT, &rows, "N", "pixels down", 1, 32, 0 },
	{ 0, "slices", OPT_INT, &slices, "N", "slices", 1, 8, 0 },
	{ 0, "frames", OPT_INT, &frames, "N", "frames", 1, 8, 0 },
	OPT_END
};

struct file {
	unsigned char byte[8192];
	size_t n;
};

static void
put(struct file *f, const void *data, size_t n)
{
	if (f->n + n > sizeof f->byte)
		BUG("a file of more than %zu bytes", sizeof f->byte);
	memcpy(f->byte + f->n, data, n);
	f->n += n;
}

static void
put_number(struct file *f, unsigned long v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		put(f, &(unsigned char){ (unsigned char)(v & 255) }, 1);
}

/* An element's tag, type and length (PS3.5 7.1.2). */
static void
begin(struct file *f, unsigned group, unsigned element, const char *vr, size_t len)
{
	put_number(f, group, 2);
	put_number(f, element, 2);
	put(f, vr, 2);
	if (!strcmp(vr, "OB") || !strcmp(vr, "OW"))
		put_number(f, 0, 2);
	put_number(f, len, !strcmp(vr, "OB") || !strcmp(vr, "OW") ? 4 : 2);
}

/* Texts are padded to an even length, names with NUL, others with a blank. */
static void
text(struct file *f, unsigned group, unsigned element, const char *vr, const char *value)
{
	size_t len = strlen(value);

	begin(f, group, element, vr, len + len % 2);
	put(f, value, len);
	if (len % 2)
		put(f, strcmp(vr, "UI") ? " " : "", 1);
}

static void
number(struct file *f, unsigned group, unsigned element, unsigned v)
{
	begin(f, group, element, "US", 2);
	put_number(f, v, 2);
}

static void texts(struct file *f, unsigned group, unsigned element, const char *vr, const char *fmt, ...) PRINTF(5, 6);

static void
texts(struct file *f, unsigned group, unsigned element, const char *vr, const char *fmt, ...)
{
	char value[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	text(f, group, element, vr, value);
}

/* What a file begins with (PS3.10 7.1). */
static void
put_start(struct file *f, int instance)
{
	struct file meta = { .n = 0 };
	static const char preamble[128];

	begin(&meta, 2, 0x0001, "OB", 2);
	put(&meta, "\0\1", 2);
	text(&meta, 2, 0x0002, "UI", MR_IMAGE);
	texts(&meta, 2, 0x0003, "UI", UID ".1.%d", instance);
	text(&meta, 2, 0x0010, "UI", EXPLICIT_LITTLE);
	text(&meta, 2, 0x0012, "UI", UID ".9");
	put(f, preamble, sizeof preamble);
	put(f, "DICM", 4);
	begin(f, 2, 0, "UL", 4);
	put_number(f, meta.n, 4);
	put(f, meta.byte, meta.n);
}

static void
put_study(struct file *f, int instance, int frame)
{
	text(f, 0x08, 0x0008, "CS", "ORIGINAL\\PRIMARY\\M");
	text(f, 0x08, 0x0016, "UI", MR_IMAGE);
	texts(f, 0x08, 0x0018, "UI", UID ".1.%d", instance);
	text(f, 0x08, 0x0020, "DA", "20200102");
	text(f, 0x08, 0x0030, "TM", "101500");
	text(f, 0x08, 0x0060, "CS", "MR");
	text(f, 0x08, 0x0070, "LO", "invented");
	text(f, 0x08, 0x103e, "LO", "cine sax");
	text(f, 0x10, 0x0010, "PN", "Nobody^Known");
	text(f, 0x10, 0x0020, "LO", "N1");
	text(f, 0x18, 0x0023, "CS", "2D");
	text(f, 0x18, 0x0050, "DS", "8");
	text(f, 0x18, 0x0080, "DS", "40");
	text(f, 0x18, 0x0081, "DS", "1.5");
	text(f, 0x18, 0x0088, "DS", "10");
	if (frames > 1)
		texts(f, 0x18, 0x1060, "DS", "%d", 40 * frame);
	text(f, 0x20, 0x000d, "UI", UID ".2");
	text(f, 0x20, 0x000e, "UI", UID ".3");
	text(f, 0x20, 0x0011, "IS", "7");
	text(f, 0x20, 0x0012, "IS", "1");
	texts(f, 0x20, 0x0013, "IS", "%d", instance);
}

/* Where the middle of the first pixel lies, and the directions of rows and columns; slices follow one another along their
 * vector product (-0.48, 0.64, 0.6). */
static void
put_place(struct file *f, int slice)
{
	double at = 10.0 * slice;

	texts(f, 0x20, 0x0032, "DS", "%.6g\\%.6g\\%.6g", -30.5 - 0.48 * at, 12.25 + 0.64 * at, 45 + 0.6 * at);
	text(f, 0x20, 0x0037, "DS", "0.8\\0.6\\0\\-0.36\\0.48\\-0.8");
	text(f, 0x20, 0x0052, "UI", UID ".4");
}

static void
put_pixels(struct file *f, int slice, int frame)
{
	int x, y;

	number(f, 0x28, 0x0002, 1);
	text(f, 0x28, 0x0004, "CS", "MONOCHROME2");
	number(f, 0x28, 0x0010, (unsigned)rows);
	number(f, 0x28, 0x0011, (unsigned)columns);
	text(f, 0x28, 0x0030, "DS", "1.25\\1.5"); /* between rows, between columns */
	number(f, 0x28, 0x0100, 16);
	number(f, 0x28, 0x0101, 16);
	number(f, 0x28, 0x0102, 15);
	number(f, 0x28, 0x0103, 0);
	begin(f, 0x7fe0, 0x0010, "OW", (size_t)rows * columns * 2);
	for (y = 0; y < rows; y++)
		for (x = 0; x < columns; x++)
			put_number(f, (unsigned long)(x + 32 * y + 1024 * slice + 8192 * frame), 2);
}

static void
write_file(const char *folder, int instance, int slice, int frame)
{
	struct file f = { .n = 0 };
	char *path = mem_printf("%s/IM%04d.dcm", folder, instance);
	FILE *out = fopen(path, "wb");

	put_start(&f, instance);
	put_study(&f, instance, frame);
	put_place(&f, slice);
	put_pixels(&f, slice, frame);
	if (!out || fwrite(f.byte, 1, f.n, out) != f.n || fclose(out))
		die("cannot write '%s':", path);
	free(path);
}

int
main(int argc, char *argv[])
{
	int i;

	opt_common.folder = 1;
	opt_parse(argc, &argv, opts, "", "a small series of MR images as DICOM", 0, 0);
	if (!opt_common.output)
		die("--output is required");
	if (mkdir(opt_common.output, 0777))
		die("cannot create folder '%s':", opt_common.output);
	for (i = 0; i < slices * frames; i++)
		write_file(opt_common.output, i + 1, i % slices, i / slices);
	return 0;
}
