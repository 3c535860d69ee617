/* winograd_kernel.h - the transforms of winograd.h for one kind of processor, on vectors of channels
 *
 * A two-dimensional transform is the one-dimensional one of the columns, then of the rows; what lies between, 36
 * vectors at most, doesn't fit the registers but the first-level cache. The paths for tiles within the image and
 * whole vectors are separate, because most are.
 */
#include "cpu/winograd.h"

typedef int mask __attribute__((vector_size(4 * VLEN), aligned(4), may_alias));

#define PA 0.625f /* the points */
#define PB 1.5f
#define AA (PA * PA)
#define BB (PB * PB)
#define GA (1 / (2 * AA * (AA - BB))) /* the rows of G are divided by these */
#define GB (1 / (2 * BB * (BB - AA)))
#define G0 (1 / (AA * BB))

/* B' d */
ALWAYS void
to_points(vec t[6], const vec d[6])
{
	vec ea = d[4] - BB * d[2], oa = d[3] - BB * d[1];
	vec eb = d[4] - AA * d[2], ob = d[3] - AA * d[1];

	t[0] = d[4] - (AA + BB) * d[2] + AA * BB * d[0];
	t[1] = ea + PA * oa;
	t[2] = ea - PA * oa;
	t[3] = eb + PB * ob;
	t[4] = eb - PB * ob;
	t[5] = d[5] - (AA + BB) * d[3] + AA * BB * d[1];
}

/* A' m */
ALWAYS void
from_points(vec y[4], const vec m[6])
{
	vec ea = m[1] + m[2], oa = m[1] - m[2];
	vec eb = m[3] + m[4], ob = m[3] - m[4];

	y[0] = m[0] + ea + eb;
	y[1] = PA * oa + PB * ob;
	y[2] = AA * ea + BB * eb;
	y[3] = AA * PA * oa + BB * PB * ob + m[5];
}

/* A y */
ALWAYS void
outputs_to_points(vec t[6], const vec y[4])
{
	vec ea = y[0] + AA * y[2], oa = PA * (y[1] + AA * y[3]);
	vec eb = y[0] + BB * y[2], ob = PB * (y[1] + BB * y[3]);

	t[0] = y[0];
	t[1] = ea + oa;
	t[2] = ea - oa;
	t[3] = eb + ob;
	t[4] = eb - ob;
	t[5] = y[3];
}

/* G g */
ALWAYS void
weights_to_points(vec t[6], const vec g[3])
{
	vec ea = GA * g[0] + GA * AA * g[2], oa = GA * PA * g[1];
	vec eb = GB * g[0] + GB * BB * g[2], ob = GB * PB * g[1];

	t[0] = G0 * g[0];
	t[1] = ea + oa;
	t[2] = ea - oa;
	t[3] = eb + ob;
	t[4] = eb - ob;
	t[5] = g[2];
}

/* G' m */
ALWAYS void
points_to_weights(vec g[3], const vec m[6])
{
	vec ea = GA * (m[1] + m[2]), oa = GA * PA * (m[1] - m[2]);
	vec eb = GB * (m[3] + m[4]), ob = GB * PB * (m[3] - m[4]);

	g[0] = G0 * m[0] + ea + eb;
	g[1] = oa + ob;
	g[2] = AA * ea + BB * eb + m[5];
}

ALWAYS vec
load_part(const float *p, int n)
{
	vec v = { 0 };
	int i;

	for (i = 0; i < n; i++)
		v[i] = p[i];
	return v;
}

ALWAYS void
store_lanes(float *p, vec v, int n)
{
	int i;

	for (i = 0; i < n; i++)
		p[i] = v[i];
}

ALWAYS vec
affine_relu(vec x, vec scale, vec shift)
{
	vec v = scale * x + shift;
	mask positive = v > 0;

	return (vec)((mask)v & positive);
}

/* What a call is about. Inlined with constants for whole (the tile lies in the image, n >= VLEN) and affine. */
struct reading {
	const float *x;
	const struct winograd_tile *t;
	vec scale, shift;
	int n;
};

ALWAYS vec
read_pixel(const struct reading *r, int i, int j, int origin, int whole, int affine)
{
	const float *p = r->x + (i - origin) * r->t->row + (j - origin) * r->t->pixel;
	vec v = { 0 };

	if (!whole && (i < r->t->top || i >= r->t->bottom || j < r->t->left || j >= r->t->right))
		return v;
	v = whole || r->n >= VLEN ? *(const vec *)p : load_part(p, r->n);
	return affine ? affine_relu(v, r->scale, r->shift) : v;
}

ALWAYS void
input_vector(float *v, size_t plane, const struct reading *r, int whole, int affine)
{
	vec half[6][6], d[6], t[6];
	int i, j;

	for (j = 0; j < 6; j++) {
		UNROLL for (i = 0; i < 6; i++)
			d[i] = read_pixel(r, i, j, 1, whole, affine);
		to_points(t, d);
		UNROLL for (i = 0; i < 6; i++)
			half[i][j] = t[i];
	}
	for (i = 0; i < 6; i++, v += 6 * plane) {
		to_points(t, half[i]);
		UNROLL for (j = 0; j < 6; j++)
			*(vec *)(v + j * plane) = t[j];
	}
}

static int
is_inside(const struct winograd_tile *t, int side)
{
	return t->top == 0 && t->left == 0 && t->bottom == side && t->right == side;
}

static void
winograd_input(float *v, size_t plane, const float *x, const struct winograd_tile *t, int c, const float *scale,
               const float *shift)
{
	struct reading r = { .x = x, .t = t };
	int inside = is_inside(t, 6), i;

	for (i = 0; i < c; i += VLEN, v += VLEN, r.x += VLEN) {
		r.n = c - i;
		if (scale) {
			r.scale = r.n >= VLEN ? *(const vec *)(scale + i) : load_part(scale + i, r.n);
			r.shift = r.n >= VLEN ? *(const vec *)(shift + i) : load_part(shift + i, r.n);
		}
		if (inside && r.n >= VLEN && scale)
			input_vector(v, plane, &r, 1, 1);
		else if (inside && r.n >= VLEN)
			input_vector(v, plane, &r, 1, 0);
		else if (scale)
			input_vector(v, plane, &r, 0, 1);
		else
			input_vector(v, plane, &r, 0, 0);
	}
}

ALWAYS void
gradient_vector(float *v, size_t plane, const struct reading *r, int whole)
{
	vec half[6][4], d[4], t[6];
	int i, j;

	for (j = 0; j < 4; j++) {
		UNROLL for (i = 0; i < 4; i++)
			d[i] = read_pixel(r, i, j, 0, whole, 0);
		outputs_to_points(t, d);
		UNROLL for (i = 0; i < 6; i++)
			half[i][j] = t[i];
	}
	for (i = 0; i < 6; i++, v += 6 * plane) {
		outputs_to_points(t, half[i]);
		UNROLL for (j = 0; j < 6; j++)
			*(vec *)(v + j * plane) = t[j];
	}
}

static void
winograd_gradient(float *v, size_t plane, const float *dy, const struct winograd_tile *t, int c)
{
	struct reading r = { .x = dy, .t = t };
	int inside = is_inside(t, 4), i;

	for (i = 0; i < c; i += VLEN, v += VLEN, r.x += VLEN) {
		r.n = c - i;
		if (inside && r.n >= VLEN)
			gradient_vector(v, plane, &r, 1);
		else
			gradient_vector(v, plane, &r, 0);
	}
}

ALWAYS void
write_pixel(float *p, vec v, int n, int whole, int add)
{
	int part = !whole && n < VLEN;

	if (add)
		v += part ? load_part(p, n) : *(const vec *)p;
	if (part)
		store_lanes(p, v, n);
	else
		*(vec *)p = v;
}

ALWAYS void
output_vector(float *y, const float *m, size_t plane, const struct winograd_tile *t, int n, int whole, int add)
{
	vec half[4][6], d[6], out[4];
	int i, j;

	for (j = 0; j < 6; j++) {
		UNROLL for (i = 0; i < 6; i++)
			d[i] = *(const vec *)(m + (size_t)(6 * i + j) * plane);
		from_points(out, d);
		UNROLL for (i = 0; i < 4; i++)
			half[i][j] = out[i];
	}
	for (i = 0; i < 4; i++, y += t->row) {
		if (!whole && (i < t->top || i >= t->bottom))
			continue;
		from_points(out, half[i]);
		UNROLL for (j = 0; j < 4; j++)
			if (whole || (j >= t->left && j < t->right))
				write_pixel(y + j * t->pixel, out[j], n, whole, add);
	}
}

static void
winograd_output(float *y, const float *m, size_t plane, const struct winograd_tile *t, int c, int add)
{
	int inside = is_inside(t, 4), i;

	for (i = 0; i < c; i += VLEN, m += VLEN, y += VLEN) {
		if (inside && c - i >= VLEN && add)
			output_vector(y, m, plane, t, c - i, 1, 1);
		else if (inside && c - i >= VLEN)
			output_vector(y, m, plane, t, c - i, 1, 0);
		else if (add)
			output_vector(y, m, plane, t, c - i, 0, 1);
		else
			output_vector(y, m, plane, t, c - i, 0, 0);
	}
}

ALWAYS void
weights_vector(float *u, size_t plane, const vec g[3][3])
{
	vec half[6][3], t[6], column[3];
	int i, j;

	UNROLL for (j = 0; j < 3; j++) {
		UNROLL for (i = 0; i < 3; i++)
			column[i] = g[i][j];
		weights_to_points(t, column);
		UNROLL for (i = 0; i < 6; i++)
			half[i][j] = t[i];
	}
	UNROLL for (i = 0; i < 6; i++) {
		weights_to_points(t, half[i]);
		UNROLL for (j = 0; j < 6; j++)
			*(vec *)(u + (size_t)(6 * i + j) * plane) = t[j];
	}
}

static void
winograd_weights(float *u, size_t plane, int width, const float *w, size_t ks, size_t os, int turned, int k, int n)
{
	vec g[3][3] = { 0 };
	int i, j, q, first;

	for (first = 0; first < width; first += VLEN)
		for (i = 0; i < k; i++) {
			int lanes = n - first < VLEN ? n - first : VLEN;

			for (j = 0; j < lanes; j++) {
				const float *from = w + i * ks + (size_t)(first + j) * os;

				for (q = 0; q < 9; q++)
					((float *)g)[q * VLEN + j] = from[turned ? 8 - q : q];
			}
			for (j = lanes < 0 ? 0 : lanes; j < VLEN; j++)
				for (q = 0; q < 9; q++)
					((float *)g)[q * VLEN + j] = 0;
			weights_vector(u + (size_t)i * width + first, plane, (const vec(*)[3])g);
		}
}

static void
winograd_dweights(float *dw, const float *m, size_t plane, int c)
{
	vec half[3][6], d[6], out[3][3], g[3];
	int i, j, k, q;

	for (k = 0; k < c; k += VLEN, m += VLEN, dw += 9 * VLEN) {
		int lanes = c - k < VLEN ? c - k : VLEN;

		for (j = 0; j < 6; j++) {
			UNROLL for (i = 0; i < 6; i++)
				d[i] = *(const vec *)(m + (size_t)(6 * i + j) * plane);
			points_to_weights(g, d);
			UNROLL for (i = 0; i < 3; i++)
				half[i][j] = g[i];
		}
		UNROLL for (i = 0; i < 3; i++)
			points_to_weights(out[i], half[i]);
		for (j = 0; j < lanes; j++)
			for (q = 0; q < 9; q++)
				dw[9 * j + q] += ((float *)out)[q * VLEN + j];
	}
}
