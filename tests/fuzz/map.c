/* map: a tensor stream by ten_map, which must say yes and no where ten_read does, and as batches of samples */
#include "fuzz.h"
#include "ten/feed.h"

/* Reads to the end; the number of records, or -1. */
static int
count_read(const char *path)
{
	struct ten_reader in;
	struct record r = { 0 };
	int rc, n = 0;

	FUZZ_CHECK(!ten_open(&in, path, NULL));
	while ((rc = ten_read(&in, &r, NULL)) == 1)
		n++;
	record_free(&r);
	ten_close(&in);
	return rc ? -1 : n;
}

static int
count_mapped(const char *path)
{
	struct ten_map m;
	struct err e = { "" };
	int i, n;

	if (ten_map(&m, path, &e)) {
		FUZZ_CHECK(*e.msg && !strchr(e.msg, '\n'));
		return -1;
	}
	n = m.n;
	for (i = 0; i < m.n && n >= 0; i++) {
		const struct record *r = ten_map_record(&m, i, &e);
		int k;

		if (!r)
			n = -1;
		for (k = 0; r && k < r->n; k++)
			if (tensor_count(&r->t[k]))
				tensor_get(&r->t[k], tensor_count(&r->t[k]) - 1);
	}
	ten_unmap(&m);
	return n;
}

static void
use_batch(const struct feed *s)
{
	int i;

	FUZZ_CHECK(s->n >= 1 && s->n <= s->opt.batch);
	for (i = 0; i < s->n; i++) {
		const struct tensor *t = record_find(s->sample[i].rec, s->opt.tensor);

		FUZZ_CHECK(t && s->sample[i].at >= 0 && s->sample[i].at < t->dim[0]);
		if (tensor_stride0(t))
			tensor_get(t, s->sample[i].at * tensor_stride0(t));
	}
}

static void
feed(const char *path, const struct feed_opt *opt, unsigned skip)
{
	struct feed s;
	struct err e;
	int i;

	if (feed_open(&s, path, opt, &e))
		return;
	if (!skip || !feed_skip(&s, skip, &e))
		for (i = 0; i < 100 && feed_next(&s, &e) == 1; i++)
			use_batch(&s);
	feed_close(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_opt opt = { .tensor = "image", .seed = 1 };
	unsigned skip;
	const char *file;
	char path[FUZZ_PATH];
	int fd;

	opt.batch = 1 + (int)fuzz_choose(&data, &size, 5);
	opt.epochs = 1 + fuzz_choose(&data, &size, 3);
	opt.samples = fuzz_choose(&data, &size, 20);
	opt.shuffle = (int)fuzz_choose(&data, &size, 2);
	skip = fuzz_choose(&data, &size, 4);
	if (size > FUZZ_PIPE)
		return 0;
	file = fuzz_file(data, size);
	FUZZ_CHECK(count_mapped(file) == count_read(file));
	feed(file, &opt, skip);
	fuzz_pipe(path, &fd, data, size);
	feed(path, &opt, skip);
	close(fd);
	return 0;
}
