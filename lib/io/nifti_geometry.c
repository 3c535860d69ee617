#include "io/nifti_geometry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/nifti_layout.h"

/* Where the fields stand: by version, 1 or 2. Codes are 2 or 4 bytes long. */
static const struct place {
	int qcode, scode, quatern, qoffset, srow, code_size;
} places[] = { { 252, 254, 256, 268, 280, 2 }, { 344, 348, 352, 376, 400, 4 } };

struct header {
	const unsigned char *bytes;
	const struct nifti_layout *layout;
	const struct place *place;
	int big;
	double unit; /* mm */
};

static double
real(const struct header *h, int field, int i)
{
	int size = nifti_layout_real(h->layout);

	return nifti_get_real(h->bytes + field + i * size, size, h->big);
}

static void
read_sform(struct nifti_geometry *g, const struct header *h)
{
	int i;

	for (i = 0; i < 12; i++)
		g->affine[i / 4][i % 4] = h->unit * real(h, h->place->srow, i);
}

/* The rotation of a unit quaternion, row by row. */
static void
rotation(double r[3][3], double a, double b, double c, double d)
{
	const double rows[3][3] = {
		{ a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c) },
		{ 2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b) },
		{ 2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c },
	};

	memcpy(r, rows, sizeof rows);
}

static int
read_qform(struct nifti_geometry *g, const struct header *h, struct err *e)
{
	double b = real(h, h->place->quatern, 0), c = real(h, h->place->quatern, 1), d = real(h, h->place->quatern, 2);
	double square = b * b + c * c + d * d, a = square < 1 ? sqrt(1 - square) : 0, length = square > 1 ? sqrt(square) : 1;
	double qfac = real(h, h->layout->pixdim, 0), r[3][3];
	int i, k;

	if (!(square < 1 + 1e-5)) /* rounding of single precision gives 1e-7 */
		return err_set(e, "qform: the quaternion (%g, %g, %g) is longer than 1", b, c, d);
	rotation(r, a, b / length, c / length, d / length);
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 3; k++)
			g->affine[i][k] = r[i][k] * (k == 2 && qfac < 0 ? -g->spacing[k] : g->spacing[k]);
		g->affine[i][3] = h->unit * real(h, h->place->qoffset, i);
	}
	return 0;
}

static int
check(const struct nifti_geometry *g, struct err *e)
{
	const double (*m)[4] = g->affine;
	double volume = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
	                m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
	                m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
	int i;

	for (i = 0; i < 12; i++)
		if (!isfinite(m[i / 4][i % 4]))
			return err_set(e, "%s: row %d has the value %g", nifti_origin_name(g->origin), i / 4 + 1, m[i / 4][i % 4]);
	if (!(fabs(volume) > 0) || !isfinite(volume))
		return err_set(e, "%s: a voxel has the volume %g mm3", nifti_origin_name(g->origin), fabs(volume));
	return 0;
}

int
nifti_geometry(struct nifti_geometry *g, const struct nifti *n, struct err *e)
{
	struct header h = { .bytes = n->header };
	int i;

	memset(g, 0, sizeof *g);
	for (i = 0; i < 3; i++) {
		g->dim[i] = n->dim[i];
		g->spacing[i] = g->affine[i][i] = n->spacing[i];
	}
	h.layout = n->header ? nifti_layout_find(n->header, &h.big) : NULL;
	if (!h.layout)
		return err_set(e, "no header to take a geometry from");
	h.place = &places[h.layout->number - 1];
	h.unit = nifti_layout_unit(h.layout, h.bytes, h.big, 0);
	if (nifti_get_int(h.bytes + h.place->scode, h.place->code_size, h.big) > 0)
		g->origin = NIFTI_SFORM;
	else if (nifti_get_int(h.bytes + h.place->qcode, h.place->code_size, h.big) > 0)
		g->origin = NIFTI_QFORM;
	if (g->origin == NIFTI_SFORM)
		read_sform(g, &h);
	else if (g->origin == NIFTI_QFORM && read_qform(g, &h, e))
		return -1;
	return check(g, e);
}

double
nifti_geometry_apart(const struct nifti_geometry *a, const struct nifti_geometry *b)
{
	double most = 0;
	int corner, i, k;

	for (corner = 0; corner < 8; corner++) {
		double square = 0;

		for (i = 0; i < 3; i++) {
			double d = a->affine[i][3] - b->affine[i][3];

			for (k = 0; k < 3; k++)
				if (corner >> k & 1)
					d += (a->affine[i][k] - b->affine[i][k]) * (double)(a->dim[k] - 1);
			square += d * d;
		}
		if (!(sqrt(square) <= most)) /* NaN too */
			most = sqrt(square);
	}
	return most;
}

/* --- what differs --- */

/* Adds to the message what both have, if that is not the same: "spacing 1x1x8 against 1x1x10 mm". */
static void
tell(struct err *e, const char *what, const char *a, const char *b, const char *unit)
{
	size_t n = strlen(e->msg);

	if (strcmp(a, b) != 0)
		snprintf(e->msg + n, sizeof e->msg - n, "%s%s %s against %s%s", n ? ", " : "", what, a, b, unit);
}

static void
tell_size(struct err *e, const struct nifti_geometry *a, const struct nifti_geometry *b)
{
	char one[80], other[80];

	snprintf(one, sizeof one, "%lldx%lldx%lld", (long long)a->dim[0], (long long)a->dim[1], (long long)a->dim[2]);
	snprintf(other, sizeof other, "%lldx%lldx%lld", (long long)b->dim[0], (long long)b->dim[1], (long long)b->dim[2]);
	tell(e, "size", one, other, "");
}

/* Three numbers, with so many digits. */
static void
tell_three(struct err *e, const char *what, const char *format, const double *a, const double *b, const char *unit)
{
	char one[120], other[120];

	snprintf(one, sizeof one, format, a[0], a[1], a[2]);
	snprintf(other, sizeof other, format, b[0], b[1], b[2]);
	tell(e, what, one, other, unit);
}

/* Column k of the affine; an axis as a direction. */
static void
column(double x[3], const struct nifti_geometry *g, int k)
{
	double length = k < 3 ? hypot(hypot(g->affine[0][k], g->affine[1][k]), g->affine[2][k]) : 1;
	int i;

	for (i = 0; i < 3; i++)
		x[i] = g->affine[i][k] / length + 0.0;
}

static void
tell_place(struct err *e, const struct nifti_geometry *a, const struct nifti_geometry *b)
{
	static const char *const name[] = { "x axis", "y axis", "z axis", "origin" };
	double one[3], other[3];
	int k;

	for (k = 0; k < 4; k++) {
		column(one, a, k);
		column(other, b, k);
		tell_three(e, name[k], k < 3 ? "(%.4g,%.4g,%.4g)" : "(%.6g,%.6g,%.6g)", one, other, k < 3 ? "" : " mm");
	}
}

/* How much the extents differ that the spacing gives: a header may have one spacing and an sform with another. */
static double
extents_apart(const struct nifti_geometry *a, const struct nifti_geometry *b)
{
	double square = 0;
	int i;

	for (i = 0; i < 3; i++)
		square += pow((a->spacing[i] - b->spacing[i]) * (double)a->dim[i], 2);
	return sqrt(square);
}

static double
least_edge(const struct nifti_geometry *g)
{
	return fmin(g->spacing[0], fmin(g->spacing[1], g->spacing[2]));
}

int
nifti_geometry_match(const struct nifti_geometry *a, const struct nifti_geometry *b, double tolerance, struct err *e)
{
	int placed = a->origin != NIFTI_SPACING && b->origin != NIFTI_SPACING;
	double most = tolerance * fmin(least_edge(a), least_edge(b));
	double extents = extents_apart(a, b), apart = placed ? nifti_geometry_apart(a, b) : 0;
	struct err differs = { "" };

	tell_size(&differs, a, b);
	if (!*differs.msg && apart <= most && extents <= most)
		return 0;
	tell_three(&differs, "spacing", "%gx%gx%g", a->spacing, b->spacing, " mm");
	if (memcmp(a->dim, b->dim, sizeof a->dim))
		return err_set(e, "%s", differs.msg);
	if (placed)
		tell_place(&differs, a, b);
	return err_set(e, "%s%sup to %.3g mm apart", differs.msg, *differs.msg ? ", " : "", extents > apart ? extents : apart);
}

int
nifti_match(const struct nifti *a, const struct nifti *b, int by_voxel, struct err *e)
{
	struct nifti_geometry p, q;

	if (nifti_geometry(&p, a, NULL) || by_voxel)
		p.origin = NIFTI_SPACING;
	if (nifti_geometry(&q, b, NULL) || by_voxel)
		q.origin = NIFTI_SPACING;
	if (nifti_geometry_match(&p, &q, NIFTI_APART, e))
		return -1;
	if (a->dim[3] == b->dim[3])
		return 0;
	return err_set(e, "%lld against %lld frames", (long long)a->dim[3], (long long)b->dim[3]);
}

const char *
nifti_origin_name(enum nifti_origin origin)
{
	static const char *const name[] = { "spacing", "qform", "sform" };

	return name[origin];
}
