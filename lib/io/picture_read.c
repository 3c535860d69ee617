#include "io/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/decode.h"

#define SIDE_MAX (1 << 20)
#define BUDGET_BASE ((int64_t)64 << 20)
#define BUDGET_RATIO 2048 /* no codec in use packs real pictures this well */

enum kind { KIND_TIFF, KIND_JPEG, KIND_PNG, KIND_UNKNOWN };

static enum kind
kind_of(const unsigned char *m, size_t n)
{
	static const struct {
		const char *magic;
		size_t n;
		enum kind kind;
	} known[] = {
		{ "II*\0", 4, KIND_TIFF },          { "MM\0*", 4, KIND_TIFF },
		{ "II+\0", 4, KIND_TIFF },          { "MM\0+", 4, KIND_TIFF }, /* BigTIFF */
		{ "\xff\xd8\xff", 3, KIND_JPEG }, { "\x89PNG\r\n\x1a\n", 8, KIND_PNG },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++)
		if (n >= known[i].n && !memcmp(m, known[i].magic, known[i].n))
			return known[i].kind;
	return KIND_UNKNOWN;
}

/* Opens the file and tells its kind. */
static int
start(struct decoding *d, enum kind *kind, const char *path, enum picture_palette palette, struct err *e)
{
	unsigned char magic[8];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*d = (struct decoding){ .path = path, .palette = palette, .e = e };
	if (fd < 0)
		return err_set(e, "cannot open '%s':", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, "'%s': not a regular file", path);
	}
	d->size = st.st_size;
	if (__builtin_mul_overflow(d->size, BUDGET_RATIO, &d->budget) || d->budget > INT64_MAX / 4)
		d->budget = INT64_MAX / 4;
	d->budget += BUDGET_BASE;
	d->f = fdopen(fd, "rb");
	if (!d->f) {
		close(fd);
		return err_set(e, "cannot open '%s':", path);
	}
	*kind = kind_of(magic, fread(magic, 1, sizeof magic, d->f));
	rewind(d->f);
	return 0;
}

static int
read_one(struct pictures *p, struct decoding *d, int (*read)(struct picture *, struct decoding *))
{
	p->page = mem_alloc(sizeof *p->page);
	p->n = 1;
	return read(p->page, d);
}

/* What a decoder says that gets no memory may sound as if the file were bad; errno, cleared before, knows. */
static int
blame(int rc, const char *path, struct err *e)
{
	return rc < 0 && errno == ENOMEM ? err_set(e, "cannot read '%s':", path) : rc;
}

int
pictures_read(struct pictures *p, const char *path, enum picture_palette palette, struct err *e)
{
	struct decoding d;
	enum kind kind;
	int rc;

	*p = (struct pictures){ 0 };
	if (start(&d, &kind, path, palette, e))
		return -1;
	errno = 0;
	switch (kind) {
	case KIND_TIFF:
		rc = tiff_read(p, &d);
		break;
	case KIND_JPEG:
		rc = read_one(p, &d, jpeg_read);
		break;
	case KIND_PNG:
		rc = read_one(p, &d, png_read);
		break;
	default:
		rc = err_set(e, "'%s': neither TIFF, JPEG nor PNG", path);
	}
	rc = blame(rc, path, e);
	fclose(d.f);
	if (rc)
		pictures_free(p);
	return rc;
}

int
pictures_count(const char *path, struct err *e)
{
	struct decoding d;
	enum kind kind;
	int n = 1;

	if (start(&d, &kind, path, PICTURE_COLOURS, e))
		return -1;
	errno = 0;
	if (kind == KIND_UNKNOWN)
		n = err_set(e, "'%s': neither TIFF, JPEG nor PNG", path);
	else if (kind == KIND_TIFF)
		n = tiff_count(&d);
	n = blame(n, path, e);
	fclose(d.f);
	return n;
}

void
pictures_free(struct pictures *p)
{
	int i;

	for (i = 0; i < p->n; i++)
		free(p->page[i].data);
	free(p->page);
	*p = (struct pictures){ 0 };
}

int
picture_init(struct picture *p, struct decoding *d, enum ten_dtype dtype, int64_t channels, int64_t height,
             int64_t width)
{
	int64_t bytes;

	if (width < 1 || height < 1 || width > SIDE_MAX || height > SIDE_MAX)
		return err_set(d->e, "'%s': %lldx%lld pixels, sides of 1 to %d are read", d->path,
		               (long long)width, (long long)height, SIDE_MAX);
	bytes = width * height * channels * (int64_t)ten_dtype_size(dtype);
	if (bytes > d->budget)
		return err_set(d->e, "'%s': %lldx%lldx%lld pixels from a file of %lld bytes are not believed",
		               d->path, (long long)width, (long long)height, (long long)channels,
		               (long long)d->size);
	d->budget -= bytes;
	*p = (struct picture){ dtype, (int)channels, (int)height, (int)width, mem_aligned((size_t)bytes) };
	return 0;
}

#define SPREAD(type)                                                                        \
	do {                                                                                \
		type *to = (type *)dst + (size_t)c * plane;                                 \
		const type *from = (const type *)src + c;                                   \
		for (i = 0; i < n; i++)                                                     \
			to[i] = from[i * (size_t)step];                                     \
	} while (0)

void
picture_spread(void *dst, size_t plane, const void *src, size_t n, int step, int channels, size_t size)
{
	size_t i;
	int c;

	for (c = 0; c < channels; c++)
		if (size == 1)
			SPREAD(uint8_t);
		else if (size == 2)
			SPREAD(uint16_t);
		else
			SPREAD(uint32_t);
}
