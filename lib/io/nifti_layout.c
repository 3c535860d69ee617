#include "io/nifti_layout.h"

#include <string.h>

#include "base/mem.h"

static const struct nifti_layout layouts[] = {
	{ 1, 348, 344, 70, 72, 40, 76, 108, 112, 116, 123, 124, 128, 68, 56, 328, 140 },
	{ 2, 540, 4, 12, 14, 16, 104, 168, 176, 184, 500, 192, 200, 504, 80, 508, 0 },
};

uint64_t
nifti_get(const unsigned char *p, int n, int big)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < n; i++)
		v |= (uint64_t)p[big ? n - 1 - i : i] << (8 * i);
	return v;
}

int64_t
nifti_get_int(const unsigned char *p, int n, int big)
{
	uint64_t v = nifti_get(p, n, big);

	return n == 2 ? (int16_t)v : n == 4 ? (int32_t)v : (int64_t)v;
}

double
nifti_get_real(const unsigned char *p, int n, int big)
{
	uint64_t bits = nifti_get(p, n, big);
	uint32_t bits32 = (uint32_t)bits;
	double d;
	float f;

	if (n == 8) {
		memcpy(&d, &bits, 8);
		return d;
	}
	memcpy(&f, &bits32, 4);
	return f;
}

void
nifti_set(unsigned char *p, int n, int big, uint64_t v)
{
	int i;

	for (i = 0; i < n; i++)
		p[big ? n - 1 - i : i] = (unsigned char)(v >> (8 * i));
}

void
nifti_set_real(unsigned char *p, int n, int big, double v)
{
	float f = (float)v;
	uint32_t bits32;
	uint64_t bits;

	memcpy(&bits, &v, 8);
	memcpy(&bits32, &f, 4);
	nifti_set(p, n, big, n == 8 ? bits : bits32);
}

const struct nifti_layout *
nifti_layout_find(const unsigned char *h, int *big)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(layouts); i++)
		for (*big = 0; *big < 2; ++*big)
			if (nifti_get(h, 4, *big) == (uint64_t)layouts[i].size)
				return &layouts[i];
	return NULL;
}

int
nifti_layout_dim(const struct nifti_layout *v)
{
	return v->number == 1 ? 2 : 8;
}

int
nifti_layout_real(const struct nifti_layout *v)
{
	return v->number == 1 ? 4 : 8;
}

double
nifti_layout_unit(const struct nifti_layout *v, const unsigned char *header, int big, int time)
{
	int code = (int)nifti_get(header + v->units, v->number == 1 ? 1 : 4, big);

	if (time)
		return (code & 0x38) == 16 ? 1e-3 : (code & 0x38) == 24 ? 1e-6 : 1;
	return (code & 7) == 1 ? 1e3 : (code & 7) == 3 ? 1e-3 : 1;
}
