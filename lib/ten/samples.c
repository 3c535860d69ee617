#include "ten/samples.h"

#include <string.h>

int64_t
samples_count(const struct record *r, struct err *e)
{
	int i;

	for (i = 0; i < r->n; i++) {
		const struct tensor *t = &r->t[i];
		char shape[TENSOR_SHAPE_LEN];

		if (t->ndim == 0 || t->dim[0] != r->t[0].dim[0])
			return err_set(e, "'%s' is %s: not as many samples as '%s'", t->name, tensor_shape(shape, t),
			               r->t[0].name);
		if (t->dim[0] && !tensor_count(t))
			return err_set(e, "'%s' is %s: samples without values", t->name, tensor_shape(shape, t));
	}
	return r->n ? r->t[0].dim[0] : 0;
}

static void
move_on(struct meta *m, const char *key, int64_t by)
{
	int64_t x;

	if (meta_int(m, key, &x, 0, INT64_MAX / 2, NULL) > 0)
		meta_setf(m, key, "%lld", (long long)x + by);
}

void
samples_slice(struct record *dst, const struct record *src, int64_t from, int64_t n)
{
	int i;

	record_free(dst);
	for (i = 0; i < src->n; i++) {
		const struct tensor *s = &src->t[i];
		size_t stride = (size_t)tensor_stride0(s) * ten_dtype_size(s->dtype);
		int64_t dim[TEN_MAXDIM];
		struct tensor *t;

		if (from < 0 || n < 0 || s->ndim == 0 || from + n > s->dim[0])
			BUG("samples %lld.. of '%s'", (long long)from, s->name);
		memcpy(dim, s->dim, sizeof dim);
		dim[0] = n;
		t = record_add(dst, s->name, s->dtype, s->ndim, dim);
		memcpy(t->data, (const char *)s->data + (size_t)from * stride, (size_t)n * stride);
	}
	meta_copy(&dst->meta, &src->meta);
	move_on(&dst->meta, "slice", from);
	move_on(&dst->meta, "first", from);
	dst->seq = src->seq;
	dst->offset = src->offset;
}
