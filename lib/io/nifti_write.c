#include "io/nifti.h"

#include <string.h>

#include "io/nifti_put.h"

#define HEADER 352 /* 348 bytes and the empty extension flag */

static const struct {
	enum ten_dtype dtype;
	int16_t code;
} codes[] = {
	{ TEN_U8, 2 },   { TEN_I16, 4 },   { TEN_I32, 8 },   { TEN_F32, 16 },   { TEN_F64, 64 },
	{ TEN_I8, 256 }, { TEN_U16, 512 }, { TEN_U32, 768 }, { TEN_I64, 1024 }, { TEN_U64, 1280 },
};

static void
put16(unsigned char *h, int at, int v)
{
	int16_t x = (int16_t)v;

	memcpy(h + at, &x, sizeof x);
}

static void
put32(unsigned char *h, int at, int32_t v)
{
	memcpy(h + at, &v, sizeof v);
}

static void
put_real(unsigned char *h, int at, double v)
{
	float x = (float)v;

	memcpy(h + at, &x, sizeof x);
}

/* Offsets as in nifti1.h. Native byte order: readers tell it from the first field. */
static void
fill_header(unsigned char h[HEADER], const struct nifti *n, int code)
{
	int i;

	memset(h, 0, HEADER);
	put32(h, 0, 348);
	put16(h, 40, n->dim[3] > 1 ? 4 : 3);
	for (i = 0; i < 7; i++)
		put16(h, 42 + 2 * i, i < 4 ? (int)n->dim[i] : 1);
	put16(h, 70, code);
	put16(h, 72, (int)ten_dtype_size(n->dtype) * 8);
	put_real(h, 76, 1); /* qfac: a right-handed frame */
	for (i = 0; i < 7; i++)
		put_real(h, 80 + 4 * i, i < 4 ? n->spacing[i] : 1);
	put_real(h, 108, HEADER);
	put_real(h, 112, n->slope);
	put_real(h, 116, n->inter);
	h[123] = 2 | 8; /* mm, s */
	put16(h, 252, 1);
	put16(h, 254, 1);
	for (i = 0; i < 3; i++) {
		double origin = -0.5 * (double)(n->dim[i] - 1) * n->spacing[i];

		put_real(h, 268 + 4 * i, origin);                 /* qoffset */
		put_real(h, 280 + 16 * i + 4 * i, n->spacing[i]); /* srow, the diagonal */
		put_real(h, 280 + 16 * i + 12, origin);
	}
	memcpy(h + 344, "n+1", 4);
}

static int
check(const struct nifti *n, const char *path, int *code, struct err *e)
{
	size_t i;

	for (i = 0; i < 4; i++)
		if (n->dim[i] < 1 || n->dim[i] > INT16_MAX)
			return err_set(e, "cannot write '%s': dimension %zu is %lld, NIfTI-1 holds 1..%d",
				       path, i + 1, (long long)n->dim[i], INT16_MAX);
	for (i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].dtype == n->dtype) {
			*code = codes[i].code;
			return 0;
		}
	return err_set(e, "cannot write '%s': NIfTI has no type for %s", path, ten_dtype_name(n->dtype));
}

int
nifti_write(const char *path, const struct nifti *n, struct err *e)
{
	unsigned char h[HEADER];
	struct nifti_put out;
	size_t bytes;
	int code;

	if (check(n, path, &code, e))
		return -1;
	fill_header(h, n, code);
	bytes = (size_t)(n->dim[0] * n->dim[1] * n->dim[2] * n->dim[3]) * ten_dtype_size(n->dtype);
	if (nifti_put_open(&out, path, ten_dtype_size(n->dtype) == 1, e))
		return -1;
	if (nifti_put(&out, h, HEADER, e) || nifti_put(&out, n->data, bytes, e)) {
		nifti_put_discard(&out);
		return -1;
	}
	return nifti_put_close(&out, e);
}
