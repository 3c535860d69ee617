#include "io/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

size_t
picture_bytes(const struct picture *p)
{
	return (size_t)p->channels * (size_t)p->height * (size_t)p->width * ten_dtype_size(p->dtype);
}

/* 16 bit fixed point, as 8-bit codecs and libraries compute it: the same integers as theirs. */
static void
grey_bytes(uint8_t *y, const uint8_t *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = (uint8_t)((x[i] * 19595u + x[n + i] * 38470u + x[2 * n + i] * 7471u + 0x8000u) >> 16);
}

/* Works in place: plane 0 is read before it is written. */
#define GREY(type, round)                                                                             \
	do {                                                                                          \
		type *x = p->data;                                                                    \
		for (i = 0; i < n; i++)                                                               \
			x[i] = (type)round(0.299 * (double)x[i] + 0.587 * (double)x[n + i] +          \
			                   0.114 * (double)x[2 * n + i]);                             \
	} while (0)

void
picture_grey(struct picture *p)
{
	size_t n = (size_t)p->height * (size_t)p->width, i;

	if (p->channels == 1)
		return;
	switch (p->dtype) {
	case TEN_U8: grey_bytes(p->data, p->data, n); break;
	case TEN_I8: GREY(int8_t, round); break;
	case TEN_U16: GREY(uint16_t, round); break;
	case TEN_I16: GREY(int16_t, round); break;
	case TEN_U32: GREY(uint32_t, round); break;
	case TEN_I32: GREY(int32_t, round); break;
	case TEN_F32: GREY(float, ); break;
	default: BUG("a picture of %s", ten_dtype_name(p->dtype));
	}
	p->channels = 1;
}

void
picture_rgb(struct picture *p)
{
	size_t plane = picture_bytes(p);
	char *rgb;
	int c;

	if (p->channels == 3)
		return;
	rgb = mem_aligned(3 * plane);
	for (c = 0; c < 3; c++)
		memcpy(rgb + (size_t)c * plane, p->data, plane);
	free(p->data);
	p->data = rgb;
	p->channels = 3;
}
