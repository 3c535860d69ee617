#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ten/tensor.h"

struct tensor *
record_find(const struct record *r, const char *name)
{
	int i;

	for (i = 0; i < r->n; i++)
		if (!strcmp(r->t[i].name, name))
			return &r->t[i];
	return NULL;
}

static void
tensor_free(struct tensor *t)
{
	free(t->name);
	if (!t->borrowed)
		free(t->data);
}

void
record_remove(struct record *r, const char *name)
{
	struct tensor *t = record_find(r, name);

	if (!t)
		return;
	tensor_free(t);
	r->n--;
	memmove(t, t + 1, (size_t)(r->t + r->n - t) * sizeof *t);
}

/* The data of tensor `name` if it is r's own and of this size. */
static void *
take_data(struct record *r, const char *name, size_t bytes)
{
	struct tensor *t = record_find(r, name);
	void *data = NULL;

	if (t && !t->borrowed && tensor_bytes(t) == bytes) {
		data = t->data;
		t->data = NULL;
	}
	return data;
}

/* A tensor without data and name */
static struct tensor
shaped(const char *name, enum ten_dtype dtype, int ndim, const int64_t *dim)
{
	struct tensor t = { .dtype = dtype, .ndim = ndim };
	int64_t n = 1;
	int i;

	if (ndim > TEN_MAXDIM)
		BUG("tensor '%s' of %d dimensions", name, ndim);
	for (i = 0; i < ndim; i++) {
		t.dim[i] = dim[i];
		if (dim[i] < 0 || __builtin_mul_overflow(n, dim[i], &n) || n > INT64_MAX / 8)
			BUG("tensor '%s' of impossible size", name);
	}
	return t;
}

static struct tensor *
put(struct record *r, const char *name, struct tensor t)
{
	t.name = mem_strdup(name); /* it may be that of the tensor which is removed */
	record_remove(r, name);
	r->t = mem_grow(r->t, (size_t)r->n + 1, sizeof *r->t);
	r->t[r->n] = t;
	return &r->t[r->n++];
}

struct tensor *
record_add(struct record *r, const char *name, enum ten_dtype dtype, int ndim, const int64_t *dim)
{
	struct tensor t = shaped(name, dtype, ndim, dim);

	t.data = take_data(r, name, tensor_bytes(&t));
	if (!t.data)
		t.data = mem_aligned(tensor_bytes(&t));
	return put(r, name, t);
}

struct tensor *
record_borrow(struct record *r, const char *name, enum ten_dtype dtype, int ndim, const int64_t *dim, void *data)
{
	struct tensor t = shaped(name, dtype, ndim, dim);

	t.data = data;
	t.borrowed = 1;
	return put(r, name, t);
}

struct tensor *
record_add4(struct record *r, const char *name, enum ten_dtype dtype, int64_t n, int64_t c, int64_t h, int64_t w)
{
	int64_t dim[4] = { n, c, h, w };

	return record_add(r, name, dtype, 4, dim);
}

int64_t
record_samples(const struct record *r, const char *name)
{
	const struct tensor *t = record_find(r, name);

	return t && t->ndim ? t->dim[0] : 0;
}

void
record_move(struct record *dst, struct record *src)
{
	record_free(dst);
	*dst = *src;
	memset(src, 0, sizeof *src);
}

void
record_remove_all(struct record *r)
{
	int i;

	for (i = 0; i < r->n; i++)
		tensor_free(&r->t[i]);
	free(r->t);
	r->t = NULL;
	r->n = 0;
}

void
record_free(struct record *r)
{
	record_remove_all(r);
	meta_free(&r->meta);
	memset(r, 0, sizeof *r);
}
