/* winograd_kernel.h - the one-dimensional transforms of winograd.h for one kind of processor
 *
 * They work on vectors of channels. The two-dimensional ones (winograd_image_kernel.h,
 * winograd_weights_kernel.h) are these, of the columns and then of the rows. What lies between stays in
 * registers where there are 32.
 */
#ifndef CPU_WINOGRAD_KERNEL_H
#define CPU_WINOGRAD_KERNEL_H

#include "cpu/winograd.h"

#define ROLLED _Pragma("GCC unroll 1")

#define PA 0.625f /* the points */
#define PB 1.5f
#define AA (PA * PA)
#define BB (PB * PB)
#define GA (1 / (2 * AA * (AA - BB))) /* the rows of G are divided by these */
#define GB (1 / (2 * BB * (BB - AA)))
#define G0 (1 / (AA * BB))

/* What goes into and comes out of a one-dimensional transform: by name, so that it stays in registers */
struct six {
	vec a, b, c, d, e, f;
};

struct four {
	vec a, b, c, d;
};

struct three {
	vec a, b, c;
};

/* B' d */
ALWAYS struct six
to_points(struct six d)
{
	vec ea = d.e - BB * d.c, oa = d.d - BB * d.b;
	vec eb = d.e - AA * d.c, ob = d.d - AA * d.b;

	return (struct six){
		d.e - (AA + BB) * d.c + AA * BB * d.a,
		ea + PA * oa, ea - PA * oa,
		eb + PB * ob, eb - PB * ob,
		d.f - (AA + BB) * d.d + AA * BB * d.b,
	};
}

/* A' m */
ALWAYS struct four
from_points(struct six m)
{
	vec ea = m.b + m.c, oa = m.b - m.c;
	vec eb = m.d + m.e, ob = m.d - m.e;

	return (struct four){
		m.a + ea + eb,
		PA * oa + PB * ob,
		AA * ea + BB * eb,
		AA * PA * oa + BB * PB * ob + m.f,
	};
}

/* A y */
ALWAYS struct six
outputs_to_points(struct four y)
{
	vec ea = y.a + AA * y.c, oa = y.b + AA * y.d;
	vec eb = y.a + BB * y.c, ob = y.b + BB * y.d;

	return (struct six){ y.a, ea + PA * oa, ea - PA * oa, eb + PB * ob, eb - PB * ob, y.d };
}

/* G g */
ALWAYS struct six
weights_to_points(struct three g)
{
	vec ea = GA * g.a + GA * AA * g.c, oa = GA * PA * g.b;
	vec eb = GB * g.a + GB * BB * g.c, ob = GB * PB * g.b;

	return (struct six){ G0 * g.a, ea + oa, ea - oa, eb + ob, eb - ob, g.c };
}

/* G' m */
ALWAYS struct three
points_to_weights(struct six m)
{
	vec ea = m.b + m.c, oa = m.b - m.c;
	vec eb = m.d + m.e, ob = m.d - m.e;

	return (struct three){
		G0 * m.a + GA * ea + GB * eb,
		GA * PA * oa + GB * PB * ob,
		GA * AA * ea + GB * BB * eb + m.f,
	};
}

/* Six vectors, `step` floats from one to the next, reached from two pointers. Left alone, the compiler would
 * compute the 36 addresses before the loop over channels and keep them in memory. */
ALWAYS struct six
load_six(const float *p, ptrdiff_t step)
{
	const float *q = p + 3 * step;

	HIDE(p);
	HIDE(q);
	return (struct six){
		*(const vec *)p, *(const vec *)(p + step), *(const vec *)(p + 2 * step),
		*(const vec *)q, *(const vec *)(q + step), *(const vec *)(q + 2 * step),
	};
}

ALWAYS void
store_six(float *p, ptrdiff_t step, struct six s)
{
	float *q = p + 3 * step;

	HIDE(p);
	HIDE(q);
	*(vec *)p = s.a;
	*(vec *)(p + step) = s.b;
	*(vec *)(p + 2 * step) = s.c;
	*(vec *)q = s.d;
	*(vec *)(q + step) = s.e;
	*(vec *)(q + 2 * step) = s.f;
}

/* Member m, a row, of six columns */
#define ROW_OF(m) (struct six){ c0.m, c1.m, c2.m, c3.m, c4.m, c5.m }

#endif
