#include "ten/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

/* What stands there in place of a tensor that is wanted: the tools with and without views are easily taken for each other. */
static const char *
instead(const struct record *r, const char *wanted)
{
	if (!strcmp(wanted, "image") && record_find(r, "view.1"))
		return ", but views (ssl-augment --views 1 makes none)";
	if (!strcmp(wanted, "view.1") && record_find(r, "image"))
		return ", but images (ssl-augment makes views of them)";
	return "";
}

static int
check_record(const struct feed *s, const char *name, const struct record *r, struct err *e)
{
	const struct tensor *t = record_find(r, s->opt.tensor);
	char shape[TENSOR_SHAPE_LEN];
	int rc = 0;

	if (!t)
		rc = err_set(e, "no tensor '%s'%s", s->opt.tensor, instead(r, s->opt.tensor));
	else if (t->ndim < 1)
		rc = err_set(e, "'%s' has no dimensions", s->opt.tensor);
	else if (t->dim[0] && !tensor_count(t)) /* any number of them would fit into a file */
		rc = err_set(e, "'%s' is %s: samples without values", s->opt.tensor, tensor_shape(shape, t));
	else if (s->opt.check)
		rc = s->opt.check(s->opt.ctx, r, e);
	if (rc)
		err_prefix(e, "%s record %" PRId64 " at byte %" PRIu64, name, r->seq, r->offset);
	return rc;
}

/* --- a file --- */

/* 1: a stream of several epochs, which is read in order. */
static int
holds_epochs(const struct ten_map *m, struct err *e)
{
	int64_t epochs = 1;

	if (m->n && meta_int(&m->entry[0].rec.meta, "epochs", &epochs, 1, UINT32_MAX, e) < 0)
		return err_prefix(e, "%s record 0", m->name);
	return epochs > 1;
}

static int
open_file(struct feed *s, struct err *e)
{
	int i;

	s->mapped = 1;
	s->start = mem_array((size_t)s->map.n + 1, sizeof *s->start);
	for (i = 0; i < s->map.n; i++) {
		const struct record *r = &s->map.entry[i].rec;

		if (check_record(s, s->map.name, r, e))
			return -1;
		s->start[i + 1] = s->start[i] + (uint64_t)record_samples(r, s->opt.tensor);
	}
	s->count = s->start[s->map.n];
	if (s->opt.samples && s->count)
		s->count = s->opt.samples;
	s->epochs = s->opt.epochs;
	s->ordered = UINT64_MAX;
	if (s->start[s->map.n] > SIZE_MAX / sizeof *s->order || s->count > UINT64_MAX / s->epochs)
		return err_set(e, "%s: %" PRIu64 " samples are too many", s->map.name, s->count);
	if (s->map.n)
		meta_copy(&s->meta, &s->map.entry[0].rec.meta);
	return 0;
}

/* The samples that the file has. */
static uint64_t
file_samples(const struct feed *s)
{
	return s->start[s->map.n];
}

static void
put_in_order(struct feed *s, uint64_t epoch, uint64_t round)
{
	struct rng r = rng_at(s->opt.seed, RNG_SHUFFLE, (uint32_t)epoch, round);
	uint64_t n = file_samples(s), which = epoch * ((s->count - 1) / n + 1) + round, i;

	if (s->ordered == which)
		return;
	if (!s->order)
		s->order = mem_array(n, sizeof *s->order);
	if (s->opt.shuffle)
		rng_permutation(&r, s->order, n);
	else
		for (i = 0; i < n; i++)
			s->order[i] = i;
	s->ordered = which;
}

/* The record that holds sample `index`: start[k] <= index < start[k+1]. */
static int
record_of(const struct feed *s, uint64_t index)
{
	int lo = 0, hi = s->map.n - 1;

	while (lo < hi) {
		int mid = lo + (hi - lo + 1) / 2;

		if (s->start[mid] <= index)
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

static int
next_of_file(struct feed *s, struct err *e)
{
	uint64_t place, left, n = file_samples(s);
	int i, k;

	if (!s->count || s->at >= s->count * s->epochs)
		return 0;
	s->epoch = s->at / s->count;
	s->first = place = s->at % s->count;
	left = s->count - place;
	s->n = s->opt.batch - (int)(place % (uint64_t)s->opt.batch);
	s->n = (uint64_t)s->n < left ? s->n : (int)left;
	for (i = 0; i < s->n; i++, place++) {
		uint64_t round = place / n, at;

		put_in_order(s, s->epoch, round);
		at = s->order[place % n];
		k = record_of(s, at);
		s->sample[i] = (struct sample){ ten_map_record(&s->map, k, e), (int64_t)(at - s->start[k]), round * n + at };
		if (!s->sample[i].rec)
			return -1;
	}
	s->at += (uint64_t)s->n;
	return 1;
}

/* --- a pipe --- */

static struct record *
last_held(const struct feed *s)
{
	return s->holding ? s->held[s->holding - 1] : NULL;
}

static int
has_more(const struct feed *s)
{
	return s->holding && s->used < record_samples(last_held(s), s->opt.tensor);
}

/* Lets go of the records whose samples have all been used. */
static void
release(struct feed *s)
{
	int i, keep = has_more(s);

	for (i = 0; i < s->holding - keep; i++) {
		record_free(s->held[i]);
		free(s->held[i]);
	}
	if (keep)
		s->held[0] = last_held(s);
	s->holding = keep;
}

/* Which epoch r belongs to; it can only go forward. */
static int
take_epoch(struct feed *s, const struct record *r, struct err *e)
{
	int64_t epoch = 0;

	if (meta_int(&r->meta, "epoch", &epoch, 0, UINT32_MAX, e) < 0)
		return -1;
	if ((uint64_t)epoch < s->held_epoch)
		return err_set(e, "epoch %" PRId64 " after epoch %" PRIu64, epoch, s->held_epoch);
	if ((uint64_t)epoch >= s->epochs && r->seq > 0)
		return err_set(e, "epoch %" PRId64 ", but the stream was to have %" PRIu64 " (metadata 'epochs')", epoch,
		               s->epochs);
	if ((uint64_t)epoch > s->held_epoch)
		s->base = 0;
	s->held_epoch = (uint64_t)epoch;
	return 0;
}

/* In a strict feed, whether r begins where the samples before it end; `before` is the epoch of these, of which base were
 * read. The first record may begin anywhere. */
static int
check_place(struct feed *s, const struct record *r, uint64_t before, uint64_t read, struct err *e)
{
	int64_t first = (int64_t)s->base;
	int rc = meta_int(&r->meta, "first", &first, 0, INT64_MAX, e);

	if (rc < 0)
		return -1;
	if (r->seq == 0)
		s->base = (uint64_t)first;
	else if (s->held_epoch > before + 1 || (s->held_epoch > before && s->count && read != s->count))
		return err_set(e, "epoch %" PRIu64 " begins after %" PRIu64 " samples of epoch %" PRIu64, s->held_epoch,
		               read, before);
	else if ((uint64_t)first != s->base)
		return err_set(e, "begins with sample %" PRId64 " of epoch %" PRIu64 ", expected sample %" PRIu64, first,
		               s->held_epoch, s->base);
	return 0;
}

/* 1: another record is held; 0: the stream has ended. */
static int
read_one(struct feed *s, struct err *e)
{
	struct record *r = mem_alloc(sizeof *r);
	uint64_t before = s->held_epoch, read;
	int rc = ten_read(&s->in, r, e);

	if (rc < 1) {
		free(r);
		s->ended = rc == 0;
		return rc;
	}
	read = s->base += (uint64_t)s->used;
	s->used = 0;
	s->held = mem_grow(s->held, (size_t)s->holding + 1, sizeof *s->held);
	s->held[s->holding++] = r;
	if (check_record(s, s->in.name, r, e))
		return -1;
	if (take_epoch(s, r, e) || (s->opt.strict && check_place(s, r, before, read, e)))
		return err_prefix(e, "%s record %" PRId64 " at byte %" PRIu64, s->in.name, r->seq, r->offset);
	return 1;
}

/* 1: there is a sample to take; 0: the stream has ended. */
static int
look_ahead(struct feed *s, struct err *e)
{
	int rc;

	while (!has_more(s)) {
		rc = s->ended ? 0 : read_one(s, e);
		if (rc < 1)
			return rc;
	}
	return 1;
}

static int
take(struct feed *s, struct err *e)
{
	uint64_t index = s->base + (uint64_t)s->used;

	if (s->count && index >= s->count)
		return err_set(e, "%s: metadata 'samples' promises %" PRIu64 " in an epoch, there are more (joined streams? "
		               "in a file they would be counted)", s->in.name, s->count);
	s->epoch = s->held_epoch;
	s->sample[s->n++] = (struct sample){ last_held(s), s->used++, index };
	return 0;
}

/* At most `limit` samples, to the next multiple of the batch or the end of the epoch. */
static int
next_of_pipe(struct feed *s, uint64_t limit, struct err *e)
{
	int want, rc, more = 1;

	release(s);
	rc = look_ahead(s, e);
	if (rc < 1)
		return rc;
	s->first = s->base + (uint64_t)s->used;
	want = s->opt.batch - (int)(s->first % (uint64_t)s->opt.batch);
	want = (uint64_t)want < limit ? want : (int)limit;
	do
		rc = take(s, e);
	while (!rc && s->n < want && (more = look_ahead(s, e)) == 1 && s->held_epoch == s->epoch);
	return rc || more < 0 ? -1 : 1;
}

/* The first record says how many epochs and samples are to come. */
static int
open_pipe(struct feed *s, const char *path, struct err *e)
{
	int64_t epochs = 1, count = 0;
	int rc;

	if (ten_open(&s->in, path, e))
		return -1;
	s->epochs = s->opt.epochs;
	rc = read_one(s, e);
	if (rc <= 0)
		return rc;
	meta_copy(&s->meta, &last_held(s)->meta);
	if (meta_int(&s->meta, "epochs", &epochs, 1, UINT32_MAX, e) < 0 ||
	    meta_int(&s->meta, "samples", &count, 0, INT64_MAX, e) < 0)
		return err_prefix(e, "%s record 0", s->in.name);
	s->epochs = (uint64_t)epochs;
	s->count = (uint64_t)count;
	if (s->held_epoch >= s->epochs)
		return err_set(e, "%s record 0: epoch %" PRIu64 " of %" PRIu64, s->in.name, s->held_epoch, s->epochs);
	if (s->opt.samples)
		return err_set(e, "%s is %s: epochs of another number of samples need a file of one epoch", s->in.name,
		               s->epochs > 1 ? "cut into epochs already" : "a pipe");
	if (s->opt.epochs > 1 && s->opt.epochs != s->epochs && s->epochs > 1)
		return err_set(e, "%s holds %" PRIu64 " epochs, %" PRIu32 " were asked for", s->in.name, s->epochs,
		               s->opt.epochs);
	if (s->opt.epochs > 1 && s->epochs == 1)
		return err_set(e, "%s is a pipe and holds one epoch; %" PRIu32 " epochs need a file", s->in.name,
		               s->opt.epochs);
	return 0;
}

/* --- either --- */

int
feed_open(struct feed *s, const char *path, const struct feed_opt *opt, struct err *e)
{
	int rc;

	memset(s, 0, sizeof *s);
	s->opt = *opt;
	if (opt->batch < 1 || opt->epochs < 1)
		BUG("batches of %d, %d epochs", opt->batch, (int)opt->epochs);
	s->sample = mem_array((size_t)opt->batch, sizeof *s->sample);
	rc = ten_map(&s->map, path, e);
	if (!rc) {
		rc = holds_epochs(&s->map, e);
		s->mapped = rc < 0; /* then feed_close has it to let go of */
	}
	if (rc == 0)
		rc = open_file(s, e);
	else if (rc == 1) {
		ten_unmap(&s->map);
		rc = open_pipe(s, path, e);
	}
	if (rc)
		feed_close(s);
	return rc;
}

int
feed_skip(struct feed *s, uint64_t n, struct err *e)
{
	uint64_t left = n;
	int rc;

	if (s->mapped) {
		if (n > s->count * s->epochs)
			return err_set(e, "cannot skip %" PRIu64 " samples of %" PRIu64, n, s->count * s->epochs);
		s->at = n;
		return 0;
	}
	while (left) {
		s->n = 0;
		rc = next_of_pipe(s, left, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return err_set(e, "cannot skip %" PRIu64 " samples of %" PRIu64, n, n - left);
		left -= (uint64_t)s->n;
	}
	return 0;
}

const char *
feed_name(const struct feed *s)
{
	return s->mapped ? s->map.name : s->in.name;
}

int
feed_next(struct feed *s, struct err *e)
{
	s->n = 0;
	return s->mapped ? next_of_file(s, e) : next_of_pipe(s, UINT64_MAX, e);
}

void
feed_close(struct feed *s)
{
	int i;

	if (s->mapped)
		ten_unmap(&s->map);
	else if (s->in.name)
		ten_close(&s->in);
	for (i = 0; i < s->holding; i++) {
		record_free(s->held[i]);
		free(s->held[i]);
	}
	free(s->held);
	free(s->start);
	free(s->order);
	free(s->sample);
	meta_free(&s->meta);
	memset(s, 0, sizeof *s);
}
