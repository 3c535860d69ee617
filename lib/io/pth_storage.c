#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/pth.h"

static uint64_t
count_at(const unsigned char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

static int
compare_keys(const unsigned char *a, size_t n, const unsigned char *b, size_t m)
{
	int c = memcmp(a, b, n < m ? n : m);

	return c ? c : (n > m) - (n < m);
}

static int
by_key(const void *a, const void *b)
{
	const struct pth_storage *x = *(struct pth_storage *const *)a, *y = *(struct pth_storage *const *)b;

	return compare_keys(x->key, x->key_len, y->key, y->key_len);
}

/* The first of the sorted storages with this key, to stay n if there is none */
static int
first_with_key(struct pth_storage *const *sorted, int n, const struct pth_value *key)
{
	int lo = 0, hi = n;

	while (lo < hi) {
		int mid = (lo + hi) / 2;

		if (compare_keys(sorted[mid]->key, sorted[mid]->key_len, key->text, key->len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
place_storage(struct pth *p, struct pth_storage **sorted, const struct pth_value *key, uint64_t *at, struct err *e)
{
	int n = p->pool.nstorage, len = (int)(key->len < 40 ? key->len : 40), i;
	uint64_t left = p->size - *at, bytes;

	if (key->kind != PTH_TEXT)
		return err_set(e, "a storage's key is no text");
	i = first_with_key(sorted, n, key);
	if (i == n || compare_keys(sorted[i]->key, sorted[i]->key_len, key->text, key->len))
		return err_set(e, "storage '%.*s' belongs to no tensor, or is of a type that is not read", len,
		               (const char *)key->text);
	bytes = (uint64_t)sorted[i]->n * ten_dtype_size(sorted[i]->dtype);
	if (left < 8 || bytes > left - 8)
		return err_set(e, "storage '%.*s' at byte %llu: the file ends after %llu of %llu bytes (cut short?)", len,
		               (const char *)key->text, (unsigned long long)*at, (unsigned long long)(left < 8 ? 0 : left - 8),
		               (unsigned long long)bytes);
	if (count_at(p->base + *at) != (uint64_t)sorted[i]->n)
		return err_set(e, "storage '%.*s' at byte %llu has %llu elements, its tensor says %lld", len,
		               (const char *)key->text, (unsigned long long)*at, (unsigned long long)count_at(p->base + *at),
		               (long long)sorted[i]->n);
	for (; i < n && !compare_keys(sorted[i]->key, sorted[i]->key_len, key->text, key->len); i++)
		sorted[i]->at = *at + 8;
	*at += 8 + bytes;
	return 0;
}

int
pth_find_storages(struct pth *p, const struct pth_value *keys, uint64_t at, struct err *e)
{
	int n = p->pool.nstorage, i, rc = 0;
	struct pth_storage **sorted = mem_array((size_t)n, sizeof(struct pth_storage *));
	size_t k;

	for (i = 0; i < n; i++)
		sorted[i] = &p->pool.storage[i];
	if (n)
		qsort(sorted, (size_t)n, sizeof(struct pth_storage *), by_key);
	if (keys->kind != PTH_LIST)
		rc = err_set(e, "no list of storages");
	for (k = 0; !rc && k < keys->n; k++)
		rc = place_storage(p, sorted, keys->item[k], &at, e);
	if (!rc && at != p->size)
		rc = err_set(e, "bytes after the last storage, at byte %llu", (unsigned long long)at);
	free(sorted);
	return rc;
}

/* The bytes of s->n elements; *owned is for the caller to free. */
static int
storage_bytes(const unsigned char **data, unsigned char **owned, const struct pth *p, const struct pth_storage *s,
              struct err *e)
{
	uint64_t bytes = (uint64_t)s->n * ten_dtype_size(s->dtype);
	const struct pth_zip_entry *x;
	char *name;

	*owned = NULL;
	if (p->legacy) {
		*data = p->base + s->at;
		return s->at ? 0 : err_set(e, "storage '%.*s' is not in the file", (int)(s->key_len < 40 ? s->key_len : 40), s->key);
	}
	name = mem_printf("%sdata/%.*s", p->folder, (int)(s->key_len < 200 ? s->key_len : 200), (const char *)s->key);
	x = pth_zip_find(&p->zip, name);
	if (!x)
		err_set(e, "'%s' is not in the archive", name);
	else if (x->size != bytes)
		err_set(e, "'%s' has %llu bytes, its tensor says %llu", name, (unsigned long long)x->size,
		        (unsigned long long)bytes);
	free(name);
	return x && x->size == bytes ? pth_zip_data(data, owned, &p->zip, x, e) : -1;
}

/* dst from the view src: dimension d and those behind it. Returns where dst goes on. */
static unsigned char *
gather(unsigned char *dst, const unsigned char *src, const struct foreign_tensor *t, int d, size_t size)
{
	int64_t i;

	if (d == t->ndim)
		return (unsigned char *)memcpy(dst, src, size) + size;
	if (d == t->ndim - 1 && t->stride[d] == 1)
		return (unsigned char *)memcpy(dst, src, (size_t)t->dim[d] * size) + (size_t)t->dim[d] * size;
	for (i = 0; i < t->dim[d]; i++)
		dst = gather(dst, src + (size_t)(i * t->stride[d]) * size, t, d + 1, size);
	return dst;
}

int
pth_copy(void *dst, const struct pth *p, const struct foreign_tensor *t, struct err *e)
{
	const struct pth_storage *s = &p->pool.storage[t->storage];
	size_t size = ten_dtype_size(s->dtype);
	const unsigned char *data;
	unsigned char *owned;
	int64_t n = 1;
	int i;

	for (i = 0; i < t->ndim; i++)
		n *= t->dim[i];
	if (!n)
		return 0;
	if (storage_bytes(&data, &owned, p, s, e))
		return err_prefix(e, "tensor '%s'", t->name);
	gather(dst, data + (size_t)(s->first + t->offset) * size, t, 0, size);
	free(owned);
	return 0;
}
