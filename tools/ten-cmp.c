/* ten-cmp - compare two tensor streams */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ten/command.h"
#include "ten/compare.h"
#include "shared/tool.h"

static double atol_opt, rtol_opt, norm = NAN;
static const char *only;
static int with_meta, by_samples;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'a', "atol", OPT_REAL, &atol_opt, "X", "values may differ by X", 0, 1e300, "" },
	{ 'r', "rtol", OPT_REAL, &rtol_opt, "X", "and by X times the magnitude of the second one's", 0, 1e300, "" },
	{ 0, "relative-norm", OPT_REAL, &norm, "X", "instead: |a-b| of a whole tensor may be X times |b|", 0, 1e300,
	  "each value by itself" },
	{ 't', "tensor", OPT_TEXT, &only, "NAME", "compare this tensor alone", 0, 0, "all" },
	{ 'm', "meta", OPT_FLAG, &with_meta, NULL, "compare metadata too, except the commands", 0, 0, "" },
	{ 0, "samples", OPT_FLAG, &by_samples, NULL, "compare sample by sample, however records divide them", 0, 0, "" },
	OPT_END
};

struct side {
	struct ten_reader in;
	struct record r;
	int more;        /* r is a record: the stream has not ended */
	int64_t at, end; /* --samples: the next sample of r, their number */
};

static char first[1024];     /* what differs first; "": nothing */
static struct compare total;

/* --relative-norm --samples: sums over the whole stream, for each tensor */
static struct named {
	char *name;
	struct compare c;
} *named;
static int n_named;

static void found(const char *fmt, ...) PRINTF(1, 2);

static void
found(const char *fmt, ...)
{
	va_list ap;

	if (*first)
		return;
	va_start(ap, fmt);
	vsnprintf(first, sizeof first, fmt, ap);
	va_end(ap);
}

/* " at (2,0,17,4)", the place of element i; by samples without the first, which is the sample */
static char *
place(char buf[TENSOR_SHAPE_LEN + 8], const struct tensor *t, int64_t i)
{
	struct tensor at = *t;
	char text[TENSOR_SHAPE_LEN];
	int d;

	for (d = t->ndim - 1; d >= 0; d--) {
		at.dim[d] = i % t->dim[d];
		i /= t->dim[d];
	}
	if (by_samples)
		memmove(at.dim, at.dim + 1, (size_t)--at.ndim * sizeof *at.dim);
	buf[0] = '\0';
	if (at.ndim) {
		tensor_shape(text, &at);
		snprintf(buf, TENSOR_SHAPE_LEN + 8, " at (%.*s)", (int)strlen(text) - 2, text + 1);
	}
	return buf;
}

static void
judge_norm(const char *where, const char *name, const struct compare *c)
{
	if (compare_norm(c) > norm)
		found("%s tensor '%s': relative norm of the difference is %.3g, allowed %.3g", where, name,
		      compare_norm(c), norm);
}

static struct compare *
sums_of(const char *name)
{
	int i;

	for (i = 0; i < n_named; i++)
		if (!strcmp(named[i].name, name))
			return &named[i].c;
	named = mem_grow(named, (size_t)n_named + 1, sizeof *named);
	named[n_named] = (struct named){ .name = mem_strdup(name) };
	return &named[n_named++].c;
}

/* n values of a from i on, of b from k on */
static void
compare_range(const char *where, const struct tensor *a, int64_t i, const struct tensor *b, int64_t k, int64_t n)
{
	struct compare c = { .atol = atol_opt, .rtol = rtol_opt };
	char at[TENSOR_SHAPE_LEN + 8];

	compare_values(&c, a, i, b, k, n);
	compare_merge(&total, &c);
	if (!isnan(norm) && by_samples)
		compare_merge(sums_of(a->name), &c);
	else if (!isnan(norm))
		judge_norm(where, a->name, &c);
	else if (c.differ)
		found("%s tensor '%s'%s: %.9g against %.9g", where, a->name, place(at, a, c.first),
		      tensor_get(a, c.first), tensor_get(b, k + c.first - i));
}

static int
same_shape(const struct tensor *a, const struct tensor *b, int from)
{
	int d;

	for (d = from; d < a->ndim && d < b->ndim; d++)
		if (a->dim[d] != b->dim[d])
			return 0;
	return a->dtype == b->dtype && a->ndim == b->ndim;
}

/* The tensor of r that corresponds to t, with the same dtype and shape from dimension `from` on; or NULL, and
 * found() knows. */
static struct tensor *
counterpart(const char *where, const struct tensor *t, const struct record *r, int from)
{
	struct tensor *u = record_find(r, t->name);
	char x[TENSOR_SHAPE_LEN], y[TENSOR_SHAPE_LEN];

	if (u && same_shape(t, u, from))
		return u;
	if (u)
		found("%s tensor '%s' is %s %s against %s %s", where, t->name, ten_dtype_name(t->dtype),
		      tensor_shape(x, t), ten_dtype_name(u->dtype), tensor_shape(y, u));
	else
		found("%s tensor '%s' is only in the first", where, t->name);
	return NULL;
}

static void
only_in_second(const char *where, const struct side *a, const struct side *b)
{
	int i;

	for (i = 0; i < b->r.n; i++)
		if ((!only || !strcmp(only, b->r.t[i].name)) && !record_find(&a->r, b->r.t[i].name))
			found("%s tensor '%s' is only in the second", where, b->r.t[i].name);
}

static void
compare_meta(const char *where, const struct meta *a, const struct meta *b, int forward)
{
	int i;

	for (i = 0; i < a->n; i++) {
		const char *key = a->item[i].key, *value = meta_get(b, key);

		if (command_is(key))
			continue;
		if (!value)
			found("%s metadata '%s' is only in the %s", where, key, forward ? "first" : "second");
		else if (strcmp(value, a->item[i].value))
			found("%s metadata '%s' is '%s' against '%s'", where, key, a->item[i].value, value);
	}
}

static void
next_record(struct side *s)
{
	s->more = in_read(&s->in, &s->r);
	if (s->more && only)
		in_tensor(&s->in, &s->r, only, 0); /* a misspelt name must not pass for equality */
}

static void
compare_record(struct side *a, struct side *b)
{
	char where[64];
	int i;

	snprintf(where, sizeof where, "record %" PRId64, a->r.seq);
	for (i = 0; i < a->r.n; i++) {
		const struct tensor *t = &a->r.t[i], *u;

		if ((!only || !strcmp(only, t->name)) && (u = counterpart(where, t, &b->r, 0)))
			compare_range(where, t, 0, u, 0, tensor_count(t));
	}
	only_in_second(where, a, b);
	if (with_meta) {
		compare_meta(where, &a->r.meta, &b->r.meta, 1);
		compare_meta(where, &b->r.meta, &a->r.meta, 0);
	}
}

static void
compare_by_records(struct side *a, struct side *b)
{
	for (;;) {
		next_record(a);
		next_record(b);
		if (!a->more || !b->more)
			break;
		compare_record(a, b);
	}
	if (a->more != b->more)
		found("the %s ends after %" PRId64 " records, the other goes on", a->more ? "second" : "first",
		      a->more ? b->in.seq : a->in.seq);
}

/* Moves on to a record with samples left. */
static void
next_samples(struct side *s)
{
	int i;

	for (s->more = 1; s->at == s->end;) {
		next_record(s);
		if (!s->more)
			return;
		s->at = s->end = 0;
		for (i = 0; i < s->r.n; i++) {
			const struct tensor *t = &s->r.t[i];

			if (only && strcmp(only, t->name))
				continue;
			if (t->ndim == 0 || (s->end && t->dim[0] != s->end))
				in_die(&s->in, &s->r, "the tensors have no common number of samples");
			s->end = t->dim[0];
		}
	}
}

/* The next n samples, which both records hold; they are number `done` and following of the streams. */
static void
compare_chunk(struct side *a, struct side *b, int64_t n, int64_t done)
{
	char where[64];
	int64_t k;
	int i;

	snprintf(where, sizeof where, "sample %" PRId64, done);
	only_in_second(where, a, b);
	for (k = 0; k < n; k++) {
		snprintf(where, sizeof where, "sample %" PRId64, done + k);
		for (i = 0; i < a->r.n; i++) {
			const struct tensor *t = &a->r.t[i], *u;
			int64_t size = tensor_stride0(t);

			if ((!only || !strcmp(only, t->name)) && (u = counterpart(where, t, &b->r, 1)))
				compare_range(where, t, (a->at + k) * size, u, (b->at + k) * size, size);
		}
	}
	a->at += n;
	b->at += n;
}

static void
compare_by_samples(struct side *a, struct side *b)
{
	int64_t done = 0, n;
	int i;

	for (;; done += n) {
		next_samples(a);
		next_samples(b);
		if (!a->more || !b->more)
			break;
		n = a->end - a->at < b->end - b->at ? a->end - a->at : b->end - b->at;
		compare_chunk(a, b, n, done);
	}
	if (a->more != b->more)
		found("the %s ends after %" PRId64 " samples, the other goes on", a->more ? "second" : "first", done);
	for (i = 0; i < n_named; i++) {
		judge_norm("all samples:", named[i].name, &named[i].c);
		free(named[i].name);
	}
	free(named);
}

/* A difference says nothing yet about the health of what follows. */
static void
drain(struct side *s)
{
	while (s->more)
		s->more = in_read(&s->in, &s->r);
	record_free(&s->r);
	in_close(&s->in);
}

static void
report(FILE *f)
{
	if (*first)
		fprintf(f, "%s\n", first);
	if ((*first && total.max_abs > 0) || opt_common.verbose)
		fprintf(f, "%" PRIu64 " values compared; largest difference %.3g, relative to the second %.3g\n",
		        total.values, total.max_abs, total.max_rel);
}

int
main(int argc, char *argv[])
{
	struct side a = { .more = 1 }, b = { .more = 1 };
	struct outfile out;

	opt_parse(argc, &argv, opts, "file file", "compare two tensor streams", 2, 2);
	if (with_meta && by_samples)
		die("--meta and --samples exclude each other: metadata belong to records");
	if (!isnan(norm) && (atol_opt > 0 || rtol_opt > 0))
		die("--relative-norm excludes --atol and --rtol");
	if (!strcmp(argv[0], "-") && !strcmp(argv[1], "-"))
		die("only one of the two can be standard input");
	text_open(&out, opt_common.output);
	in_open(&a.in, argv[0]);
	in_open(&b.in, argv[1]);
	if (by_samples)
		compare_by_samples(&a, &b);
	else
		compare_by_records(&a, &b);
	drain(&a);
	drain(&b);
	if (!opt_common.quiet)
		report(out.f);
	text_close(&out);
	return *first != '\0';
}
