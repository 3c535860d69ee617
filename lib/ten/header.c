#include "ten/header.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ten/json.h"

/* What a tensor without values may claim: nothing in the file stands for it, and many a loop runs over dimensions. */
#define EMPTY_MOST ((uint64_t)1 << 24)

static int
parse_shape(struct tensor *t, uint64_t *bytes, const json_t *shape, struct err *e)
{
	int empty = 0;
	size_t i;

	if (!json_is_array(shape))
		return err_set(e, "tensor '%s' has no shape", t->name);
	if (json_array_size(shape) > TEN_MAXDIM)
		return err_set(e, "tensor '%s' has %zu dimensions, at most %d are supported", t->name,
		               json_array_size(shape), TEN_MAXDIM);
	*bytes = ten_dtype_size(t->dtype);
	t->ndim = (int)json_array_size(shape);
	for (i = 0; i < json_array_size(shape); i++) {
		const json_t *d = json_array_get(shape, i);

		if (!json_is_integer(d) || json_integer_value(d) < 0)
			return err_set(e, "tensor '%s': dimension %zu is not a whole number", t->name, i);
		t->dim[i] = json_integer_value(d);
	}
	for (i = 0; i < json_array_size(shape); i++)
		if (t->dim[i] == 0)
			empty = 1;
		else if (__builtin_mul_overflow(*bytes, (uint64_t)t->dim[i], bytes) || *bytes > INT64_MAX)
			return err_set(e, "tensor '%s': shape overflows", t->name);
	if (empty && *bytes > EMPTY_MOST * ten_dtype_size(t->dtype))
		return err_set(e, "tensor '%s' has no values, but dimensions for more than %llu", t->name,
		               (unsigned long long)EMPTY_MOST);
	if (empty)
		*bytes = 0;
	return 0;
}

static int
parse_offsets(uint64_t *begin, uint64_t *end, const json_t *offsets, const char *name, struct err *e)
{
	const json_t *b = json_array_get(offsets, 0), *f = json_array_get(offsets, 1);

	if (json_array_size(offsets) != 2 || !json_is_integer(b) || !json_is_integer(f) ||
	    json_integer_value(b) < 0 || json_integer_value(f) < json_integer_value(b))
		return err_set(e, "tensor '%s': bad data_offsets", name);
	*begin = (uint64_t)json_integer_value(b);
	*end = (uint64_t)json_integer_value(f);
	return 0;
}

static int
parse_tensor(struct tensor *t, uint64_t *begin, const char *name, const json_t *entry, struct err *e)
{
	const char *dtype = json_string_value(json_object_get(entry, "dtype"));
	uint64_t end, bytes;
	int d;

	t->name = mem_strdup(name);
	if (!json_is_object(entry) || json_object_size(entry) != 3)
		return err_set(e, "tensor '%s': expected exactly dtype, shape and data_offsets", name);
	if (!dtype)
		return err_set(e, "tensor '%s' has no dtype", name);
	d = ten_dtype_parse(dtype);
	if (d < 0)
		return err_set(e, "tensor '%s': unsupported dtype '%.32s'", name, dtype);
	t->dtype = (enum ten_dtype)d;
	if (parse_shape(t, &bytes, json_object_get(entry, "shape"), e) ||
	    parse_offsets(begin, &end, json_object_get(entry, "data_offsets"), name, e))
		return -1;
	if (end - *begin != bytes)
		return err_set(e, "tensor '%s': shape needs %llu bytes, data_offsets span %llu", name,
		               (unsigned long long)bytes, (unsigned long long)(end - *begin));
	return 0;
}

static int
parse_meta(struct meta *m, json_t *object, struct err *e)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return err_set(e, "__metadata__ is not an object");
	m->item = mem_array(json_object_size(object), sizeof *m->item);
	json_object_foreach(object, key, value) {
		if (!json_is_string(value))
			return err_set(e, "metadata '%s' is not a string", key);
		m->item[m->n].key = mem_strdup(key);
		m->item[m->n++].value = mem_strdup(json_string_value(value));
	}
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct meta_item *)a)->key, ((const struct meta_item *)b)->key);
}

struct span {
	uint64_t begin, bytes;
	const char *name;
};

static int
by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->bytes > y->bytes) - (x->bytes < y->bytes); /* empty tensors first */
}

static int
check_tiling(uint64_t *total, const struct record *r, const uint64_t *begin, struct err *e)
{
	struct span *s = mem_array((size_t)r->n, sizeof *s);
	uint64_t at = 0;
	int i, rc = 0;

	for (i = 0; i < r->n; i++)
		s[i] = (struct span){ begin[i], tensor_bytes(&r->t[i]), r->t[i].name };
	qsort(s, (size_t)r->n, sizeof *s, by_begin);
	for (i = 0; i < r->n && !rc; i++) {
		if (s[i].begin != at)
			rc = err_set(e, "tensor '%s': data begins at %llu, expected %llu (%s)", s[i].name,
			             (unsigned long long)s[i].begin, (unsigned long long)at,
			             s[i].begin < at ? "tensors overlap" : "a gap between tensors");
		else if (__builtin_add_overflow(at, s[i].bytes, &at) || at > INT64_MAX)
			rc = err_set(e, "tensor '%s': data section overflows", s[i].name);
	}
	*total = at;
	free(s);
	return rc;
}

static int
parse_object(struct record *r, uint64_t *begin, json_t *root, struct err *e)
{
	const char *key;
	json_t *value;

	json_object_foreach(root, key, value) {
		if (!strcmp(key, "__metadata__")) {
			if (parse_meta(&r->meta, value, e))
				return -1;
		} else {
			r->n++;
			if (parse_tensor(&r->t[r->n - 1], &begin[r->n - 1], key, value, e))
				return -1;
		}
	}
	if (r->meta.n)
		qsort(r->meta.item, (size_t)r->meta.n, sizeof *r->meta.item, by_key);
	return 0;
}

int
header_parse(struct record *r, uint64_t **data_offset, uint64_t *total, const char *text, size_t len, struct err *e)
{
	json_error_t why;
	json_t *root;
	int rc;

	if (len == 0 || text[0] != '{')
		return err_set(e, "header does not begin with '{' (not a tensor stream?)");
	json_start();
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return err_set(e, "header is not valid JSON: %s at byte %d", why.text, why.position);
	r->t = mem_array(json_object_size(root), sizeof *r->t);
	*data_offset = mem_array(json_object_size(root), sizeof **data_offset);
	rc = parse_object(r, *data_offset, root, e);
	json_decref(root);
	if (!rc)
		rc = check_tiling(total, r, *data_offset, e);
	return rc;
}

int
frame_take(struct frame *f, struct meta *m, int64_t expected, struct err *e)
{
	const char *eos = meta_get(m, "eos"), *crc = meta_get(m, "crc32");
	int64_t seq;
	char *end;

	memset(f, 0, sizeof *f);
	f->numbered = meta_int(m, "seq", &seq, 0, INT64_MAX, e);
	if (f->numbered < 0)
		return -1;
	if (f->numbered && seq != expected)
		return err_set(e, "record number is %lld, expected %lld (records lost?)", (long long)seq,
		               (long long)expected);
	if (!f->numbered && (expected > 0 || eos))
		return err_set(e, "no record number (seq)");
	if (eos && strcmp(eos, "1"))
		return err_set(e, "metadata 'eos' is '%s', expected '1'", eos);
	if (crc) {
		f->has_crc = 1;
		f->crc = (uint32_t)strtoul(crc, &end, 16);
		if (strspn(crc, "0123456789abcdefABCDEF") != 8 || *end)
			return err_set(e, "metadata 'crc32' is '%s', expected 8 hexadecimal digits", crc);
	}
	f->last = eos || !f->numbered;
	meta_unset(m, "seq");
	meta_unset(m, "crc32");
	meta_unset(m, "eos");
	return 0;
}

int
frame_check(const struct frame *f, uint32_t crc, struct err *e)
{
	if (f->has_crc && crc != f->crc)
		return err_set(e, "checksum is %08x, expected %08x (data damaged)", (unsigned)crc, (unsigned)f->crc);
	return 0;
}

static int
precedes(const struct tensor *a, const struct tensor *b)
{
	size_t x = ten_dtype_size(a->dtype), y = ten_dtype_size(b->dtype);

	return x != y ? x > y : strcmp(a->name, b->name) < 0;
}

static int
by_layout(const void *a, const void *b)
{
	const struct tensor *const *x = a, *const *y = b;

	return precedes(*x, *y) ? -1 : precedes(*y, *x);
}

void
header_order(int *order, const struct record *r)
{
	const struct tensor **t = mem_array((size_t)r->n, sizeof *t);
	int i;

	for (i = 0; i < r->n; i++)
		t[i] = &r->t[i];
	qsort(t, (size_t)r->n, sizeof *t, by_layout);
	for (i = 0; i < r->n; i++)
		order[i] = (int)(t[i] - r->t);
	free(t);
}

/* File names may hold any bytes, JSON only UTF-8: others become '?'. */
static json_t *
text_value(const char *text)
{
	json_t *s = json_string(text);
	char *copy, *p;

	if (s)
		return s;
	copy = mem_strdup(text);
	for (p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	s = json_string(copy);
	free(copy);
	return s;
}

static json_t *
meta_object(const struct meta *m, int64_t seq, uint32_t crc, int eos)
{
	json_t *o = json_object();
	char buf[32];
	int i;

	for (i = 0; i < m->n; i++)
		if (json_object_set_new(o, m->item[i].key, text_value(m->item[i].value)))
			BUG("metadata key '%s' is not UTF-8", m->item[i].key);
	snprintf(buf, sizeof buf, "%lld", (long long)seq);
	json_object_set_new(o, "seq", json_string(buf));
	snprintf(buf, sizeof buf, "%08x", (unsigned)crc);
	json_object_set_new(o, "crc32", json_string(buf));
	if (eos)
		json_object_set_new(o, "eos", json_string("1"));
	else
		json_object_del(o, "eos");
	return o;
}

static json_t *
tensor_object(const struct tensor *t, uint64_t at)
{
	json_t *shape = json_array();
	int i;

	for (i = 0; i < t->ndim; i++)
		json_array_append_new(shape, json_integer(t->dim[i]));
	return json_pack("{s:s, s:o, s:[I,I]}", "dtype", ten_dtype_name(t->dtype), "shape", shape, "data_offsets",
	                 (json_int_t)at, (json_int_t)at + (json_int_t)tensor_bytes(t));
}

char *
header_format(size_t *len, const struct record *r, const int *order, uint64_t before, int64_t seq, uint32_t crc,
              int eos)
{
	json_t *root;
	uint64_t at = 0;
	size_t n, up;
	char *text, *padded;
	int i;

	json_start();
	root = json_object();
	json_object_set_new(root, "__metadata__", meta_object(&r->meta, seq, crc, eos));
	for (i = 0; i < r->n; i++) {
		const struct tensor *t = &r->t[order[i]];

		if (json_object_set_new(root, t->name, tensor_object(t, at)))
			BUG("tensor name '%s' is not UTF-8", t->name);
		at += tensor_bytes(t);
	}
	text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(root);
	if (!text)
		BUG("a record header that cannot be written");
	n = strlen(text);
	up = n + (size_t)(-(before + 8 + n) & 63);
	padded = mem_alloc(up + 1);
	memset(padded, ' ', up);
	memcpy(padded, text, n);
	free(text);
	*len = up;
	return padded;
}
