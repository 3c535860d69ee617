/* winograd_image_kernel.h - the transforms of tiles: inputs, gradients, outputs
 *
 * A tile that hangs over the edge of its image, or whose channels don't fill a vector, goes through a patch
 * of zeros; the transforms proper know whole ones only.
 */
#include "cpu/winograd_kernel.h"

typedef int mask __attribute__((vector_size(4 * VLEN), aligned(4), may_alias));

/* n <= VLEN values, the others are 0 */
ALWAYS vec
load_part(const float *p, int n)
{
	vec v = { 0 };
	int i;

	if (n == VLEN)
		return *(const vec *)p;
	ROLLED for (i = 0; i < n; i++)
		v[i] = p[i];
	return v;
}

ALWAYS void
store_part_of(float *p, vec v, int n)
{
	int i;

	if (n == VLEN)
		*(vec *)p = v;
	else
		ROLLED for (i = 0; i < n; i++)
			p[i] = v[i];
}

ALWAYS vec
affine_relu(vec x, vec scale, vec shift)
{
	vec v = scale * x + shift;
	mask negative = v < 0; /* not so NaN: it must be seen */

	return (vec)((mask)v & ~negative);
}

struct patch {
	float at[6][6][VLEN];
};

static int
is_whole(const struct winograd_tile *t, int side, int n)
{
	return t->top == 0 && t->left == 0 && t->bottom == side && t->right == side && n >= VLEN;
}

/* n <= VLEN channels of the tile whose row 0 begins at x; zeros elsewhere */
ALWAYS void
patch_fill(struct patch *p, const float *x, const struct winograd_tile *t, int n, const float *scale,
           const float *shift)
{
	vec *to = (vec *)p->at;
	int i, j;

	ROLLED for (i = 0; i < 36; i++)
		to[i] = (vec){ 0 };
	for (i = t->top; i < t->bottom; i++)
		ROLLED for (j = t->left; j < t->right; j++) {
			vec v = load_part(x + i * t->row + j * t->pixel, n);

			if (scale)
				v = affine_relu(v, load_part(scale, n), load_part(shift, n));
			store_part_of(p->at[i][j], v, n);
		}
}

static __attribute__((noinline)) void
patch_read(struct patch *p, const float *x, const struct winograd_tile *t, int n, const float *scale,
           const float *shift)
{
	if (n >= VLEN)
		patch_fill(p, x, t, VLEN, scale, shift);
	else
		patch_fill(p, x, t, n, scale, shift);
}

ALWAYS void
patch_drain(float *y, const struct patch *p, const struct winograd_tile *t, int n, int add)
{
	int i, j;

	for (i = t->top; i < t->bottom; i++)
		ROLLED for (j = t->left; j < t->right; j++) {
			float *to = y + i * t->row + j * t->pixel;
			vec v = *(const vec *)p->at[i][j];

			if (add)
				v += load_part(to, n);
			store_part_of(to, v, n);
		}
}

static __attribute__((noinline)) void
patch_write(float *y, const struct patch *p, const struct winograd_tile *t, int n, int add)
{
	if (n >= VLEN)
		patch_drain(y, p, t, VLEN, add);
	else
		patch_drain(y, p, t, n, add);
}

struct affine {
	vec scale, shift;
};

ALWAYS vec
pixel(const float *x, const struct affine *a)
{
	vec v = *(const vec *)x;

	return a ? affine_relu(v, a->scale, a->shift) : v;
}

/* The first and the last three points of a column of inputs. All six of all columns would not fit the
 * registers. */
ALWAYS struct three
first_points(const float *x, ptrdiff_t row, const struct affine *a)
{
	const float *x3 = x + 3 * row;
	vec d1, d2, d4, e, o;

	HIDE(x);
	HIDE(x3);
	d1 = pixel(x + row, a);
	d2 = pixel(x + 2 * row, a);
	d4 = pixel(x3 + row, a);
	e = d4 - BB * d2;
	o = pixel(x3, a) - BB * d1;
	return (struct three){ d4 - (AA + BB) * d2 + AA * BB * pixel(x, a), e + PA * o, e - PA * o };
}

ALWAYS struct three
last_points(const float *x, ptrdiff_t row, const struct affine *a)
{
	const float *x3 = x + 3 * row;
	vec d1, d3, d5, e, o;

	HIDE(x);
	HIDE(x3);
	d1 = pixel(x + row, a);
	d3 = pixel(x3, a);
	e = pixel(x3 + row, a) - AA * pixel(x + 2 * row, a);
	o = d3 - AA * d1;
	d5 = pixel(x3 + 2 * row, a);
	return (struct three){ e + PB * o, e - PB * o, d5 - (AA + BB) * d3 + AA * BB * d1 };
}

ALWAYS void
input_vector(float *v, size_t plane, const float *x, ptrdiff_t row, ptrdiff_t step, const struct affine *a)
{
	struct three c0 = first_points(x, row, a), c1 = first_points(x + step, row, a);
	struct three c2 = first_points(x + 2 * step, row, a), c3 = first_points(x + 3 * step, row, a);
	struct three c4 = first_points(x + 4 * step, row, a), c5 = first_points(x + 5 * step, row, a);

	store_six(v, plane, to_points(ROW_OF(a)));
	store_six(v + 6 * plane, plane, to_points(ROW_OF(b)));
	store_six(v + 12 * plane, plane, to_points(ROW_OF(c)));
	c0 = last_points(x, row, a);
	c1 = last_points(x + step, row, a);
	c2 = last_points(x + 2 * step, row, a);
	c3 = last_points(x + 3 * step, row, a);
	c4 = last_points(x + 4 * step, row, a);
	c5 = last_points(x + 5 * step, row, a);
	store_six(v + 18 * plane, plane, to_points(ROW_OF(a)));
	store_six(v + 24 * plane, plane, to_points(ROW_OF(b)));
	store_six(v + 30 * plane, plane, to_points(ROW_OF(c)));
}

static void
winograd_input(float *v, size_t plane, const float *x, const struct winograd_tile *t, int c,
               const float *scale, const float *shift)
{
	struct patch edge;
	struct affine a;
	int i;

	x -= t->row + t->pixel;
	for (i = 0; i < c; i += VLEN) {
		if (!is_whole(t, 6, c - i)) {
			patch_read(&edge, x + i, t, c - i, scale ? scale + i : NULL,
			           scale ? shift + i : NULL);
			input_vector(v + i, plane, edge.at[0][0], 6 * VLEN, VLEN, NULL);
		} else if (scale) {
			a = (struct affine){ *(const vec *)(scale + i), *(const vec *)(shift + i) };
			input_vector(v + i, plane, x + i, t->row, t->pixel, &a);
		} else {
			input_vector(v + i, plane, x + i, t->row, t->pixel, NULL);
		}
	}
}

ALWAYS struct six
gradient_column(const float *dy, ptrdiff_t row)
{
	const vec *d0 = (const vec *)dy, *d1 = (const vec *)(dy + row);
	const vec *d2 = (const vec *)(dy + 2 * row), *d3 = (const vec *)(dy + 3 * row);

	return outputs_to_points((struct four){ *d0, *d1, *d2, *d3 });
}

#define GRADIENT_ROW(m) outputs_to_points((struct four){ c0.m, c1.m, c2.m, c3.m })

ALWAYS void
gradient_vector(float *v, size_t plane, const float *dy, ptrdiff_t row, ptrdiff_t step)
{
	struct six c0 = gradient_column(dy, row), c1 = gradient_column(dy + step, row);
	struct six c2 = gradient_column(dy + 2 * step, row), c3 = gradient_column(dy + 3 * step, row);

	store_six(v, plane, GRADIENT_ROW(a));
	store_six(v + 6 * plane, plane, GRADIENT_ROW(b));
	store_six(v + 12 * plane, plane, GRADIENT_ROW(c));
	store_six(v + 18 * plane, plane, GRADIENT_ROW(d));
	store_six(v + 24 * plane, plane, GRADIENT_ROW(e));
	store_six(v + 30 * plane, plane, GRADIENT_ROW(f));
}

static void
winograd_gradient(float *v, size_t plane, const float *dy, const struct winograd_tile *t, int c)
{
	struct patch edge;
	int i;

	for (i = 0; i < c; i += VLEN)
		if (is_whole(t, 4, c - i)) {
			gradient_vector(v + i, plane, dy + i, t->row, t->pixel);
		} else {
			patch_read(&edge, dy + i, t, c - i, NULL, NULL);
			gradient_vector(v + i, plane, edge.at[0][0], 6 * VLEN, VLEN);
		}
}

ALWAYS void
output_row(float *y, ptrdiff_t step, struct four r, int add)
{
	vec *y0 = (vec *)y, *y1 = (vec *)(y + step), *y2 = (vec *)(y + 2 * step), *y3 = (vec *)(y + 3 * step);

	if (add) {
		r.a += *y0;
		r.b += *y1;
		r.c += *y2;
		r.d += *y3;
	}
	*y0 = r.a;
	*y1 = r.b;
	*y2 = r.c;
	*y3 = r.d;
}

ALWAYS void
output_vector(float *y, ptrdiff_t row, ptrdiff_t step, const float *m, size_t plane, int add)
{
	struct four c0 = from_points(load_six(m, 6 * plane));
	struct four c1 = from_points(load_six(m + plane, 6 * plane));
	struct four c2 = from_points(load_six(m + 2 * plane, 6 * plane));
	struct four c3 = from_points(load_six(m + 3 * plane, 6 * plane));
	struct four c4 = from_points(load_six(m + 4 * plane, 6 * plane));
	struct four c5 = from_points(load_six(m + 5 * plane, 6 * plane));

	output_row(y, step, from_points(ROW_OF(a)), add);
	output_row(y + row, step, from_points(ROW_OF(b)), add);
	output_row(y + 2 * row, step, from_points(ROW_OF(c)), add);
	output_row(y + 3 * row, step, from_points(ROW_OF(d)), add);
}

static void
winograd_output(float *y, const float *m, size_t plane, const struct winograd_tile *t, int c, int add)
{
	struct patch edge;
	int i;

	for (i = 0; i < c; i += VLEN)
		if (!is_whole(t, 4, c - i)) {
			output_vector(edge.at[0][0], 6 * VLEN, VLEN, m + i, plane, 0);
			patch_write(y + i, &edge, t, c - i, add);
		} else if (add) {
			output_vector(y + i, t->row, t->pixel, m + i, plane, 1);
		} else {
			output_vector(y + i, t->row, t->pixel, m + i, plane, 0);
		}
}
