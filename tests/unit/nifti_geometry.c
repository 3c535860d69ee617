/* geometry: where volumes lie is what nibabel says; what differs is told with its numbers */
#include "io/nifti_geometry.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"

static const struct {
	const char *name;
	enum nifti_origin origin;
	double affine[3][4], apart;
} golden[] = {
#include "../golden/nifti-places.h"
};

/* Of a volume of tests/golden/nifti, by its name. */
static int
place_of(struct nifti_geometry *g, const char *name)
{
	char *path = mem_printf("tests/golden/nifti/%s", name);
	struct nifti n;
	struct err e;
	int rc = nifti_read_header(&n, path, &e) || nifti_geometry(g, &n, &e);

	nifti_free(&n);
	free(path);
	return rc;
}

static void
places(void)
{
	struct nifti_geometry g[ARRAY_LEN(golden)];
	double most = 0, far = 0;
	size_t i;
	int k;

	for (i = 0; i < ARRAY_LEN(golden); i++) {
		if (!CHECK(!place_of(&g[i], golden[i].name) && g[i].origin == golden[i].origin, golden[i].name))
			return;
		for (k = 0; k < 12; k++)
			most = fmax(most, fabs(g[i].affine[k / 4][k % 4] - golden[i].affine[k / 4][k % 4]));
		far = fmax(far, fabs(nifti_geometry_apart(&g[i], &g[i < 4 ? 0 : i - 4]) - golden[i].apart));
	}
	CHECK_NEAR(most, 0, 1e-6, "they lie where nibabel says");
	CHECK_NEAR(far, 0, 1e-6, "and as far apart");
}

static void
units(void)
{
	struct nifti_geometry g;

	CHECK(!place_of(&g, "micron.nii") && g.origin == NIFTI_SFORM, "a volume in micrometres");
	CHECK_NEAR(g.affine[0][0], 1.5e-3, 1e-9, "has its sform in mm"); /* the script's sform is 1.5 of the file's units */
	CHECK_NEAR(g.spacing[0], 1.5, 1e-6, "like its spacing");
}

static struct nifti_geometry
plain(double x)
{
	return (struct nifti_geometry){ .dim = { 3, 4, 2 }, .spacing = { 1, 1, 8 }, .origin = NIFTI_SFORM,
	                                .affine = { { 1, 0, 0, x }, { 0, 1, 0, 0 }, { 0, 0, 8, 0 } } };
}

static const char *
said(const struct nifti_geometry *a, const struct nifti_geometry *b, double tolerance)
{
	static struct err e;

	strcpy(e.msg, "the same");
	nifti_geometry_match(a, b, tolerance, &e);
	return e.msg;
}

static void
differences(void)
{
	struct nifti_geometry a = plain(0), b = plain(0.25), c = plain(0), d = plain(0), f = plain(0);

	CHECK_STR(said(&a, &a, 0), "the same", "a place is its own");
	CHECK_STR(said(&a, &b, 0.25), "the same", "up to the tolerance");
	CHECK_STR(said(&a, &b, 0.2), "origin (0,0,0) against (0.25,0,0) mm, up to 0.25 mm apart", "and no more");
	c.spacing[2] = c.affine[2][2] = 10;
	CHECK_STR(said(&a, &c, 0.2), "spacing 1x1x8 against 1x1x10 mm, up to 4 mm apart", "spacing");
	c.affine[2][2] = 8;
	CHECK_STR(said(&a, &c, 0.2), "spacing 1x1x8 against 1x1x10 mm, up to 4 mm apart", "be it not in the sform");
	d.affine[0][0] = -1;
	CHECK_STR(said(&a, &d, 0.2), "x axis (1,0,0) against (-1,0,0), up to 4 mm apart", "axes");
	f.dim[2] = 5;
	f.affine[0][3] = 3;
	CHECK_STR(said(&a, &f, 0.2), "size 3x4x2 against 3x4x5", "size");
	b.affine[0][3] = 50;
	b.origin = NIFTI_SPACING;
	CHECK_STR(said(&a, &b, 0.2), "the same", "one that says nothing of the patient lies there");
	c.origin = NIFTI_SPACING;
	CHECK_STR(said(&a, &c, 0.2), "spacing 1x1x8 against 1x1x10 mm, up to 4 mm apart", "if it is as large");
}

/* The tolerance counts edges of a voxel, whatever their length. */
static void
tolerance(void)
{
	struct nifti_geometry a = plain(0), b = plain(0.25);
	int i;

	for (i = 0; i < 3; i++)
		a.spacing[i] = b.spacing[i] *= 2;
	CHECK_STR(said(&a, &b, 0.125), "the same", "0.25 mm are an eighth of 2 mm");
	CHECK_STR(said(&a, &b, 0.12), "origin (0,0,0) against (0.25,0,0) mm, up to 0.25 mm apart", "and more than less");
}

static const char *
files_said(int frames, float x, int by_voxel)
{
	static struct err e;
	struct nifti a, b;

	strcpy(e.msg, "cannot open");
	if (nifti_read_header(&a, "tests/golden/nifti/place-sform-1l.nii", &e) ||
	    nifti_read_header(&b, "tests/golden/nifti/place-sform-1l.nii", &e))
		return e.msg;
	b.dim[3] = frames;
	memcpy(b.header + 280, &x, 4);
	strcpy(e.msg, "the same");
	nifti_match(&a, &b, by_voxel, &e);
	nifti_free(&a);
	nifti_free(&b);
	return e.msg;
}

static void
files(void)
{
	CHECK_STR(files_said(2, 1, 1), "1 against 2 frames", "frames are counted");
	CHECK(strstr(files_said(1, 50, 0), "apart") != NULL, "the place is looked at");
	CHECK_STR(files_said(1, 50, 1), "the same", "unless it shall not be");
	CHECK_STR(files_said(1, NAN, 0), "the same", "and what is no place says nothing");
}

/* A header of version 1, little-endian, with a real number at a place in it. */
static const char *
refused(int at, float x, int code_at)
{
	static struct err e;
	struct nifti_geometry g;
	struct nifti n;

	strcpy(e.msg, "taken");
	if (nifti_read_header(&n, "tests/golden/nifti/place-both-1l.nii", &e))
		return e.msg;
	memset(n.header + 252, 0, 4);
	n.header[code_at] = 1;
	memcpy(n.header + at, &x, 4);
	nifti_geometry(&g, &n, &e);
	nifti_free(&n);
	return e.msg;
}

static void
no_place(void)
{
	CHECK_STR(refused(280, 1, 254), "taken", "a number");
	CHECK_STR(refused(284, NAN, 254), "sform: row 1 has the value nan", "one that is none");
	CHECK_STR(refused(256, 2, 252), "qform: the quaternion (2, 0, 0) is longer than 1", "a quaternion that is none");
	CHECK(strstr(refused(256, NAN, 252), "(nan, 0, 0) is longer than 1") != NULL, "nor is this");
	CHECK(strstr(refused(272, INFINITY, 252), "qform: row 2 has the value inf") != NULL, "an offset that is none");
	CHECK_STR(refused(256, 1 + 1e-6f, 252), "taken", "rounding is forgiven");
}

static void
flat_voxels(void)
{
	struct nifti_geometry g;
	struct nifti n;
	struct err e;

	CHECK(!nifti_read_header(&n, "tests/golden/nifti/place-sform-1l.nii", &e), "a volume");
	memset(n.header + 296, 0, 16);
	CHECK(nifti_geometry(&g, &n, &e) && !strcmp(e.msg, "sform: a voxel has the volume 0 mm3"), "whose voxels have none");
	nifti_free(&n);
	CHECK(nifti_geometry(&g, &n, &e), "and no volume at all");
}

int
main(void)
{
	places();
	units();
	differences();
	tolerance();
	files();
	no_place();
	flat_voxels();
	return check_done();
}
