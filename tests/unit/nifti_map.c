/* maps of volumes: headers are nibabel's, values are those put in; and volumes read frame by frame */
#include "io/nifti.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "check.h"
#include "../golden/nifti-maps.h"

static char folder[] = "/tmp/nifti-map.XXXXXX";

static size_t
contents(const char *path, unsigned char *buf, size_t size)
{
	gzFile f = gzopen(path, "rb"); /* reads plain files as they are */
	int n = f ? gzread(f, buf, (unsigned)size) : 0;

	if (f)
		gzclose(f);
	return n > 0 ? (size_t)n : 0;
}

/* Is h what nibabel says, up to the digits' end? */
static int
is_header(const unsigned char *h, const char *digits)
{
	size_t i, n = strlen(digits) / 2;
	unsigned byte;
	int wrong = 0;

	for (i = 0; i < n; i++) {
		if (sscanf(digits + 2 * i, "%2x", &byte) != 1 || h[i] != byte) {
			if (!wrong++)
				printf("# byte %zu is %02x, expected %02x\n", i, h[i], byte);
		}
	}
	return !wrong && !h[n] && !h[n + 1] && !h[n + 2] && !h[n + 3];
}

static float
real_at(const unsigned char *p, int big)
{
	uint32_t bits = big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
	                    : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	float x;

	memcpy(&x, &bits, 4);
	return x;
}

/* Writes the map in two pieces and looks at the file's bytes. */
static int
written(const struct golden_map *g, const struct nifti *like, const char *path)
{
	int64_t n = like->dim[0] * like->dim[1] * like->dim[2] * like->dim[3] * (g->parts ? g->parts : 1), i;
	float *value = mem_array((size_t)n, sizeof *value);
	uint8_t *label = mem_array((size_t)n, 1);
	const void *from[2];
	static unsigned char file[8192];
	struct nifti_map m;
	struct err e;
	size_t offset = strlen(g->header) / 2 + 4, width = g->parts ? 4 : 1;
	int ok, big = strncmp(g->header, "0000", 4) == 0;

	for (i = 0; i < n; i++) {
		value[i] = (float)i / 7 - 1;
		label[i] = (uint8_t)(i % 5);
	}
	from[0] = g->parts ? (void *)value : label;
	from[1] = g->parts ? (void *)(value + n / 3) : label + n / 3;
	ok = !nifti_map_open(&m, path, like, g->parts ? TEN_F32 : TEN_U8, g->parts, &e) &&
	     !nifti_map_put(&m, from[0], n / 3, &e) && access(path, F_OK) && !nifti_map_put(&m, from[1], n - n / 3, &e) &&
	     !nifti_map_close(&m, &e);
	ok = ok && contents(path, file, sizeof file) == offset + (size_t)n * width && is_header(file, g->header);
	for (i = 0; ok && i < n; i++)
		ok = g->parts ? real_at(file + offset + 4 * i, big) == value[i] : file[offset + (size_t)i] == label[i];
	free(value);
	free(label);
	return ok;
}

static void
maps(void)
{
	char *plain = mem_printf("%s/map.nii", folder), *gz = mem_printf("%s/map.nii.gz", folder), name[120];
	struct nifti like, back;
	struct err e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(golden_maps); i++) {
		const struct golden_map *g = &golden_maps[i];
		char *path = mem_printf("tests/golden/nifti/%s", g->name);
		int ok = !nifti_read_header(&like, path, &e);

		snprintf(name, sizeof name, "a %s of %s has nibabel's header", g->parts ? "map of 3 values" : "mask", g->name);
		CHECK(ok && written(g, &like, plain) && written(g, &like, gz), name);
		ok = ok && (g->parts && like.dim[3] > 1 ? nifti_read(&back, plain, &e) != 0 : !nifti_read(&back, gz, &e));
		if (ok && !g->parts)
			CHECK(!memcmp(back.dim, like.dim, sizeof back.dim) && back.dtype == TEN_U8 && back.version == like.version &&
			      !memcmp(back.spacing, like.spacing, sizeof back.spacing), "and is read back in the same place");
		nifti_free(&back);
		nifti_free(&like);
		unlink(plain);
		unlink(gz);
		free(path);
	}
	free(plain);
	free(gz);
}

static void
gives_up(void)
{
	char *path = mem_printf("%s/no/map.nii", folder), *none = mem_printf("%s/map.nii.gz", folder);
	struct nifti like;
	struct nifti_map m;
	struct err e;
	int ok = !nifti_read_header(&like, "tests/golden/nifti/u4-le.nii", &e);

	CHECK(ok && nifti_map_open(&m, path, &like, TEN_U8, 0, &e) && strstr(e.msg, path), "a folder that is not there is an error");
	nifti_map_discard(&m);
	CHECK(ok && nifti_map_open(&m, none, &like, TEN_F32, 40000, &e) && strstr(e.msg, "40000"), "so are too many classes");
	CHECK(ok && !nifti_map_open(&m, none, &like, TEN_U8, 0, &e), "a map begun");
	nifti_map_discard(&m);
	CHECK(access(none, F_OK), "and given up leaves nothing");
	nifti_free(&like);
	free(path);
	free(none);
}

/* Do the frames of the file hold what nifti_read reads? */
static int
frames_agree(const char *path)
{
	struct nifti_frames f;
	struct nifti n;
	struct err e;
	size_t bytes;
	int rc, ok;

	if (nifti_read(&n, path, &e) || nifti_open(&f, path, &e))
		return 0;
	bytes = (size_t)(n.dim[0] * n.dim[1] * n.dim[2]) * ten_dtype_size(n.dtype);
	ok = f.head.dim[3] == n.dim[3] && f.head.header_size == n.header_size && f.frame.slope == n.slope;
	while (ok && (rc = nifti_next(&f, &e)) > 0)
		ok = f.frame.dim[3] == 1 && !memcmp(f.frame.data, (char *)n.data + (size_t)(f.next - 1) * bytes, bytes);
	ok = ok && rc == 0 && f.next == n.dim[3] && nifti_next(&f, &e) == 0;
	nifti_close(&f);
	nifti_free(&n);
	return ok;
}

/* 1: the file is refused somewhere */
static int
frames_refused(const char *path)
{
	struct nifti_frames f;
	struct err e;
	int rc;

	if (nifti_open(&f, path, &e))
		return 1;
	while ((rc = nifti_next(&f, &e)) > 0)
		;
	nifti_close(&f);
	return rc < 0;
}

static void
frames(void)
{
	static const char *const cut[] = { "cine.nii.gz", "i2-be.nii.gz", "u4-le.nii" };
	char *tmp = mem_printf("%s/cut", folder);
	size_t i, at, size, refused;
	unsigned char buf[4096];
	FILE *f;

	for (i = 0; i < ARRAY_LEN(golden_maps); i += 2) {
		char *path = mem_printf("tests/golden/nifti/%s", golden_maps[i].name);

		CHECK(frames_agree(path), "frame by frame it is the same volume");
		free(path);
	}
	for (i = 0; i < ARRAY_LEN(cut); i++) {
		char *path = mem_printf("tests/golden/nifti/%s", cut[i]);

		f = fopen(path, "rb");
		size = f ? fread(buf, 1, sizeof buf, f) : 0;
		if (f)
			fclose(f);
		for (refused = at = 0; at < size; at++) {
			f = fopen(tmp, "wb");
			if (!f || fwrite(buf, 1, at, f) != at || fclose(f))
				die("cannot write '%s':", tmp);
			refused += (size_t)frames_refused(tmp);
		}
		CHECK(size > 100 && refused == size, "a file cut at any byte is refused, at its end at the latest");
		free(path);
	}
	unlink(tmp);
	free(tmp);
}

int
main(void)
{
	if (!mkdtemp(folder))
		die("cannot create '%s':", folder);
	maps();
	gives_up();
	frames();
	rmdir(folder);
	return check_done();
}
