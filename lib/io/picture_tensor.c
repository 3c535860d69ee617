#include "io/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int
is_finite(const float *x, int64_t n, int64_t *at)
{
	for (*at = 0; *at < n; ++*at)
		if (!isfinite(x[*at]))
			return 0;
	return 1;
}

int
picture_image(struct record *r, const struct picture *p, struct err *e)
{
	struct tensor *t = record_add4(r, "image", p->dtype, 1, p->channels, p->height, p->width);
	int64_t plane = (int64_t)p->height * p->width, i;

	memcpy(t->data, p->data, picture_bytes(p));
	if (p->dtype == TEN_F32 && !is_finite(t->data, p->channels * plane, &i))
		return err_set(e, "value %g at (%d,%d) is not finite", (double)((float *)t->data)[i],
		               (int)(i % p->width), (int)(i % plane / p->width));
	return 0;
}

int
picture_is_grey(const struct picture *p, int64_t i)
{
	size_t size = ten_dtype_size(p->dtype), plane = (size_t)p->height * (size_t)p->width;
	const char *x = (const char *)p->data + (size_t)i * size;
	int c;

	for (c = 1; c < p->channels; c++)
		if (memcmp(x, x + (size_t)c * plane * size, size))
			return 0;
	return 1;
}

int
picture_mask(struct record *r, const struct picture *p, const struct picture *image, int classes, int ignore,
             struct err *e)
{
	int64_t dim[3] = { 1, p->height, p->width }, plane = dim[1] * dim[2], i;
	struct tensor t = { .dtype = p->dtype, .ndim = 1, .dim = { plane }, .data = p->data };
	char other[16] = "";
	uint8_t *mask;

	if (p->height != image->height || p->width != image->width)
		return err_set(e, "mask is %dx%d, its image %dx%d", p->width, p->height, image->width,
		               image->height);
	if (ignore >= 0)
		snprintf(other, sizeof other, " or %d", ignore);
	mask = record_add(r, "mask", TEN_U8, 3, dim)->data;
	for (i = 0; i < plane; i++) {
		double v = tensor_get(&t, i);
		int x = (int)(i % p->width), y = (int)(i / p->width);

		if (!picture_is_grey(p, i))
			return err_set(e, "a colour at (%d,%d), expected labels 0..%d%s", x, y, classes - 1, other);
		if (!(v >= 0 && v < classes && v == floor(v)) && (ignore < 0 || v != ignore))
			return err_set(e, "label %.9g at (%d,%d), expected 0..%d%s", v, x, y, classes - 1, other);
		mask[i] = (uint8_t)v;
	}
	return 0;
}
