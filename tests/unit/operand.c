/* operand: every form against its definition, and convolutions that read one against convolutions of what it stores */
#include "nn/operand.h"

#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "check.h"
#include "modes.h"
#include "nn/conv.h"
#include "numeric.h"

#define IMAGES 3
#define MAX_C 64

enum { AFFINE = 1, RELU = 2, UP = 4 };

struct source {
	float *x[2], scale[2][MAX_C], shift[2][MAX_C]; /* values, as stored */
	uint16_t *half[2];                             /* the same in bfloat16 */
	struct operand op;
};

/* One part, or two with c1 > 0 */
static void
setup(struct source *s, int h, int w, int c0, int form0, int c1, int form1)
{
	int c[2] = { c0, c1 }, form[2] = { form0, form1 }, i, k;
	struct rng r = rng_at(5, RNG_TEST, 0, 0);

	memset(s, 0, sizeof *s);
	s->op = (struct operand){ .parts = c1 ? 2 : 1, .c = c0 + c1, .h = h, .w = w };
	for (i = 0; i < s->op.parts; i++) {
		struct operand_part *p = &s->op.part[i];

		s->x[i] = random_floats((size_t)IMAGES * h * w * c[i], 1 + (uint64_t)i);
		s->half[i] = mem_array((size_t)IMAGES * h * w * c[i], sizeof **s->half);
		for (k = 0; k < IMAGES * h * w * c[i]; k++)
			s->x[i][k] = bf16_float(s->half[i][k] = bf16_of(s->x[i][k]));
		for (k = 0; k < c[i]; k++) {
			s->scale[i][k] = (float)rng_range(&r, -2, 2);
			s->shift[i][k] = (float)rng_range(&r, -1, 1);
		}
		*p = (struct operand_part){ .x = s->x[i], .elem = ELEM_F32, .c = c[i], .up = (form[i] & UP) != 0 };
		if (form[i] & AFFINE) {
			p->scale = s->scale[i];
			p->shift = s->shift[i];
			p->relu = (form[i] & RELU) != 0;
		}
	}
}

static void
teardown(struct source *s)
{
	free(s->x[0]);
	free(s->x[1]);
	free(s->half[0]);
	free(s->half[1]);
}

/* Channel c of image s at (i, j), by the definition */
static float
value(const struct source *from, int s, int i, int j, int c)
{
	const struct operand *op = &from->op;
	const struct operand_part *p = &op->part[c >= op->part[0].c];
	int h = p->up ? op->h / 2 : op->h, w = p->up ? op->w / 2 : op->w;
	double v;

	if (i < 0 || j < 0 || i >= op->h || j >= op->w)
		return 0;
	if (p != op->part)
		c -= op->part[0].c;
	v = from->x[p - op->part][(((size_t)s * h + (p->up ? i / 2 : i)) * w + (p->up ? j / 2 : j)) * p->c + c];
	if (p->scale)
		v = p->scale[c] * v + p->shift[c];
	return (float)(p->relu && v < 0 ? 0 : v);
}

static void
set(void *dst, int at, float v, enum elem e)
{
	elem_write(dst, (size_t)at, &v, 1, 0, e);
}

/* How far a value is off what it should be, as a part of it or of 1 */
static double
off(const void *dst, int at, float expected, enum elem e)
{
	float room;

	return fabs(*elem_read(&room, dst, (size_t)at, 1, e) - expected) / fmax(1, fabs(expected));
}

/* Rows that begin and end outside the image, with something between the pixels that must stay */
static double
rows_off(const struct source *from, enum elem e)
{
	const struct operand *op = &from->op;
	int ld = op->c + 3, count, col, row, s, i, c;
	float *dst = mem_array((size_t)(op->w + 6) * ld, sizeof *dst);
	double worst = 0;

	for (s = 0; s < IMAGES; s++)
		for (row = -2; row <= op->h + 1; row++)
			for (col = -4; col < op->w + 2; col++)
				for (count = 1; count <= op->w + 6; count++) {
					for (i = 0; i < count * ld; i++)
						set(dst, i, 7, e);
					operand_row(dst, e, ld, op, s, row, col, count);
					for (i = 0; i < count; i++)
						for (c = 0; c < ld; c++)
							worst = fmax(worst, off(dst, i * ld + c,
							                        c < op->c ? value(from, s, row, col + i, c) : 7, e));
				}
	free(dst);
	return worst;
}

static double
pixels_off(const struct source *from, enum elem e, int gap)
{
	const struct operand *op = &from->op;
	int all = IMAGES * op->h * op->w, ld = op->c + gap, first, count, i, c;
	float *dst = mem_array((size_t)all * ld, sizeof *dst);
	double worst = 0;

	for (first = 0; first < all; first++)
		for (count = 1; count <= all - first; count += 1 + count / 2) {
			for (i = 0; i < count * ld; i++)
				set(dst, i, 7, e);
			operand_pixels(dst, e, ld, op, (size_t)first, count);
			for (i = 0; i < count; i++) {
				int at = first + i, row = at / op->w;

				for (c = 0; c < op->c; c++)
					worst = fmax(worst, off(dst, i * ld + c,
					                        value(from, row / op->h, row % op->h, at % op->w, c), e));
				for (; c < ld; c++)
					worst = fmax(worst, off(dst, i * ld + c, 7, e));
			}
		}
	free(dst);
	return worst;
}

/* Convolving the operand, and its gradient, against the same with the operand written down first. Which algorithm
 * convolves may depend on the operand, so rounding may differ. */
static void
convolve(const struct operand *x, int cout, int k, int stride, int pad, const char *name)
{
	struct conv c;
	struct operand plain;
	size_t nx = (size_t)IMAGES * x->h * x->w * x->c, nw = (size_t)cout * x->c * k * k, ny;
	float *stored = mem_aligned(nx * sizeof *stored), *w = random_floats(nw, 3), *y, *y2, *dy;
	float *dw = random_floats(nw, 4), *dw2 = random_floats(nw, 4);
	char text[128];

	conv_init(&c, x->c, cout, k, stride, pad, x->h, x->w);
	ny = (size_t)IMAGES * c.oh * c.ow * cout;
	y = random_floats(ny, 5);
	y2 = random_floats(ny, 6);
	dy = random_floats(ny, 7);
	operand_store(stored, ELEM_F32, x, IMAGES);
	plain = operand_plain(stored, ELEM_F32, x->c, x->h, x->w);
	snprintf(text, sizeof text, "%s, convolved %dx%d stride %d to %d channels", name, k, k, stride, cout);
	conv_forward(y, NULL, x, w, NULL, &c, IMAGES);
	conv_forward(y2, NULL, &plain, w, NULL, &c, IMAGES);
	CHECK_NEAR(distance(y, y2, ny), 0, 2e-6, text);
	conv_backward(NULL, 0, dw, NULL, dy, x, NULL, &c, IMAGES);
	conv_backward(NULL, 0, dw2, NULL, dy, &plain, NULL, &c, IMAGES);
	CHECK_NEAR(distance(dw, dw2, nw), 0, 2e-6, "gradient of the weights");
	free(stored); free(w); free(y); free(y2); free(dy); free(dw); free(dw2);
}

static void
forms(const char *name, int h, int w, int c0, int form0, int c1, int form1)
{
	struct source s;

	setup(&s, h, w, c0, form0, c1, form1);
	CHECK((operand_stored(&s.op, ELEM_F32) == s.x[0]) == (!c1 && !form0), "stored if nothing is to be computed");
	CHECK(!operand_stored(&s.op, ELEM_BF16), "and not in another form");
	CHECK_NEAR(rows_off(&s, ELEM_F32), 0, 1e-6, name);
	CHECK_NEAR(rows_off(&s, ELEM_BF16), 0, 1.0 / 256, "rows as bfloat16");
	CHECK_NEAR(pixels_off(&s, ELEM_F32, 0), 0, 1e-6, "runs of pixels");
	CHECK_NEAR(pixels_off(&s, ELEM_F32, 3), 0, 1e-6, "with gaps");
	s.op.part[0].x = s.half[0];
	s.op.part[0].elem = ELEM_BF16;
	CHECK_NEAR(rows_off(&s, ELEM_F32), 0, 1e-6, "rows of bfloat16");
	CHECK_NEAR(rows_off(&s, ELEM_BF16), 0, 1.0 / 256, "rows of bfloat16 as such");
	CHECK_NEAR(pixels_off(&s, ELEM_BF16, 0), 0, 1.0 / 256, "runs of pixels");
	teardown(&s);
}

static void
convolutions(const char *name, int h, int w, int c0, int form0, int c1, int form1)
{
	struct source s;

	setup(&s, h, w, c0, form0, c1, form1);
	convolve(&s.op, 16, 3, 1, 1, name);
	convolve(&s.op, 5, 3, 1, 1, name);
	convolve(&s.op, 6, 3, 2, 1, name);
	convolve(&s.op, 7, 1, 1, 0, name);
	convolve(&s.op, 7, 1, 2, 0, name);
	teardown(&s);
}

/* A network that has lost its numbers must not look sound again behind a ReLU. */
static void
not_a_number(void)
{
	struct source s;
	struct conv c;
	float *w = random_floats(16 * 16 * 9, 1), *y = random_floats(IMAGES * 8 * 8 * 16, 2);
	int i, seen = 0;

	setup(&s, 8, 8, 16, AFFINE | RELU, 0, 0);
	s.x[0][(3 * 8 + 3) * 16 + 5] = NAN;
	conv_init(&c, 16, 16, 3, 1, 1, 8, 8);
	conv_forward(y, NULL, &s.op, w, NULL, &c, IMAGES);
	for (i = 0; i < 16; i++)
		seen += isnan(y[(3 * 8 + 3) * 16 + i]) != 0;
	CHECK(seen == 16, "a NaN passes a ReLU on its way into a convolution");
	teardown(&s);
	free(w);
	free(y);
}

static void
readers(void)
{
	convolutions("affine", 9, 10, 16, AFFINE, 0, 0);
	convolutions("affine and ReLU", 9, 10, 20, AFFINE | RELU, 0, 0);
	convolutions("doubled", 8, 10, 16, UP, 0, 0);
	convolutions("doubled, affine and ReLU beside affine", 12, 6, 18, UP | AFFINE | RELU, 33, AFFINE);
	convolutions("doubled, affine and ReLU beside the same", 6, 10, 64, UP | AFFINE | RELU, 64, AFFINE | RELU);
	convolutions("one pixel", 1, 1, 16, AFFINE | RELU, 0, 0);
	not_a_number();
}

int
main(void)
{
	par_init(2);
	forms("plain", 5, 4, 3, 0, 0, 0);
	forms("channels that fill a vector together", 3, 5, 8, AFFINE | RELU, 0, 0);
	forms("affine", 5, 4, 3, AFFINE, 0, 0);
	forms("affine and ReLU", 3, 7, 5, AFFINE | RELU, 0, 0);
	forms("doubled", 4, 6, 3, UP, 0, 0);
	forms("doubled, affine and ReLU", 2, 6, 3, UP | AFFINE | RELU, 0, 0);
	forms("two parts", 3, 4, 2, 0, 3, 0);
	forms("doubled beside affine and ReLU", 4, 4, 3, UP, 2, AFFINE | RELU);
	forms("doubled, affine and ReLU beside affine", 2, 4, 2, UP | AFFINE | RELU, 5, AFFINE);
	forms("one pixel", 1, 1, 3, AFFINE | RELU, 0, 0);
	each_mode(readers);
	return check_done();
}
