/* nifti: what nibabel reads we read too; what is damaged, cut or absurd is refused in words */
#include "io/volume.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "check.h"

static const struct golden {
	const char *name;
	int version;
	int64_t dim[4];
	double spacing[3];
	enum ten_dtype dtype;
	double slope, inter;
	size_t offset;
	const double *value;
} golden[] = {
#include "../golden/nifti.h"
};

static char tmp[] = "/tmp/segpipe-nifti.XXXXXX";
static int tmp_fd;

static size_t
slurp(unsigned char *buf, size_t size, const char *name)
{
	char *path = mem_printf("tests/golden/nifti/%s", name);
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buf, 1, size, f) : 0;

	if (f)
		fclose(f);
	free(path);
	return n;
}

static void
spill(const unsigned char *buf, size_t n)
{
	if (pwrite(tmp_fd, buf, n, 0) != (ssize_t)n || ftruncate(tmp_fd, (off_t)n))
		die("cannot write '%s':", tmp);
}

static void
spill_gz(const unsigned char *buf, size_t n)
{
	gzFile f = gzopen(tmp, "wb");

	if (!f || gzwrite(f, buf, (unsigned)n) != (int)n || gzclose(f) != Z_OK)
		die("cannot write '%s':", tmp);
}

/* Does n hold what nibabel found? */
static int
same(const struct nifti *n, const struct golden *g)
{
	int64_t count = g->dim[0] * g->dim[1] * g->dim[2] * g->dim[3], i;
	struct tensor t = { .dtype = n->dtype, .ndim = 1, .dim = { count }, .data = n->data };

	if (n->version != g->version || memcmp(n->dim, g->dim, sizeof n->dim) || n->dtype != g->dtype ||
	    n->slope != g->slope || n->inter != g->inter || n->header_size != g->offset)
		return 0;
	for (i = 0; i < 3; i++)
		if (fabs(n->spacing[i] - g->spacing[i]) > 1e-6 * g->spacing[i])
			return 0;
	for (i = 0; i < count; i++)
		if (tensor_get(&t, i) != g->value[i])
			return 0;
	return 1;
}

static void
agrees_with_nibabel(void)
{
	struct nifti n;
	struct err e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(golden); i++) {
		char *path = mem_printf("tests/golden/nifti/%s", golden[i].name);
		int ok = !nifti_read(&n, path, &e);

		if (!CHECK(ok && same(&n, &golden[i]), golden[i].name) && !ok)
			printf("# %s\n", e.msg);
		nifti_free(&n);
		ok = !nifti_read_header(&n, path, &e) && !n.data && n.header_size == golden[i].offset;
		CHECK(ok && !memcmp(n.dim, golden[i].dim, sizeof n.dim), "its header alone");
		nifti_free(&n);
		free(path);
	}
}

static void
keeps_extensions(void)
{
	struct nifti n;
	struct err e;
	int ok = !nifti_read(&n, "tests/golden/nifti/comment.nii.gz", &e);

	CHECK(ok && n.header_size == 368 && n.header[348] == 1 && !memcmp(n.header + 360, "by whom", 7),
	      "extensions come with the header");
	CHECK(ok && ((uintptr_t)n.data & 63) == 0, "data is aligned");
	nifti_free(&n);
}

/* How many of the n prefixes of a file are refused. */
static size_t
refused_prefixes(const char *name, size_t *size)
{
	unsigned char buf[4096];
	struct nifti n;
	struct err e;
	size_t cut, refused = 0;

	*size = slurp(buf, sizeof buf, name);
	for (cut = 0; cut < *size; cut++) {
		spill(buf, cut);
		refused += nifti_read(&n, tmp, &e) < 0 && !n.data && !n.header && strstr(e.msg, tmp);
		nifti_free(&n);
	}
	return refused;
}

static void
cut_anywhere(void)
{
	static const char *const name[] = { "cine.nii.gz", "i2-be.nii.gz", "comment.nii", "u4-le.nii" };
	size_t i, size;

	for (i = 0; i < ARRAY_LEN(name); i++) {
		size_t refused = refused_prefixes(name[i], &size);

		if (!CHECK(size > 100 && refused == size, "a file cut at any byte is refused"))
			printf("# %s: %zu of %zu\n", name[i], refused, size);
	}
}

static void
surplus(void)
{
	unsigned char buf[4096];
	struct nifti n;
	struct err e;
	size_t size = slurp(buf, sizeof buf, "cine.nii.gz"), i, quiet = 0;

	memset(buf + size, 'x', 100);
	spill(buf, size + 100);
	CHECK(!nifti_read(&n, tmp, &e), "bytes after an intact gzip stream do no harm");
	nifti_free(&n);
	for (i = 10; i < size; i++) { /* the first ten bytes hold time and system */
		buf[i] ^= 0x10;
		spill(buf, size);
		quiet += !nifti_read(&n, tmp, &e);
		nifti_free(&n);
		buf[i] ^= 0x10;
	}
	CHECK(size > 500 && quiet == 0, "a bit turned over anywhere in a gzip stream is noticed");
}

/* What reading u4-le.nii says with len bytes at `at` replaced, plain or gzipped. */
static const char *
refusal(size_t at, const void *bytes, size_t len, int zipped)
{
	static struct err e;
	unsigned char buf[1024];
	struct nifti n;
	size_t size = slurp(buf, sizeof buf, "u4-le.nii");

	memcpy(buf + at, bytes, len);
	(zipped ? spill_gz : spill)(buf, size);
	if (!nifti_read(&n, tmp, &e))
		snprintf(e.msg, sizeof e.msg, "accepted");
	nifti_free(&n);
	return e.msg;
}

static void
hostile_headers(void)
{
	static const int16_t negative[8] = { 3, -3, 4, 2, 1 }, zero[8] = { 3, 0, 4, 2, 1 }, none[1] = { 0 },
	                     many[1] = { 8 }, five[8] = { 5, 3, 4, 2, 1, 2 }, code[2] = { 32, 64 },
	                     strange[2] = { 77, 32 }, bits[1] = { 16 },
	                     bomb[8] = { 4, 32767, 32767, 32767, 32767, 1, 1, 1 },
	                     over[8] = { 7, 32767, 32767, 32767, 32767, 1, 1, 1 };
	static const float low = 100, half = 352.5, far = 1e15f, nan = NAN, slope[2] = { 1, NAN };
	static const struct {
		size_t at;
		const void *bytes;
		size_t len;
		const char *why;
	} bad[] = {
		{ 0, "\x5d", 1, "not a NIfTI file" },        { 344, "ni1", 4, ".hdr/.img pair" },
		{ 344, "", 1, "no NIfTI magic" },            { 40, negative, 16, "dimension 1 is -3" },
		{ 40, zero, 16, "dimension 1 is 0" },        { 40, none, 2, "0 dimensions" },
		{ 40, many, 2, "8 dimensions" },             { 40, five, 16, "dimension 5 is 2" },
		{ 70, code, 4, "complex64 is not supported" }, { 70, strange, 4, "unknown data type 77" },
		{ 72, bits, 2, "16 bits per voxel" },        { 40, bomb, 16, "cut short" },
		{ 40, over, 16, "cut short" },               { 108, &low, 4, "data offset 100" },
		{ 108, &half, 4, "data offset 352.5" },      { 108, &far, 4, "cut short" },
		{ 108, &nan, 4, "data offset" },             { 80, &nan, 4, "spacing 1 is" },
		{ 112, slope, 8, "scl_inter" },
	};
	size_t i;
	int z;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		for (z = 0; z < 2; z++) { /* gzipped too: what is promised must not be allocated */
			const char *said = refusal(bad[i].at, bad[i].bytes, bad[i].len, z);

			if (!CHECK(strstr(said, bad[i].why), bad[i].why))
				printf("# said: %s\n", said);
		}
}

static void
forgiven(void)
{
	static const float zero = 0, infinite[2] = { INFINITY, 3 }, minus = -2;
	struct nifti n;
	struct err e;

	CHECK_STR(refusal(108, &zero, 4, 0), "accepted", "offset 0 means right after the header");
	CHECK_STR(refusal(112, infinite, 8, 0), "accepted", "an infinite slope");
	CHECK(!nifti_read(&n, tmp, &e) && n.slope == 1 && n.inter == 0, "is no scaling");
	nifti_free(&n);
	CHECK_STR(refusal(80, &minus, 4, 0), "accepted", "a negative spacing");
	CHECK(!nifti_read(&n, tmp, &e) && n.spacing[0] == 2, "is taken positive");
	nifti_free(&n);
	CHECK(nifti_read(&n, "/dev/null", &e) && strstr(e.msg, "not a regular file"), "a device is refused");
	CHECK(nifti_read(&n, "no such file", &e) && strstr(e.msg, "cannot open"), "a missing file is named");
}

static void
to_tensors(void)
{
	struct nifti n, labels;
	struct record r = { 0 };
	struct err e;
	struct tensor *t;
	int ok;

	ok = !nifti_read(&n, "tests/golden/nifti/scaled.nii.gz", &e) && !volume_image(&r, &n, 2, &e);
	t = record_find(&r, "image");
	ok = ok && t->dtype == TEN_F32 && t->ndim == 4 && t->dim[0] == 2 && t->dim[1] == 1 && t->dim[3] == 3;
	CHECK(ok && ((float *)t->data)[5] == (float)(0.5 * ((int16_t *)n.data)[29] - 3),
	      "scaled values become F32");
	nifti_free(&n);
	ok = !nifti_read(&n, "tests/golden/nifti/cine.nii.gz", &e) && !volume_image(&r, &n, 3, &e);
	t = record_find(&r, "image");
	CHECK(ok && t->dtype == TEN_I16 && ((int16_t *)t->data)[30] == ((int16_t *)n.data)[3 * 90 + 30],
	      "integers stay as they are");
	ok = !nifti_read(&labels, "tests/golden/nifti/labels.nii.gz", &e) &&
	     !volume_mask(&r, &labels, 0, 4, -1, &e);
	t = record_find(&r, "mask");
	CHECK(ok && t->dtype == TEN_U8 && t->ndim == 3 && t->dim[1] == 5 && !memcmp(t->data, labels.data, 90),
	      "labels become a mask");
	((uint8_t *)labels.data)[2 * 30 + 3 * 6 + 4] = 4;
	CHECK(volume_mask(&r, &labels, 0, 4, -1, &e) && !strcmp(e.msg, "label 4 at (4,3,2), expected 0..3"),
	      "a label out of range is placed");
	labels.slope = 0.5;
	CHECK(volume_mask(&r, &labels, 0, 4, -1, &e) && strstr(e.msg, "label 1.5 at"), "so is half a label");
	nifti_free(&labels);
	nifti_free(&n);
	record_free(&r);
}

static void
not_finite(void)
{
	struct nifti n;
	struct record r = { 0 };
	struct err e;

	if (nifti_read(&n, "tests/golden/nifti/f4-le.nii.gz", &e))
		die("%s", e.msg);
	((float *)n.data)[12 + 2 * 3 + 1] = NAN;
	CHECK(volume_image(&r, &n, 0, &e) && strstr(e.msg, "(1,2,1) is not a finite"), "NaN is placed");
	((float *)n.data)[19] = 3e38f;
	n.slope = 10;
	CHECK(volume_image(&r, &n, 0, &e) && strstr(e.msg, "inf at (1,2,1)"), "so is infinity from scaling");
	nifti_free(&n);
	record_free(&r);
}

int
main(void)
{
	tmp_fd = mkstemp(tmp);
	if (tmp_fd < 0)
		die("cannot create '%s':", tmp);
	agrees_with_nibabel();
	keeps_extensions();
	cut_anywhere();
	surplus();
	hostile_headers();
	forgiven();
	to_tensors();
	not_finite();
	close(tmp_fd);
	unlink(tmp);
	return check_done();
}
