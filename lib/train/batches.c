#include "train/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
check_tensor(const struct batch_tensor *want, const struct record *r, const char *lead, struct err *e)
{
	const struct tensor *t = record_find(r, want->name);
	char have[TENSOR_SHAPE_LEN];

	if (!t)
		return err_set(e, "no tensor '%s'", want->name);
	if (t->ndim != want->ndim)
		return err_set(e, "'%s' is %s, expected %d dimensions", want->name, tensor_shape(have, t), want->ndim);
	if (want->dtype != TEN_F32 && t->dtype != want->dtype)
		return err_set(e, "'%s' is %s, expected %s", want->name, ten_dtype_name(t->dtype),
		               ten_dtype_name(want->dtype));
	if (want->data && memcmp(t->dim + 1, want->dim + 1, (size_t)(t->ndim - 1) * sizeof *t->dim))
		return err_set(e, "'%s' is %s, the first record had another shape", want->name, tensor_shape(have, t));
	if (t->dim[0] != record_samples(r, lead))
		return err_set(e, "'%s' and '%s' differ in their number of samples", want->name, lead);
	return 0;
}

/* The first record decides the shapes, so that is when memory for them is taken. */
static int
check_record(void *ctx, const struct record *r, struct err *e)
{
	struct batches *b = ctx;
	int i;

	for (i = 0; i < b->n; i++) {
		struct batch_tensor *t = &b->t[i];

		if (check_tensor(t, r, b->t[0].name, e))
			return -1;
		if (t->data)
			continue;
		memcpy(t->dim, record_find(r, t->name)->dim, sizeof t->dim);
		t->dim[0] = b->size;
		t->size = tensor_stride0(record_find(r, t->name));
		if (t->size < 1 || t->size > INT32_MAX)
			return err_set(e, "'%s': %lld values in a sample", t->name, (long long)t->size);
		t->data = mem_aligned((size_t)b->size * (size_t)t->size * ten_dtype_size(t->dtype));
	}
	return 0;
}

int
batches_open(struct batches *b, const char *path, int size, const struct batch_tensor *t, int n, struct err *e)
{
	struct feed_opt opt = { .tensor = t[0].name, .epochs = 1, .batch = size, .check = check_record, .ctx = b };

	memset(b, 0, sizeof *b);
	b->size = size;
	b->n = n;
	memcpy(b->t, t, (size_t)n * sizeof *t);
	if (feed_open(&b->feed, path, &opt, e))
		return -1;
	b->epochs = (int64_t)b->feed.epochs;
	b->steps_per_epoch = (int64_t)(b->feed.count / (uint64_t)size);
	b->steps = b->steps_per_epoch * b->epochs;
	if (!b->t[0].data)
		err_set(e, "%s: no samples", feed_name(&b->feed));
	else if (b->feed.count && !b->steps)
		err_set(e, "%s: an epoch has %llu samples, fewer than a batch of %d", feed_name(&b->feed),
		        (unsigned long long)b->feed.count, size);
	else
		return 0;
	batches_close(b);
	return -1;
}

static void
copy_sample(struct batches *b, int to, const struct sample *s)
{
	int i;

	for (i = 0; i < b->n; i++) {
		struct batch_tensor *t = &b->t[i];
		const struct tensor *from = record_find(s->rec, t->name);
		size_t bytes = (size_t)t->size * ten_dtype_size(t->dtype);

		if (t->dtype == TEN_F32)
			tensor_to_f32((float *)t->data + to * t->size, from, s->at * t->size, t->size);
		else
			memcpy((char *)t->data + (size_t)to * bytes, (const char *)from->data + (size_t)s->at * bytes, bytes);
	}
}

int
batches_next(struct batches *b, struct err *e)
{
	int i, rc;

	while ((rc = feed_next(&b->feed, e)) > 0) {
		if (b->feed.n < b->size) { /* the end of an epoch */
			b->dropped += b->feed.n;
			continue;
		}
		for (i = 0; i < b->feed.n; i++)
			copy_sample(b, i, &b->feed.sample[i]);
		return 1;
	}
	return rc;
}

const char *
batches_name(const struct batches *b)
{
	return feed_name(&b->feed);
}

void
batches_close(struct batches *b)
{
	int i;

	for (i = 0; i < b->n; i++)
		free(b->t[i].data);
	feed_close(&b->feed);
	memset(b, 0, sizeof *b);
}
