#include "io/nifti.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "io/nifti_layout.h"

#define FIRST_CHUNK ((int64_t)1 << 20) /* allocated on the word of a gzipped header alone */
#define GZ_BUFFER (1 << 17)

struct source {
	const char *path;
	gzFile gz; /* reads plain files as they are */
	int plain;
	int64_t size; /* of the file as it lies on disk */
};

/* Where the data lie. */
struct extent {
	int swap;       /* the file has the other byte order */
	int64_t offset; /* of the data */
	int64_t bytes;  /* of the data */
};

static const struct {
	int code, dtype; /* dtype -1: known and refused */
	const char *name;
} types[] = {
	{ 2, TEN_U8, "uint8" }, { 4, TEN_I16, "int16" }, { 8, TEN_I32, "int32" }, { 16, TEN_F32, "float32" },
	{ 64, TEN_F64, "float64" }, { 256, TEN_I8, "int8" }, { 512, TEN_U16, "uint16" },
	{ 768, TEN_U32, "uint32" }, { 1024, TEN_I64, "int64" }, { 1280, TEN_U64, "uint64" },
	{ 0, -1, "unknown" }, { 1, -1, "binary" }, { 32, -1, "complex64" }, { 128, -1, "rgb24" },
	{ 1536, -1, "float128" }, { 1792, -1, "complex128" }, { 2048, -1, "complex256" },
	{ 2304, -1, "rgba32" },
};

static int
source_open(struct source *s, const char *path, struct err *e)
{
	unsigned char magic[2];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hang us */

	*s = (struct source){ .path = path };
	if (fd < 0)
		return err_set(e, "cannot open '%s':", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, "'%s': not a regular file", path);
	}
	s->size = st.st_size;
	s->plain = pread(fd, magic, 2, 0) != 2 || magic[0] != 0x1f || magic[1] != 0x8b;
	s->gz = gzdopen(fd, "rb");
	if (!s->gz) {
		close(fd);
		errno = ENOMEM; /* the only reason there is */
		return err_set(e, "cannot open '%s':", path);
	}
	gzbuffer(s->gz, GZ_BUFFER);
	return 0;
}

/* Says what zlib found wrong with the stream. */
static int
source_blame(const struct source *s, int code, int saved_errno, struct err *e)
{
	errno = code == Z_MEM_ERROR ? ENOMEM : saved_errno;
	if (code == Z_BUF_ERROR)
		return err_set(e, "'%s': the gzip stream ends early (file cut short?)", s->path);
	if (code == Z_ERRNO || code == Z_MEM_ERROR)
		return err_set(e, "cannot read '%s':", s->path);
	return err_set(e, "'%s': damaged gzip stream", s->path);
}

/* Reads n bytes, or as many as there are; returns how many, -1 if the stream is bad. */
static int64_t
source_some(struct source *s, void *buf, int64_t n, struct err *e)
{
	int64_t got = 0;
	int code, k = 1;

	while (got < n && k > 0) {
		int64_t want = n - got < (1 << 30) ? n - got : 1 << 30;

		k = gzread(s->gz, (char *)buf + got, (unsigned)want);
		got += k > 0 ? k : 0;
	}
	gzerror(s->gz, &code);
	if (got < n && code != Z_OK && code != Z_STREAM_END)
		return source_blame(s, code, errno, e);
	return got;
}

static int
source_short(const struct source *s, int64_t got, int64_t expected, const char *what, struct err *e)
{
	return err_set(e, "'%s': ends after %lld of %lld %s bytes (file cut short?)", s->path, (long long)got,
	               (long long)expected, what);
}

static int
source_exactly(struct source *s, void *buf, int64_t n, const char *what, struct err *e)
{
	int64_t got = source_some(s, buf, n, e);

	if (got >= 0 && got < n)
		source_short(s, got, n, what, e);
	return got == n ? 0 : -1;
}

/* Reads what follows the data, so that the gzip checksum is seen and verified. */
static int
source_drain(struct source *s, struct err *e)
{
	char buf[16384];
	int64_t got;

	if (s->plain)
		return 0;
	do
		got = source_some(s, buf, sizeof buf, e);
	while (got == sizeof buf);
	return got < 0 ? -1 : 0;
}

/* As source_drain promises, a truncated member is told by gzclose at the latest. */
static int
source_close(struct source *s, int whole, struct err *e)
{
	int code = gzclose(s->gz);

	if (whole && code != Z_OK)
		return source_blame(s, code, errno, e);
	return 0;
}

static int
check_magic(const struct nifti_layout *v, const unsigned char *h, const char *path, struct err *e)
{
	const unsigned char *m = h + v->magic;

	if (m[0] == 'n' && m[1] == 'i' && m[2] == '0' + v->number && !m[3])
		return err_set(e, "'%s': header of a .hdr/.img pair, expected a single .nii file", path);
	if (m[0] != 'n' || m[1] != '+' || m[2] != '0' + v->number || m[3])
		return err_set(e, "'%s': no NIfTI magic (an ANALYZE file?)", path);
	if (v->number == 2 && memcmp(m + 4, "\r\n\032\n", 4))
		return err_set(e, "'%s': NIfTI-2 magic damaged (copied as text?)", path);
	return 0;
}

static int
take_type(struct nifti *n, const struct nifti_layout *v, const unsigned char *h, int big, const char *path,
          struct err *e)
{
	int64_t code = nifti_get_int(h + v->datatype, 2, big), bitpix = nifti_get_int(h + v->bitpix, 2, big);
	size_t i;

	for (i = 0; i < ARRAY_LEN(types) && types[i].code != code; i++)
		;
	if (i == ARRAY_LEN(types))
		return err_set(e, "'%s': unknown data type %lld", path, (long long)code);
	if (types[i].dtype < 0)
		return err_set(e, "'%s': data type %s is not supported", path, types[i].name);
	n->dtype = (enum ten_dtype)types[i].dtype;
	if (bitpix && bitpix != (int64_t)ten_dtype_size(n->dtype) * 8)
		return err_set(e, "'%s': data type %s, but %lld bits per voxel", path, types[i].name,
		               (long long)bitpix);
	return 0;
}

static int
take_dims(struct nifti *n, int64_t *bytes, const struct nifti_layout *v, const unsigned char *h, int big,
          const char *path, struct err *e)
{
	int width = v->number == 1 ? 2 : 8, i;
	int64_t ndim = nifti_get_int(h + v->dim, width, big), total = (int64_t)ten_dtype_size(n->dtype);

	if (ndim < 1 || ndim > 7)
		return err_set(e, "'%s': %lld dimensions, expected 1 to 7", path, (long long)ndim);
	for (i = 0; i < 4; i++)
		n->dim[i] = 1;
	for (i = 1; i <= ndim; i++) {
		int64_t d = nifti_get_int(h + v->dim + (ptrdiff_t)i * width, width, big);

		if (d < 1)
			return err_set(e, "'%s': dimension %d is %lld", path, i, (long long)d);
		if (i > 4 && d > 1)
			return err_set(e, "'%s': dimension %d is %lld, expected x, y, z and t alone", path, i,
			               (long long)d);
		if (__builtin_mul_overflow(total, d, &total))
			return err_set(e, "'%s': dimensions overflow", path);
		if (i <= 4)
			n->dim[i - 1] = d;
	}
	*bytes = total;
	return 0;
}

static int
take_spacing(struct nifti *n, const struct nifti_layout *v, const unsigned char *h, int big, const char *path,
             struct err *e)
{
	int width = nifti_layout_real(v), i;
	int64_t ndim = nifti_get_int(h + v->dim, v->number == 1 ? 2 : 8, big);

	for (i = 0; i < 4; i++) {
		double d = i < ndim ? nifti_get_real(h + v->pixdim + (ptrdiff_t)(i + 1) * width, width, big) : 0;

		if (!isfinite(d))
			return err_set(e, "'%s': spacing %d is %g", path, i + 1, d);
		n->spacing[i] = d != 0 ? fabs(d) * nifti_layout_unit(v, h, big, i == 3) : 1;
	}
	return 0;
}

static int
take_scaling(struct nifti *n, const struct nifti_layout *v, const unsigned char *h, int big, const char *path,
             struct err *e)
{
	int width = v->number == 1 ? 4 : 8;

	n->slope = nifti_get_real(h + v->slope, width, big);
	n->inter = nifti_get_real(h + v->inter, width, big);
	if (n->slope == 0 || !isfinite(n->slope)) {
		n->slope = 1;
		n->inter = 0;
	}
	if (!isfinite(n->inter))
		return err_set(e, "'%s': scl_slope %g with scl_inter %g", path, n->slope, n->inter);
	return 0;
}

static int
take_offset(int64_t *offset, const struct nifti_layout *v, const unsigned char *h, int big, const char *path,
            struct err *e)
{
	const unsigned char *p = h + v->vox_offset;
	double d = v->number == 1 ? nifti_get_real(p, 4, big) : (double)nifti_get_int(p, 8, big);

	if (d == 0)
		d = v->size + 4;
	if (!(d >= v->size + 4 && d < 0x1p53 && d == floor(d)))
		return err_set(e, "'%s': data offset %g, expected %d or more", path, d, v->size + 4);
	*offset = (int64_t)d;
	return 0;
}

/* Brings *p from `have` bytes to `total`. A plain file's size was checked, so it gets all its memory at once;
 * a gzip stream gets it as it delivers. */
static int
read_growing(unsigned char **p, int64_t have, int64_t total, struct source *s, const char *what,
             struct err *e)
{
	while (have < total) {
		int64_t step = have > FIRST_CHUNK ? have : FIRST_CHUNK, got;
		int64_t want = s->plain || step > total - have ? total : have + step;
		unsigned char *bigger = mem_aligned((size_t)want);

		if (have)
			memcpy(bigger, *p, (size_t)have);
		free(*p);
		*p = bigger;
		if ((got = source_some(s, bigger + have, want - have, e)) < 0)
			return -1;
		have += got;
		if (have < want)
			return source_short(s, have, total, what, e);
	}
	return 0;
}

static int
refuse_foreign(unsigned char *h, struct source *s, struct err *e)
{
	if (!source_exactly(s, h + 8, 124, "header", NULL) && !memcmp(h + 128, "DICM", 4))
		return err_set(e, "'%s': this is DICOM (dcm2niix makes NIfTI of it)", s->path);
	return err_set(e, "'%s': not a NIfTI file", s->path);
}

/* Header, extensions and everything they say; the source then stands at the data. */
static int
read_header(struct nifti *n, struct extent *l, struct source *s, struct err *e)
{
	unsigned char h[540];
	const struct nifti_layout *v;
	int64_t end;
	int big;

	if (source_exactly(s, h, 8, "header", e))
		return -1;
	if (!(v = nifti_layout_find(h, &big)))
		return refuse_foreign(h, s, e);
	if (source_exactly(s, h + 8, v->size - 8, "header", e) || check_magic(v, h, s->path, e) ||
	    take_type(n, v, h, big, s->path, e) || take_dims(n, &l->bytes, v, h, big, s->path, e) ||
	    take_spacing(n, v, h, big, s->path, e) || take_scaling(n, v, h, big, s->path, e) ||
	    take_offset(&l->offset, v, h, big, s->path, e))
		return -1;
	n->version = v->number;
	l->swap = big != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	if (__builtin_add_overflow(l->offset, l->bytes, &end) || (s->plain && end > s->size))
		return err_set(e, "'%s': header promises %lld + %lld bytes, the file has %lld (cut short?)",
		               s->path, (long long)l->offset, (long long)l->bytes, (long long)s->size);
	n->header = memcpy(mem_alloc((size_t)v->size), h, (size_t)v->size);
	n->header_size = (size_t)l->offset;
	return read_growing(&n->header, v->size, l->offset, s, "header", e);
}

static void
swap_bytes(unsigned char *p, int64_t bytes, size_t size)
{
	int64_t i;
	size_t k;

	for (i = 0; size > 1 && i < bytes; i += (int64_t)size)
		for (k = 0; k < size / 2; k++) {
			unsigned char t = p[i + (int64_t)k];

			p[i + (int64_t)k] = p[i + (int64_t)(size - 1 - k)];
			p[i + (int64_t)(size - 1 - k)] = t;
		}
}

static int
read_all(struct nifti *n, struct source *s, int with_data, struct err *e)
{
	struct extent l = { 0 };
	unsigned char *data = NULL;

	if (read_header(n, &l, s, e))
		return -1;
	if (!with_data)
		return 0;
	if (read_growing(&data, 0, l.bytes, s, "data", e)) {
		free(data);
		return -1;
	}
	n->data = data;
	if (l.swap)
		swap_bytes(data, l.bytes, ten_dtype_size(n->dtype));
	return source_drain(s, e);
}

static int
read_file(struct nifti *n, const char *path, int with_data, struct err *e)
{
	struct source s;
	int rc;

	*n = (struct nifti){ 0 };
	if (source_open(&s, path, e))
		return -1;
	rc = read_all(n, &s, with_data, e);
	if (source_close(&s, !rc && with_data, e))
		rc = -1;
	if (rc)
		nifti_free(n);
	return rc;
}

int
nifti_read_header(struct nifti *n, const char *path, struct err *e)
{
	return read_file(n, path, 0, e);
}

int
nifti_read(struct nifti *n, const char *path, struct err *e)
{
	return read_file(n, path, 1, e);
}

void
nifti_free(struct nifti *n)
{
	free(n->data);
	free(n->header);
	*n = (struct nifti){ 0 };
}

/* --- frame by frame --- */

struct nifti_source {
	struct source s;
	struct extent l;
};

int
nifti_open(struct nifti_frames *f, const char *path, struct err *e)
{
	*f = (struct nifti_frames){ .path = mem_strdup(path), .source = mem_alloc(sizeof *f->source) };
	if (source_open(&f->source->s, f->path, e)) {
		free(f->source);
		f->source = NULL;
		nifti_close(f);
		return -1;
	}
	if (read_header(&f->head, &f->source->l, &f->source->s, e)) {
		nifti_close(f);
		return -1;
	}
	f->frame = f->head;
	f->frame.dim[3] = 1;
	f->frame.header = NULL;
	f->frame.header_size = 0;
	return 0;
}

/* Behind the last frame: the checksum. */
static int
end_of_frames(struct nifti_frames *f, struct err *e)
{
	int rc = source_drain(&f->source->s, e);

	if (source_close(&f->source->s, !rc, e))
		rc = -1;
	free(f->source);
	f->source = NULL;
	return rc;
}

int
nifti_next(struct nifti_frames *f, struct err *e)
{
	struct nifti_source *n = f->source;
	int64_t bytes;
	unsigned char *data = f->frame.data;

	if (!n)
		return 0;
	if (f->next == f->head.dim[3])
		return end_of_frames(f, e);
	bytes = n->l.bytes / f->head.dim[3];
	if (data) {
		if (source_exactly(&n->s, data, bytes, "data", e))
			return -1;
	} else if (read_growing(&data, 0, bytes, &n->s, "data", e)) {
		free(data);
		return -1;
	}
	f->frame.data = data;
	if (n->l.swap)
		swap_bytes(data, bytes, ten_dtype_size(f->frame.dtype));
	f->next++;
	return 1;
}

void
nifti_close(struct nifti_frames *f)
{
	struct err e;

	if (f->source)
		source_close(&f->source->s, 0, &e);
	free(f->source);
	nifti_free(&f->head);
	free(f->frame.data);
	free(f->path);
	*f = (struct nifti_frames){ 0 };
}
