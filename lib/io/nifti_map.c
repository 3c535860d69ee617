#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/nifti.h"
#include "io/nifti_layout.h"
#include "io/nifti_put.h"

#define MOST 544 /* the larger header, and the empty extension flag */

static void
clear(unsigned char *h, int at, int n)
{
	memset(h + at, 0, (size_t)n);
}

/* dim and pixdim: the parts become axis 4, what was there axis 5. */
static int
insert_axis(unsigned char *h, const struct nifti_layout *v, int big, const struct nifti *like, int parts, const char *path,
            struct err *e)
{
	unsigned char *dim = h + v->dim, *pixdim = h + v->pixdim;
	int w = nifti_layout_dim(v), r = nifti_layout_real(v), i;

	if (like->dim[3] > 1)
		memcpy(pixdim + 5 * r, pixdim + 4 * r, (size_t)r);
	nifti_set(dim, w, big, like->dim[3] > 1 ? 5 : 4);
	for (i = like->dim[3] > 1 ? 6 : 5; i <= 7; i++)
		nifti_set_real(pixdim + i * r, r, big, 1);
	for (i = 1; i <= 3; i++)
		nifti_set(dim + i * w, w, big, (uint64_t)like->dim[i - 1]);
	nifti_set(dim + 4 * w, w, big, (uint64_t)parts);
	nifti_set(dim + 5 * w, w, big, (uint64_t)like->dim[3]);
	nifti_set(dim + 6 * w, w, big, 1);
	nifti_set(dim + 7 * w, w, big, 1);
	nifti_set_real(pixdim + 4 * r, r, big, 1);
	if (v->number == 1 && parts > INT16_MAX)
		return err_set(e, "cannot write '%s': NIfTI-1 has no room for %d classes", path, parts);
	return 0;
}

/* The header of like, changed; -1: it has no room for the parts. */
static int
make_header(unsigned char h[MOST], int *size, int *swap, const struct nifti *like, enum ten_dtype dtype, int parts,
            const char *path, struct err *e)
{
	const struct nifti_layout *v;
	int big, r;

	if (like->header_size < 8 || !(v = nifti_layout_find(like->header, &big)) || like->header_size < (size_t)v->size)
		BUG("no header to imitate");
	r = nifti_layout_real(v);
	memcpy(h, like->header, (size_t)v->size);
	clear(h, v->size, 4); /* no extensions */
	*size = v->size + 4;
	*swap = big != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	nifti_set(h + v->datatype, 2, big, dtype == TEN_U8 ? 2 : 16);
	nifti_set(h + v->bitpix, 2, big, ten_dtype_size(dtype) * 8);
	if (v->number == 1)
		nifti_set_real(h + v->vox_offset, 4, big, *size);
	else
		nifti_set(h + v->vox_offset, 8, big, (uint64_t)*size);
	nifti_set_real(h + v->slope, r, big, 1);
	nifti_set_real(h + v->inter, r, big, 0);
	clear(h, v->cal_max, r);
	clear(h, v->cal_min, r);
	clear(h, v->intent_code, v->number == 1 ? 2 : 4);
	clear(h, v->intent_p, 3 * r);
	clear(h, v->intent_name, 16);
	if (v->gl)
		clear(h, v->gl, 8);
	return parts ? insert_axis(h, v, big, like, parts, path, e) : 0;
}

int
nifti_map_open(struct nifti_map *m, const char *path, const struct nifti *like, enum ten_dtype dtype, int parts,
               struct err *e)
{
	unsigned char h[MOST];
	int size;

	memset(m, 0, sizeof *m);
	if (dtype != TEN_U8 && dtype != TEN_F32)
		BUG("a map of %s", ten_dtype_name(dtype));
	if (make_header(h, &size, &m->swap, like, dtype, parts, path, e))
		return -1;
	m->dtype = dtype;
	m->left = like->dim[0] * like->dim[1] * like->dim[2] * like->dim[3];
	if (__builtin_mul_overflow(m->left, parts ? parts : 1, &m->left))
		return err_set(e, "cannot write '%s': more values than can be counted", path);
	m->put = mem_alloc(sizeof *m->put);
	if (nifti_put_open(m->put, path, dtype == TEN_U8, e)) {
		free(m->put);
		m->put = NULL;
		return -1;
	}
	m->path = mem_strdup(path);
	if (nifti_put(m->put, h, (size_t)size, e)) {
		nifti_map_discard(m);
		return -1;
	}
	return 0;
}

#define BLOCK 16384

static int
put_turned(struct nifti_map *m, const float *values, int64_t n, struct err *e)
{
	unsigned char block[BLOCK * 4];
	int64_t i, k;

	for (i = 0; i < n; i += k) {
		for (k = 0; k < BLOCK && i + k < n; k++)
			nifti_set_real(block + 4 * k, 4, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, (double)values[i + k]);
		if (nifti_put(m->put, block, (size_t)k * 4, e))
			return -1;
	}
	return 0;
}

int
nifti_map_put(struct nifti_map *m, const void *values, int64_t n, struct err *e)
{
	if (n > m->left)
		BUG("%lld values too many", (long long)(n - m->left));
	m->left -= n;
	if (m->swap && m->dtype == TEN_F32)
		return put_turned(m, values, n, e);
	return nifti_put(m->put, values, (size_t)n * ten_dtype_size(m->dtype), e);
}

static void
forget(struct nifti_map *m)
{
	free(m->put);
	free(m->path);
	memset(m, 0, sizeof *m);
}

int
nifti_map_close(struct nifti_map *m, struct err *e)
{
	int rc;

	if (m->left)
		BUG("'%s': %lld values are missing", m->path, (long long)m->left);
	rc = nifti_put_close(m->put, e);
	forget(m);
	return rc;
}

void
nifti_map_discard(struct nifti_map *m)
{
	if (m->put)
		nifti_put_discard(m->put);
	forget(m);
}
