#include "io/volume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int64_t
frame_size(const struct nifti *n)
{
	return n->dim[0] * n->dim[1] * n->dim[2];
}

/* n's data as a flat tensor, for the accessors of tensor.h. */
static struct tensor
flat(const struct nifti *n)
{
	return (struct tensor){ .dtype = n->dtype, .ndim = 1, .dim = { frame_size(n) * n->dim[3] },
	                        .data = n->data, .borrowed = 1 };
}

/* "(x,y,z)" of voxel i of frame t, with the frame where there are several. */
static const char *
place(char buf[128], const struct nifti *n, int64_t i, int64_t t)
{
	int64_t x = i % n->dim[0], y = i / n->dim[0] % n->dim[1], z = i / n->dim[0] / n->dim[1];
	int len = snprintf(buf, 128, "(%lld,%lld,%lld)", (long long)x, (long long)y, (long long)z);

	if (n->dim[3] > 1)
		snprintf(buf + len, 128 - (size_t)len, " of frame %lld", (long long)t + 1);
	return buf;
}

static int
is_native(const struct nifti *n)
{
	return n->slope == 1 && n->inter == 0 && ten_dtype_size(n->dtype) < 8;
}

/* Index of the first value that is not finite, -1: there is none. */
static int64_t
first_bad(const float *x, int64_t n)
{
	int64_t i;

	for (i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return i;
	return -1;
}

static void
scale(float *out, const struct nifti *n, int64_t from, int64_t count)
{
	struct tensor stored = flat(n);
	int64_t i;

	for (i = 0; i < count; i++)
		out[i] = (float)(n->slope * tensor_get(&stored, from + i) + n->inter);
}

/* Values of channel c of C into image [Z,C,Y,X]. */
static void
put_channel(struct tensor *image, const struct nifti *n, int64_t c, int64_t t)
{
	int64_t plane = n->dim[0] * n->dim[1], size = frame_size(n), z;
	size_t bytes = ten_dtype_size(image->dtype), row = (size_t)plane * bytes;

	for (z = 0; z < n->dim[2]; z++) {
		char *to = (char *)image->data + (size_t)(z * image->dim[1] + c) * row;
		int64_t from = t * size + z * plane;

		if (is_native(n) && n->dtype == image->dtype)
			memcpy(to, (const char *)n->data + (size_t)from * bytes, row);
		else
			scale((float *)to, n, from, plane);
	}
}

/* Index, in frame t of n, of the first value of channel c that is not finite, -1: there is none. */
static int64_t
first_bad_of(const struct tensor *image, const struct nifti *n, int64_t c)
{
	int64_t plane = n->dim[0] * n->dim[1], z, bad;

	for (z = 0; z < n->dim[2]; z++) {
		bad = first_bad((const float *)image->data + (z * image->dim[1] + c) * plane, plane);
		if (bad >= 0)
			return z * plane + bad;
	}
	return -1;
}

static enum ten_dtype
common_type(const struct nifti *n, int channels)
{
	int c;

	for (c = 0; c < channels; c++)
		if (!is_native(&n[c]) || n[c].dtype != n[0].dtype)
			return TEN_F32;
	return n[0].dtype;
}

int
volume_channels(struct record *r, const struct nifti *n, int channels, int64_t t, int *bad, struct err *e)
{
	struct tensor *image = record_add4(r, "image", common_type(n, channels), n->dim[2], channels, n->dim[1], n->dim[0]);
	char where[128];
	int64_t i;
	int c;

	for (c = 0; c < channels; c++) {
		put_channel(image, &n[c], c, t);
		i = image->dtype == TEN_F32 ? first_bad_of(image, &n[c], c) : -1;
		if (i >= 0) {
			struct tensor stored = flat(&n[c]);
			double v = n[c].slope * tensor_get(&stored, t * frame_size(n) + i) + n[c].inter;

			*bad = c;
			return err_set(e, "value %g at %s is not a finite float", (double)(float)v, place(where, n, i, t));
		}
	}
	return 0;
}

int
volume_image(struct record *r, const struct nifti *n, int64_t t, struct err *e)
{
	int bad;

	return volume_channels(r, n, 1, t, &bad, e);
}

int
volume_mask(struct record *r, const struct nifti *n, int64_t t, int classes, int ignore, struct err *e)
{
	int64_t dim[3] = { n->dim[2], n->dim[1], n->dim[0] }, size = frame_size(n), i;
	uint8_t *mask = record_add(r, "mask", TEN_U8, 3, dim)->data;
	struct tensor stored = flat(n);
	char where[128], other[16];

	for (i = 0; i < size; i++) {
		double v = n->slope * tensor_get(&stored, t * size + i) + n->inter;

		if (!(v >= 0 && v < classes && v == floor(v)) && (ignore < 0 || v != ignore)) {
			snprintf(other, sizeof other, " or %d", ignore);
			return err_set(e, "label %.9g at %s, expected 0..%d%s", v, place(where, n, i, t), classes - 1,
			               ignore < 0 ? "" : other);
		}
		mask[i] = (uint8_t)v;
	}
	return 0;
}
