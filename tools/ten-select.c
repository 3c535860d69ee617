/* ten-select - choose, shuffle and repeat the samples of a tensor stream */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ten/samples.h"
#include "ten/where.h"
#include "shared/tool.h"

#define MAX_SAMPLES ((uint64_t)1 << 28) /* a file can claim any number without holding a byte for it */

static const char *where_text, *split_text, *by;
static double ratio = NAN, range[2] = { NAN, NAN };
static int count, shuffle, oversample;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'w', "where", OPT_TEXT, &where_text, "COND", "records with this metadata: KEY=VALUE,...;KEY!=VALUE,...", 0, 0,
	  "all" },
	{ 0, "range", OPT_PAIR, &range, "FROM,TO", "samples FROM to TO-1, counted from 0", 0, 1e15, "all" },
	{ 0, "split", OPT_TEXT, &split_text, "K/N", "the K-th of N parts of equal size, in order", 0, 0, "all" },
	{ 'r', "ratio", OPT_REAL, &ratio, "R", "a random subset, R times as many samples", 0, 1, "all" },
	{ 'n', "count", OPT_INT, &count, "N", "a random subset of N samples, 0 for all", 0, 2147483647, "" },
	{ 0, "by", OPT_TEXT, &by, "KEY", "--ratio and --count are of values of this metadata, with all their samples", 0,
	  0, "" },
	{ 0, "shuffle", OPT_FLAG, &shuffle, NULL, "in random order", 0, 0, "" },
	{ 0, "oversample", OPT_INT, &oversample, "N", "repeat all until there are N samples, 0 for once", 0, 2147483647,
	  "" },
	OPT_END
};

static struct where where;
static long part, parts; /* --split */

static void
check_options(void)
{
	struct err e;
	char rest;

	if (where_parse(&where, where_text, &e))
		die("--where '%s': %s", where_text, e.msg);
	if (split_text && (sscanf(split_text, "%ld/%ld%c", &part, &parts, &rest) != 2 || part < 1 || part > parts ||
	                   parts > 1000000000))
		die("--split: '%s' is not of the form K/N with K from 1 to N", split_text);
	if (!isnan(range[0]) && (range[0] != floor(range[0]) || range[1] != floor(range[1])))
		die("--range: %.10g,%.10g are not whole numbers", range[0], range[1]);
	if (split_text && !isnan(range[0]))
		die("--split and --range exclude each other");
	if (!isnan(ratio) && count)
		die("--ratio and --count exclude each other");
	if (by && isnan(ratio) && !count)
		die("--by is for --ratio or --count");
	if (by && (split_text || !isnan(range[0])))
		die("--by excludes --split and --range");
}

/* floor(n * k / parts) without overflow */
static uint64_t
share(uint64_t n, uint64_t k)
{
	return n / (uint64_t)parts * k + n % (uint64_t)parts * k / (uint64_t)parts;
}

/* --range or --split of n samples: *from..*to-1. */
static void
part_of(uint64_t n, uint64_t *from, uint64_t *to, const char *name)
{
	*from = 0;
	*to = n;
	if (split_text) {
		*from = share(n, (uint64_t)part - 1);
		*to = share(n, (uint64_t)part);
	} else if (!isnan(range[0])) {
		*from = (uint64_t)range[0];
		*to = (uint64_t)range[1];
		if (*to > n)
			die("%s: --range to %" PRIu64 ", but there are only %" PRIu64 " samples", name, *to, n);
	}
}

/* How many of n --ratio or --count asks for: the nearest whole number, at least one. */
static uint64_t
subset_size(uint64_t n, const char *name)
{
	const char *what = by ? by : "sample";
	uint64_t k = n;

	if (count)
		k = (uint64_t)count;
	else if (!isnan(ratio))
		k = (uint64_t)floor(ratio * (double)n + 0.5);
	if (k > n)
		die("%s: --count %" PRIu64 ", but there are only %" PRIu64 " %ss", name, k, n, what);
	return k || n == 0 || ratio == 0 ? k : 1;
}

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The samples that --range, --split, --ratio and --count choose of n, in order; returns how many. A random
 * subset is the beginning of a permutation that the seed alone decides, so a small one is part of any larger. */
static uint64_t
choose(uint64_t **list, uint64_t n, const char *name)
{
	struct rng rng = rng_at(opt_common.seed, RNG_SELECT, 0, 0);
	uint64_t from, to, i, k;

	part_of(n, &from, &to, name);
	k = subset_size(to - from, name);
	if (k == 0)
		die("%s: nothing is selected", name);
	if (to - from > MAX_SAMPLES)
		die("%s: %" PRIu64 " samples are more than the %" PRIu64 " that can be listed", name, to - from,
		    MAX_SAMPLES);
	*list = mem_array(to - from, sizeof **list);
	if (k < to - from)
		rng_permutation(&rng, *list, to - from);
	for (i = 0; i < to - from; i++)
		(*list)[i] = from + (k < to - from ? (*list)[i] : i);
	qsort(*list, k, sizeof **list, ascending);
	return k;
}

/* The order to write: each round through the list is shuffled on its own. Replaces *list. */
static uint64_t
repeat_and_shuffle(uint64_t **list, uint64_t k)
{
	uint64_t total = (uint64_t)oversample > k ? (uint64_t)oversample : k, at, i;
	uint64_t *order = mem_array(total, sizeof *order), *perm = mem_array(k, sizeof *perm);

	for (at = 0; at < total; at++) {
		struct rng rng = rng_at(opt_common.seed, RNG_SHUFFLE, (uint32_t)(at / k), 0);

		if (shuffle && at % k == 0)
			rng_permutation(&rng, perm, k);
		i = at % k;
		order[at] = (*list)[shuffle ? perm[i] : i];
	}
	free(perm);
	free(*list);
	*list = order;
	return total;
}

static void
refuse_epochs(const struct meta *m, const char *name)
{
	struct err e;
	int64_t epochs;
	int rc = meta_int(m, "epochs", &epochs, 1, INT64_MAX, &e);

	if (rc < 0)
		die("%s: %s", name, e.msg);
	if (rc && epochs > 1)
		die("%s: has %" PRId64 " epochs; select samples before epochs are made of them", name, epochs);
}

/* Writes samples from..from+n-1 of r as one record, number `at` of `total` (0: unknown) samples written. */
static void
put(struct ten_writer *out, const struct record *r, int64_t from, int64_t n, uint64_t at, uint64_t total)
{
	struct record piece = { 0 };

	samples_slice(&piece, r, from, n);
	meta_setf(&piece.meta, "first", "%" PRIu64, at);
	if (total)
		meta_setf(&piece.meta, "samples", "%" PRIu64, total);
	else
		meta_unset(&piece.meta, "samples");
	out_write(out, &piece);
	record_free(&piece);
}

/* --- a file: two passes --- */

/* Where the matching records' samples begin when all are counted through; start[*n] is the total. */
static uint64_t *
index_samples(struct ten_map *m, int **record, int *n)
{
	uint64_t *start = mem_array((size_t)m->n + 1, sizeof *start);
	struct err e;
	int i;

	*record = mem_array((size_t)m->n + 1, sizeof **record);
	for (*n = i = 0; i < m->n; i++) {
		const struct record *r = ten_map_record(m, i, &e); /* damage in what is left out is damage too */
		int64_t k;

		if (!r)
			die("%s", e.msg);
		refuse_epochs(&r->meta, m->name);
		if (!where_match(&where, &r->meta))
			continue;
		k = samples_count(r, &e);
		if (k < 0)
			die("%s record %d at byte %" PRIu64 ": %s", m->name, i, r->offset, e.msg);
		start[*n + 1] = start[*n] + (uint64_t)k;
		(*record)[(*n)++] = i;
	}
	return start;
}

/* The place i with start[i] <= x < start[i+1]. */
static int
find_start(const uint64_t *start, int n, uint64_t x)
{
	int lo = 0, hi = n;

	while (hi - lo > 1) {
		int mid = (lo + hi) / 2;

		if (start[mid] <= x)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* --by: number the values of that metadata in order of appearance; group[i] is that of record[i]. */
static uint64_t
number_groups(int *group, struct ten_map *m, const int *record, int n)
{
	const char **value = mem_array((size_t)n, sizeof *value), *v;
	int groups = 0, i, k;

	for (i = 0; i < n; i++) {
		v = meta_get(&m->entry[record[i]].rec.meta, by);
		if (!v)
			die("%s record %d: no metadata '%s' to select by", m->name, record[i], by);
		for (k = groups - 1; k >= 0 && strcmp(value[k], v); k--) /* mostly that of the record before */
			;
		if (k < 0)
			value[k = groups++] = v;
		group[i] = k;
	}
	free(value);
	return (uint64_t)groups;
}

/* All samples of the values that --ratio and --count choose, in order. */
static uint64_t
choose_groups(uint64_t **list, struct ten_map *m, const int *record, const uint64_t *start, int n)
{
	int *group = mem_array((size_t)n, sizeof *group), i;
	uint64_t groups = number_groups(group, m, record, n), *chosen, k, total = 0, x;
	char *keep = mem_alloc(groups);

	for (k = choose(&chosen, groups, m->name); k > 0; k--)
		keep[chosen[k - 1]] = 1;
	*list = mem_array(start[n], sizeof **list);
	for (i = 0; i < n; i++)
		for (x = start[i]; x < start[i + 1] && keep[group[i]]; x++)
			(*list)[total++] = x;
	free(group);
	free(chosen);
	free(keep);
	return total;
}

static void
select_mapped(struct ten_writer *out, struct ten_map *m)
{
	int *record, n;
	uint64_t *start = index_samples(m, &record, &n), *list, total, at, run;
	struct err e;

	if (start[n] == 0)
		die("%s: no sample %s", m->name, where_text ? "matches" : "to select from");
	total = by ? choose_groups(&list, m, record, start, n) : choose(&list, start[n], m->name);
	if (total == 0)
		die("%s: nothing is selected", m->name);
	total = repeat_and_shuffle(&list, total);
	for (at = 0; at < total; at += run) {
		int i = find_start(start, n, list[at]);
		const struct record *r = ten_map_record(m, record[i], &e);

		if (!r)
			die("%s", e.msg);
		for (run = 1; at + run < total && list[at + run] == list[at] + run && list[at + run] < start[i + 1]; run++)
			;
		put(out, r, (int64_t)(list[at] - start[i]), (int64_t)run, at, total);
	}
	free(list);
	free(start);
	free(record);
}

/* --- a pipe: what can be done in order --- */

struct passage {
	uint64_t n;          /* samples that the stream says it has; 0: unknown */
	uint64_t *list, k;   /* chosen ones in order; NULL: all from..to-1 */
	uint64_t from, to;
	uint64_t seen, written, total;
};

static int
needs_count(void)
{
	return split_text || !isnan(ratio) || count;
}

/* Decides from the first record what will be written. */
static void
plan(struct passage *p, const struct ten_reader *in, const struct record *r)
{
	struct err e;
	int64_t n = 0;

	if (shuffle || oversample || by)
		die("%s is a pipe: --shuffle, --oversample and --by need a file", in->name);
	if (needs_count() && where_text)
		die("%s is a pipe: with --where, --split, --ratio and --count need a file", in->name);
	if (meta_int(&r->meta, "samples", &n, 1, INT64_MAX / 16, &e) < 0)
		in_die(in, r, "%s", e.msg);
	if (needs_count() && !n)
		die("%s is a pipe and does not say how many samples it has: --split, --ratio and --count need a file",
		    in->name);
	p->n = where_text ? 0 : (uint64_t)n;
	p->to = UINT64_MAX;
	if (!isnan(range[0]))
		part_of(p->n ? p->n : UINT64_MAX, &p->from, &p->to, in->name);
	if (needs_count())
		p->total = p->k = choose(&p->list, p->n, in->name);
	else
		p->total = p->to < UINT64_MAX ? p->to - p->from : p->n;
}

static int
is_chosen(const struct passage *p, uint64_t x)
{
	return p->list ? p->written < p->k && p->list[p->written] == x : x >= p->from && x < p->to;
}

static void
pass_record(struct passage *p, struct ten_writer *out, const struct ten_reader *in, const struct record *r)
{
	struct err e;
	int64_t n = samples_count(r, &e), i, run;

	if (n < 0)
		in_die(in, r, "%s", e.msg);
	for (i = 0; i < n; i += run ? run : 1) {
		uint64_t at = p->written;

		for (run = 0; i + run < n && is_chosen(p, p->seen + (uint64_t)(i + run)); run++)
			p->written++;
		if (run)
			put(out, r, i, run, at, p->total);
	}
	p->seen += (uint64_t)n;
}

static void
select_passing(struct ten_writer *out, const char *path)
{
	struct passage p = { 0 };
	struct record r = { 0 };
	struct ten_reader in;
	int planned = 0;

	in_open(&in, path);
	while (in_read(&in, &r)) {
		refuse_epochs(&r.meta, in.name);
		if (!planned++)
			plan(&p, &in, &r);
		if (where_match(&where, &r.meta))
			pass_record(&p, out, &in, &r);
	}
	if (p.n && p.seen != p.n)
		die("%s: has %" PRIu64 " samples, its metadata say %" PRIu64, in.name, p.seen, p.n);
	if (p.to < UINT64_MAX && p.seen < p.to)
		die("%s: --range to %" PRIu64 ", but there are only %" PRIu64 " samples", in.name, p.to, p.seen);
	if (!p.written)
		die("%s: no sample %s", in.name, where_text ? "matches" : "is selected");
	free(p.list);
	record_free(&r);
	in_close(&in);
}

int
main(int argc, char *argv[])
{
	struct ten_writer out;
	struct ten_map m;
	struct err e;
	int rc, n;

	n = opt_parse(argc, &argv, opts, "[file]", "choose, shuffle and repeat the samples of a tensor stream", 0, 1);
	check_options();
	rc = ten_map(&m, n ? argv[0] : NULL, &e);
	if (rc < 0)
		die("%s", e.msg);
	out_open(&out);
	if (rc)
		select_passing(&out, n ? argv[0] : NULL);
	else
		select_mapped(&out, &m);
	if (!rc)
		ten_unmap(&m);
	where_free(&where);
	out_close(&out);
	return 0;
}
