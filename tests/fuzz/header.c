/* header: a record's JSON, which must read the same when written again */
#include "fuzz.h"
#include "ten/header.h"
#include "base/mem.h"

static int
same_tensors(const struct record *a, const struct record *b)
{
	int i;

	for (i = 0; i < a->n; i++) {
		const struct tensor *t = record_find(b, a->t[i].name);

		if (!t || t->dtype != a->t[i].dtype || !tensor_same_shape(t, &a->t[i]))
			return 0;
	}
	return a->n == b->n;
}

static int
same_meta(const struct meta *a, const struct meta *b)
{
	int i;

	for (i = 0; i < a->n; i++)
		if (strcmp(a->item[i].key, b->item[i].key) || strcmp(a->item[i].value, b->item[i].value))
			return 0;
	return a->n == b->n;
}

static void
write_again(const struct record *r, uint64_t total)
{
	int *order = mem_array((size_t)r->n, sizeof *order);
	uint64_t *at = NULL, bytes;
	struct record again = { 0 };
	struct frame f;
	struct err e;
	size_t len;
	char *text;

	header_order(order, r);
	text = header_format(&len, r, order, 1, 7, 0xfedc, 1);
	FUZZ_CHECK((1 + 8 + len) % 64 == 0);
	FUZZ_CHECK(!header_parse(&again, &at, &bytes, text, len, &e) && bytes == total);
	FUZZ_CHECK(!frame_take(&f, &again.meta, 7, &e) && f.last && f.has_crc && f.crc == 0xfedc);
	FUZZ_CHECK(same_tensors(r, &again) && same_meta(&r->meta, &again.meta));
	free(at);
	free(text);
	free(order);
	record_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r = { 0 };
	uint64_t *at = NULL, total;
	struct frame f;
	struct err e = { "" };

	if (header_parse(&r, &at, &total, (const char *)data, size, &e))
		FUZZ_CHECK(*e.msg);
	else if (!frame_take(&f, &r.meta, 0, &e))
		write_again(&r, total);
	free(at);
	record_free(&r);
	return 0;
}
