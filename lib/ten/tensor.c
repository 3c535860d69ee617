#include "ten/tensor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

static const struct {
	const char *name;
	size_t size;
} dtypes[TEN_NDTYPE] = {
	[TEN_BOOL] = { "BOOL", 1 }, [TEN_U8] = { "U8", 1 },     [TEN_I8] = { "I8", 1 },   [TEN_U16] = { "U16", 2 },
	[TEN_I16] = { "I16", 2 },   [TEN_F16] = { "F16", 2 },   [TEN_BF16] = { "BF16", 2 }, [TEN_U32] = { "U32", 4 },
	[TEN_I32] = { "I32", 4 },   [TEN_F32] = { "F32", 4 },   [TEN_U64] = { "U64", 8 }, [TEN_I64] = { "I64", 8 },
	[TEN_F64] = { "F64", 8 },
};

size_t
ten_dtype_size(enum ten_dtype d)
{
	return dtypes[d].size;
}

const char *
ten_dtype_name(enum ten_dtype d)
{
	return dtypes[d].name;
}

int
ten_dtype_parse(const char *name)
{
	int i;

	for (i = 0; i < TEN_NDTYPE; i++)
		if (!strcmp(dtypes[i].name, name))
			return i;
	return -1;
}

int64_t
tensor_count(const struct tensor *t)
{
	int64_t n = 1;
	int i;

	for (i = 0; i < t->ndim; i++)
		n *= t->dim[i];
	return n;
}

size_t
tensor_bytes(const struct tensor *t)
{
	return (size_t)tensor_count(t) * ten_dtype_size(t->dtype);
}

int64_t
tensor_stride0(const struct tensor *t)
{
	int64_t n = 1;
	int i;

	for (i = 1; i < t->ndim; i++)
		n *= t->dim[i];
	return n;
}

int
tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->ndim == b->ndim && !memcmp(a->dim, b->dim, (size_t)a->ndim * sizeof *a->dim);
}

char *
tensor_shape(char buf[TENSOR_SHAPE_LEN], const struct tensor *t)
{
	int i, n = 0;

	buf[n++] = '[';
	for (i = 0; i < t->ndim; i++)
		n += snprintf(buf + n, (size_t)(TENSOR_SHAPE_LEN - n), "%s%lld", i ? "," : "", (long long)t->dim[i]);
	buf[n++] = ']';
	buf[n] = '\0';
	return buf;
}

static float
from_bits(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static float
from_half(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 1023;

	if (exponent == 31)
		return from_bits(sign | 0x7f800000u | mantissa << 13);
	if (exponent)
		return from_bits(sign | (exponent + 112) << 23 | mantissa << 13);
	return from_bits(sign | 0x3f800000u) * (float)mantissa * 0x1p-24f;
}

double
tensor_get(const struct tensor *t, int64_t i)
{
	switch (t->dtype) {
	case TEN_I32:
		return ((const int32_t *)t->data)[i];
	case TEN_U32:
		return ((const uint32_t *)t->data)[i];
	case TEN_I64:
		return (double)((const int64_t *)t->data)[i];
	case TEN_U64:
		return (double)((const uint64_t *)t->data)[i];
	case TEN_F64:
		return ((const double *)t->data)[i];
	default: {
		float x = 0;

		tensor_to_f32(&x, t, i, 1);
		return x;
	}
	}
}

/* One dtype's loop of tensor_to_f32. */
#define CONVERT(type, expr)                        \
	do {                                       \
		const type *restrict s = (const type *)t->data + from; \
		for (i = 0; i < n; i++)            \
			dst[i] = (float)(expr);    \
	} while (0)

KERNEL static void
convert(float *restrict dst, const struct tensor *restrict t, int64_t from, int64_t n)
{
	int64_t i;

	switch (t->dtype) {
	case TEN_BOOL:
		CONVERT(uint8_t, s[i] != 0);
		break;
	case TEN_U8:
		CONVERT(uint8_t, s[i]);
		break;
	case TEN_I8:
		CONVERT(int8_t, s[i]);
		break;
	case TEN_U16:
		CONVERT(uint16_t, s[i]);
		break;
	case TEN_I16:
		CONVERT(int16_t, s[i]);
		break;
	case TEN_F16:
		CONVERT(uint16_t, from_half(s[i]));
		break;
	case TEN_BF16:
		CONVERT(uint16_t, from_bits((uint32_t)s[i] << 16));
		break;
	case TEN_U32:
		CONVERT(uint32_t, s[i]);
		break;
	case TEN_I32:
		CONVERT(int32_t, s[i]);
		break;
	case TEN_F32:
		memcpy(dst, (const float *)t->data + from, (size_t)n * sizeof *dst);
		break;
	case TEN_U64:
		CONVERT(uint64_t, s[i]);
		break;
	case TEN_I64:
		CONVERT(int64_t, s[i]);
		break;
	case TEN_F64:
		CONVERT(double, s[i]);
		break;
	case TEN_NDTYPE:
		break;
	}
}

void
tensor_to_f32(float *dst, const struct tensor *t, int64_t from, int64_t n)
{
	if ((unsigned)t->dtype >= TEN_NDTYPE)
		BUG("tensor '%s' has no dtype", t->name);
	convert(dst, t, from, n);
}

/* The place of key in m->item, or where it would stand. */
static int
meta_find(const struct meta *m, const char *key, int *found)
{
	int lo = 0, hi = m->n;

	while (lo < hi) {
		int mid = (lo + hi) / 2, c = strcmp(m->item[mid].key, key);

		if (c == 0) {
			*found = 1;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*found = 0;
	return lo;
}

const char *
meta_get(const struct meta *m, const char *key)
{
	int found, i = meta_find(m, key, &found);

	return found ? m->item[i].value : NULL;
}

void
meta_set(struct meta *m, const char *key, const char *value)
{
	char *copy = mem_strdup(value); /* value may live in m */
	int found, i = meta_find(m, key, &found);

	if (found) {
		free(m->item[i].value);
	} else {
		m->item = mem_grow(m->item, (size_t)m->n + 1, sizeof *m->item);
		memmove(m->item + i + 1, m->item + i, (size_t)(m->n - i) * sizeof *m->item);
		m->item[i].key = mem_strdup(key);
		m->n++;
	}
	m->item[i].value = copy;
}

void
meta_setf(struct meta *m, const char *key, const char *fmt, ...)
{
	char buf[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof buf)
		BUG("metadata '%s' is too long for meta_setf", key);
	meta_set(m, key, buf);
}

void
meta_unset(struct meta *m, const char *key)
{
	int found, i = meta_find(m, key, &found);

	if (!found)
		return;
	free(m->item[i].key);
	free(m->item[i].value);
	m->n--;
	memmove(m->item + i, m->item + i + 1, (size_t)(m->n - i) * sizeof *m->item);
}

void
meta_copy(struct meta *dst, const struct meta *src)
{
	int i;

	if (dst == src)
		return;
	meta_free(dst);
	dst->item = mem_array((size_t)src->n, sizeof *dst->item);
	dst->n = src->n;
	for (i = 0; i < src->n; i++) {
		dst->item[i].key = mem_strdup(src->item[i].key);
		dst->item[i].value = mem_strdup(src->item[i].value);
	}
}

void
meta_free(struct meta *m)
{
	int i;

	for (i = 0; i < m->n; i++) {
		free(m->item[i].key);
		free(m->item[i].value);
	}
	free(m->item);
	memset(m, 0, sizeof *m);
}

int
meta_int(const struct meta *m, const char *key, int64_t *v, int64_t min, int64_t max, struct err *e)
{
	const char *text = meta_get(m, key);
	long long x;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	x = strtoll(text, &end, 10);
	if (end == text || *end || errno || x < min || x > max)
		return err_set(e, "metadata '%s' is '%s', expected a whole number from %lld to %lld", key, text,
		               (long long)min, (long long)max);
	*v = x;
	return 1;
}

int
meta_real(const struct meta *m, const char *key, double *v, struct err *e)
{
	const char *text = meta_get(m, key);
	char *end;
	double x;

	if (!text)
		return 0;
	x = strtod(text, &end);
	if (end == text || *end || !isfinite(x))
		return err_set(e, "metadata '%s' is '%s', expected a number", key, text);
	*v = x;
	return 1;
}

int
meta_add_command(struct meta *m, const char *text)
{
	char key[32];
	int k;

	for (k = 0; snprintf(key, sizeof key, "cmd.%d", k), meta_get(m, key); k++)
		;
	meta_set(m, key, text);
	return k;
}

int64_t
tensor_odd(const struct tensor *t)
{
	int64_t n = tensor_count(t), from, len, i;
	float x[4096] = { 0 };

	if (t->dtype != TEN_F16 && t->dtype != TEN_BF16 && t->dtype != TEN_F32 && t->dtype != TEN_F64)
		return -1;
	for (from = 0; from < n; from += len) {
		len = n - from < (int64_t)ARRAY_LEN(x) ? n - from : (int64_t)ARRAY_LEN(x);
		tensor_to_f32(x, t, from, len);
		for (i = 0; i < len; i++)
			if (!isfinite(x[i]))
				return from + i;
	}
	return -1;
}
