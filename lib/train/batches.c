#include "train/batches.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
		return err_set(e, "'%s' is %s, the first record had another shape%s", want->name,
		               tensor_shape(have, t), t->ndim == 4 ? " (ssl-augment makes them equal)" : "");
	if (t->dim[0] != record_samples(r, lead))
		return err_set(e, "'%s' and '%s' differ in their number of samples", want->name, lead);
	return 0;
}

/* One network learns from all, and its metadata will say one thing of them. */
static int
check_pixels(struct batches *b, const struct meta *m, struct err *e)
{
	static const char *const keys[] = { "normalize", "grid" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		const char *now = meta_get(m, keys[i]), *before = meta_get(&b->alike, keys[i]);

		if (!b->said && now)
			meta_set(&b->alike, keys[i], now);
		else if (b->said && strcmp(now ? now : "", before ? before : ""))
			return err_set(e, "metadata '%s' is '%.200s', before it was '%.200s'", keys[i], now ? now : "",
			               before ? before : "");
	}
	b->said = 1;
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
	return check_pixels(b, &r->meta, e);
}

static int
open_feed(struct batches *b, const char *path, int size, const struct batch_tensor *t, int n, int strict, struct err *e)
{
	struct feed_opt opt = { .tensor = t[0].name, .epochs = 1, .batch = size, .strict = strict, .check = check_record,
		                .ctx = b };

	memset(b, 0, sizeof *b);
	b->size = size;
	b->n = n;
	memcpy(b->t, t, (size_t)n * sizeof *t);
	return feed_open(&b->feed, path, &opt, e);
}

static int
reckon(struct batches *b, struct err *e)
{
	b->epochs = (int64_t)b->feed.epochs;
	b->steps_per_epoch = (int64_t)(b->feed.count / (uint64_t)b->size);
	b->steps = b->steps_per_epoch * b->epochs;
	if (!b->t[0].data)
		return err_set(e, "%s: no samples", feed_name(&b->feed));
	if (b->feed.count && !b->steps)
		return err_set(e, "%s: an epoch has %" PRIu64 " samples, fewer than a batch of %d (--batch)", feed_name(&b->feed),
		               b->feed.count, b->size);
	return 0;
}

int
batches_open(struct batches *b, const char *path, int size, const struct batch_tensor *t, int n, struct err *e)
{
	if (open_feed(b, path, size, t, n, 0, e))
		return -1;
	if (!reckon(b, e))
		return 0;
	batches_close(b);
	return -1;
}

/* --- going on --- */

/* The shapes of before, which the stream's, if there are samples, must have. */
static int
take_shapes(struct batches *b, const struct meta *place, struct err *e)
{
	int i, d;

	for (i = 0; i < b->n; i++) {
		struct batch_tensor *t = &b->t[i];
		int64_t dim[TEN_MAXDIM] = { 0 }, size = 1;

		if (place_load_shape(dim, t->ndim, place, i, e))
			return -1;
		if (dim[0] != b->size)
			return err_set(e, "--batch was %" PRId64, dim[0]);
		for (d = 1; d < t->ndim; d++)
			if (__builtin_mul_overflow(size, dim[d], &size) || size > INT32_MAX)
				return err_set(e, "place.shape.%d: impossible size", i);
		if (t->data && memcmp(dim, t->dim, (size_t)t->ndim * sizeof *dim))
			return err_set(e, "%s: '%s' has another shape than before", batches_name(b), t->name);
		if (t->data)
			continue;
		memcpy(t->dim, dim, sizeof dim);
		t->size = size;
		t->data = mem_aligned((size_t)b->size * (size_t)size * ten_dtype_size(t->dtype));
	}
	return 0;
}

/* A pipe that is over: its only record says nothing, so that lengths come from before. */
static int
expect_end(struct batches *b, const struct place *p, struct err *e)
{
	int64_t samples = 0, epochs = 1;

	if (meta_int(&p->stream, "samples", &samples, 0, INT64_MAX, e) < 0 ||
	    meta_int(&p->stream, "epochs", &epochs, 1, UINT32_MAX, e) < 0)
		return -1;
	if ((uint64_t)(samples * epochs) > p->seen)
		return err_set(e, "%s: no samples, expected it to go on with sample %" PRIu64 " of epoch %" PRIu64,
		               batches_name(b), p->first, p->epoch);
	b->feed.count = (uint64_t)samples;
	b->feed.epochs = (uint64_t)epochs;
	return 0;
}

static int
is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* A pipe must begin at p. An epoch that is over may have had no more samples than were read. */
static int
expect_place(struct batches *b, const struct place *p, struct err *e)
{
	struct feed *f = &b->feed;
	int over = !f->count || p->first == f->count;

	if (f->held_epoch == p->epoch && f->base == p->first)
		return 0;
	if (over && f->held_epoch == p->epoch + 1 && f->base == 0)
		return 0;
	if (f->held_epoch == 0 && f->base == 0 && is_regular(f->in.fd))
		return feed_skip(f, p->seen, e);
	return err_set(e, "%s begins with sample %" PRIu64 " of epoch %" PRIu64 ", training has come to sample %" PRIu64
	               " of epoch %" PRIu64 " (ssl-augment --resume begins there, or --skip %" PRIu64 ")", batches_name(b),
	               f->base, f->held_epoch, p->first, p->epoch, p->seen);
}

static int
go_to(struct batches *b, const struct place *p, struct err *e)
{
	if (!b->feed.mapped && !b->feed.holding)
		return expect_end(b, p, e);
	if (place_same_stream(&p->stream, &b->feed.meta, e))
		return err_prefix(e, "%s is another stream than the one before", batches_name(b));
	return b->feed.mapped ? feed_skip(&b->feed, p->seen, e) : expect_place(b, p, e);
}

static int
go_on(struct batches *b, const struct meta *place, struct err *e)
{
	struct place p = { 0 };
	int rc = place_load(&p, place, e) || take_shapes(b, place, e) || go_to(b, &p, e) ? -1 : 0;

	if (!rc) {
		meta_copy(&b->feed.meta, &p.stream);
		b->place = p;
		b->seen = p.seen;
		b->dropped = p.dropped;
	}
	meta_free(&p.stream);
	b->place.stream = (struct meta){ 0 };
	return rc;
}

int
batches_resume(struct batches *b, const char *path, int size, const struct batch_tensor *t, int n,
               const struct meta *place, struct err *e)
{
	int rc;

	if (open_feed(b, path, size, t, n, 1, e))
		return -1;
	if (place)
		rc = go_on(b, place, e);
	else if (b->feed.held_epoch || b->feed.base)
		rc = err_set(e, "%s begins with sample %" PRIu64 " of epoch %" PRIu64 ", but there is no checkpoint to go on from",
		             batches_name(b), b->feed.base, b->feed.held_epoch);
	else
		rc = 0;
	if (!rc && !reckon(b, e))
		return 0;
	batches_close(b);
	return -1;
}

void
batches_save(struct meta *m, const struct batches *b)
{
	struct place p = b->place;
	int i;

	p.stream = b->feed.meta;
	place_save(m, &p);
	for (i = 0; i < b->n; i++)
		place_save_shape(m, i, b->t[i].dim, b->t[i].ndim);
}

/* --- reading --- */

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
		b->seen += (uint64_t)b->feed.n;
		if (b->feed.n < b->size) { /* the end of an epoch */
			b->dropped += b->feed.n;
			continue;
		}
		for (i = 0; i < b->feed.n; i++)
			copy_sample(b, i, &b->feed.sample[i]);
		b->place = (struct place){ .epoch = b->feed.epoch, .first = b->feed.first + (uint64_t)b->size,
			                   .seen = b->seen, .dropped = b->dropped };
		return 1;
	}
	return rc;
}

size_t
batches_bytes(const struct batches *b)
{
	size_t bytes = 0;
	int i;

	for (i = 0; i < b->n; i++)
		bytes += (size_t)b->size * (size_t)b->t[i].size * ten_dtype_size(b->t[i].dtype);
	return 3 * bytes; /* the batch, the record read, and the one before where they don't agree */
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
	meta_free(&b->alike);
	memset(b, 0, sizeof *b);
}
