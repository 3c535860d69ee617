/* ten-cat - join tensor streams */
#include <inttypes.h>
#include <sys/stat.h>

#include "shared/tool.h"
#include "ten/samples.h"

static const struct opt opts[] = {
	OPT_COMMON,
	OPT_END
};

/* What records say of the epoch that they belong to, when streams of one epoch each become a stream of one epoch */
struct joint {
	int64_t samples; /* 0: unknown */
	int64_t first;
};

static int64_t
said(const struct ten_reader *in, const struct record *r, const char *key, int64_t otherwise)
{
	struct err e;
	int64_t n = otherwise;

	if (meta_int(&r->meta, key, &n, 0, INT64_MAX / 2, &e) < 0)
		in_die(in, r, "%s", e.msg);
	return n;
}

/* How many samples the first record says the stream has. 0: it does not say, or is not in a file and could not be read
 * again. */
static int64_t
ask(const char *path)
{
	struct ten_reader in;
	struct record r = { 0 };
	struct stat st;
	int64_t n = 0;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	in_open(&in, path);
	if (in_read(&in, &r))
		n = said(&in, &r, "samples", 0);
	record_free(&r);
	in_close(&in);
	return n;
}

static int64_t
ask_all(char **path, int n)
{
	int64_t sum = 0, one;
	int i;

	for (i = 0; i < n; i++, sum += one)
		if (!(one = ask(path[i])) || one > INT64_MAX / 2 - sum)
			return 0;
	return sum;
}

/* Streams that have been cut into epochs already stay as they are: who joins them puts one back together. */
static void
join(struct joint *j, const struct ten_reader *in, struct record *r)
{
	struct err e;
	int64_t n = samples_count(r, &e);

	if (n < 0 || said(in, r, "epochs", 1) > 1)
		return;
	if (meta_get(&r->meta, "first"))
		meta_setf(&r->meta, "first", "%" PRId64, j->first);
	if (j->samples && meta_get(&r->meta, "samples"))
		meta_setf(&r->meta, "samples", "%" PRId64, j->samples);
	else
		meta_unset(&r->meta, "samples");
	j->first += n;
}

int
main(int argc, char *argv[])
{
	struct ten_reader in;
	struct ten_writer out;
	struct record r = { 0 };
	struct joint j = { 0 };
	int i, n;

	n = opt_parse(argc, &argv, opts, "[file ...]", "join tensor streams", 0, -1);
	if (n > 1)
		j.samples = ask_all(argv, n);
	out_open(&out);
	for (i = 0; i < (n ? n : 1); i++) {
		in_open(&in, n ? argv[i] : NULL);
		while (in_read(&in, &r)) {
			if (n > 1) {
				join(&j, &in, &r);
				provenance_source(&r.meta, "from", argv[i]);
			}
			out_write(&out, &r);
		}
		in_close(&in);
	}
	record_free(&r);
	out_close(&out);
	return 0;
}
