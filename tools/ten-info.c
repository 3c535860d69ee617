/* ten-info - list and check tensor streams and weights files */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ten/command.h"
#include "ten/script.h"
#include "shared/tool.h"

#define LINE_TENSORS 6 /* a record of more gets a line for each */

static int provenance, commands, tsv, stats;
static const char *meta_keys;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'p', "provenance", OPT_FLAG, &provenance, NULL, "print a script of what made the file instead", 0, 0, "" },
	{ 'c', "commands", OPT_FLAG, &commands, NULL, "print the commands that made the file instead, as they are kept", 0, 0,
	  "" },
	{ 'm', "meta", OPT_TEXT, &meta_keys, "KEYS", "print these metadata instead, a line per record (KEY,KEY,...)",
	  0, 0, "" },
	{ 0, "tsv", OPT_FLAG, &tsv, NULL, "print a table for programs instead, a row per tensor", 0, 0, "" },
	{ 0, "stats", OPT_FLAG, &stats, NULL, "add minimum, mean and maximum of every tensor", 0, 0, "" },
	OPT_END
};

struct totals {
	uint64_t records, tensors, samples, bytes;
	uint64_t parameters, statistics; /* of floating-point tensors: trained values, running statistics */
	int sampled;                     /* every record's tensors have one first dimension in common */
	struct meta seen;                /* commands already printed, as keys */
	struct script script;
};

/* Control characters cannot reach a terminal or break a table; tables double the backslash, so that a program
 * can undo this, commands keep theirs. */
static void
put_text(FILE *f, const char *s)
{
	for (; *s; s++)
		if (*s == '\t' || *s == '\n')
			fputs(*s == '\t' ? "\\t" : "\\n", f);
		else if (*s == '\\' && (tsv || meta_keys))
			fputs("\\\\", f);
		else if ((unsigned char)*s < 32 || *s == 127)
			fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			putc(*s, f);
}

struct range {
	double min, mean, max;
	int64_t bad; /* infinite or not a number; left out of the others */
};

static struct range
measure(const struct tensor *t)
{
	struct range g = { INFINITY, 0, -INFINITY, 0 };
	int64_t i, n = tensor_count(t);

	for (i = 0; i < n; i++) {
		double x = tensor_get(t, i);

		if (!isfinite(x)) {
			g.bad++;
			continue;
		}
		g.min = x < g.min ? x : g.min;
		g.max = x > g.max ? x : g.max;
		g.mean += x;
	}
	if (n > g.bad)
		g.mean /= (double)(n - g.bad);
	else
		g.min = g.mean = g.max = NAN;
	return g;
}

static void
put_range(FILE *f, const struct tensor *t)
{
	struct range g = measure(t);

	if (tsv) {
		fprintf(f, "\t%.9g\t%.9g\t%.9g\t%" PRId64, g.min, g.mean, g.max, g.bad);
		return;
	}
	fprintf(f, "  min %.6g mean %.6g max %.6g", g.min, g.mean, g.max);
	if (g.bad)
		fprintf(f, " (%" PRId64 " not finite)", g.bad);
}

static void
put_commands(FILE *f, struct totals *sum, const struct meta *m)
{
	const struct meta_item **c = mem_array((size_t)m->n, sizeof *c);
	int i, n = command_list(c, m);
	size_t prefix;
	long number;

	for (i = 0; i < n; i++) {
		char *line;

		command_key(c[i]->key, &prefix, &number);
		line = mem_printf("%.*s%s%s", (int)prefix, c[i]->key, prefix ? ": " : "", c[i]->value);
		if (!meta_get(&sum->seen, line)) {
			put_text(f, line);
			putc('\n', f);
			meta_set(&sum->seen, line, "");
		}
		free(line);
	}
	free(c);
}

/* What a script is to call the file. */
static const char *
called(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return !path || !strcmp(path, "-") ? "out.ten" : slash ? slash + 1 : path;
}

static void
put_script(FILE *f, const struct script *s)
{
	char *text = script_text(s);

	fputs(text, f);
	free(text);
}

static void
put_values(FILE *f, const struct meta *m)
{
	char *keys = mem_strdup(meta_keys), *rest = keys, *key;
	const char *between = "";

	while ((key = strsep(&rest, ","))) {
		const char *value = meta_get(m, key);

		fputs(between, f);
		put_text(f, value ? value : "");
		between = "\t";
	}
	putc('\n', f);
	free(keys);
}

static void
put_rows(FILE *f, const char *path, const struct record *r)
{
	char shape[TENSOR_SHAPE_LEN];
	int i;

	for (i = 0; i < r->n; i++) {
		put_text(f, path ? path : "-");
		fprintf(f, "\t%" PRId64 "\t%" PRIu64 "\t", r->seq, r->offset);
		put_text(f, r->t[i].name);
		fprintf(f, "\t%s\t%s", ten_dtype_name(r->t[i].dtype), tensor_shape(shape, &r->t[i]));
		if (stats)
			put_range(f, &r->t[i]);
		putc('\n', f);
	}
}

/* Words that a shell would split are quoted, so that "spacing" reads as one thing. */
static void
put_meta(FILE *f, const struct meta *m, const char *before)
{
	const char *between = before;
	int i;

	for (i = 0; i < m->n; i++) {
		const char *v = m->item[i].value, *quote = *v && !strchr(v, ' ') ? "" : "'";

		if (command_is(m->item[i].key))
			continue;
		fputs(between, f);
		put_text(f, m->item[i].key);
		fprintf(f, "=%s", quote);
		put_text(f, v);
		fputs(quote, f);
		between = "; ";
	}
}

static void
put_record(FILE *f, const struct record *r)
{
	int i, block = r->n > LINE_TENSORS || stats, width = 0;
	char shape[TENSOR_SHAPE_LEN];

	for (i = 0; i < r->n; i++)
		width = (int)strlen(r->t[i].name) > width ? (int)strlen(r->t[i].name) : width;
	fprintf(f, "record %" PRId64 ":", r->seq);
	for (i = 0; i < r->n; i++) {
		const struct tensor *t = &r->t[i];

		fputs(block ? "\n    " : i ? ", " : " ", f);
		put_text(f, t->name);
		if (block)
			fprintf(f, "%*s", width - (int)strlen(t->name), "");
		fprintf(f, " %s%s %s", block && strlen(ten_dtype_name(t->dtype)) < 3 ? " " : "",
		        ten_dtype_name(t->dtype), tensor_shape(shape, t));
		if (stats)
			put_range(f, t);
	}
	put_meta(f, &r->meta, block ? "\n    " : "; ");
	putc('\n', f);
}

static int
is_statistic(const char *name)
{
	const char *dot = strrchr(name, '.');

	name = dot ? dot + 1 : name;
	return !strcmp(name, "running_mean") || !strcmp(name, "running_var");
}

static void
count(struct totals *sum, const struct record *r)
{
	int i;

	sum->records++;
	sum->tensors += (uint64_t)r->n;
	for (i = 0; i < r->n; i++) {
		const struct tensor *t = &r->t[i];

		sum->bytes += tensor_bytes(t);
		if (t->ndim == 0 || t->dim[0] != r->t[0].dim[0])
			sum->sampled = 0;
		if (t->dtype == TEN_F16 || t->dtype == TEN_BF16 || t->dtype == TEN_F32 || t->dtype == TEN_F64)
			*(is_statistic(t->name) ? &sum->statistics : &sum->parameters) += (uint64_t)tensor_count(t);
	}
	if (sum->sampled && r->n)
		sum->samples += (uint64_t)r->t[0].dim[0];
}

static void
put_totals(FILE *f, const struct ten_reader *in, const struct totals *sum)
{
	put_text(f, in->name);
	fprintf(f, ": %" PRIu64 " record%s, %" PRIu64 " tensor%s, ", sum->records, sum->records == 1 ? "" : "s",
	        sum->tensors, sum->tensors == 1 ? "" : "s");
	if (sum->sampled)
		fprintf(f, "%" PRIu64 " sample%s, ", sum->samples, sum->samples == 1 ? "" : "s");
	else if (sum->records == 1)
		fprintf(f, "%" PRIu64 " parameters and %" PRIu64 " running statistics, ", sum->parameters,
		        sum->statistics);
	fprintf(f, "%" PRIu64 " bytes of data; complete%s\n", sum->bytes, in->foreign ? " (without checksum)" : "");
}

static void
open_any(struct ten_reader *in, const char *path)
{
	struct err e;

	if (ten_open_weights(in, path, &e))
		die("%s", e.msg);
	if (in->fd == 0)
		in->header_max = TEN_HEADER_STREAM;
}

static void
list(FILE *f, const char *path)
{
	struct totals sum = { .sampled = 1 };
	struct record r = { 0 };
	struct ten_reader in;

	open_any(&in, path);
	while (in_read(&in, &r)) {
		in.header_max = TEN_HEADER_STREAM; /* what follows a first record is no weights file */
		count(&sum, &r);
		if (opt_common.quiet)
			continue;
		if (provenance)
			script_add(&sum.script, &r.meta, called(path));
		else if (commands)
			put_commands(f, &sum, &r.meta);
		else if (meta_keys)
			put_values(f, &r.meta);
		else if (tsv)
			put_rows(f, path, &r);
		else
			put_record(f, &r);
	}
	if (!opt_common.quiet && !provenance && !commands && !meta_keys && !tsv)
		put_totals(f, &in, &sum);
	if (!opt_common.quiet && provenance)
		put_script(f, &sum.script);
	record_free(&r);
	meta_free(&sum.seen);
	script_free(&sum.script);
	in_close(&in);
}

int
main(int argc, char *argv[])
{
	struct outfile out;
	int i, n;
	FILE *f;

	n = opt_parse(argc, &argv, opts, "[file ...]", "list and check tensor streams and weights files", 0, -1);
	if (provenance + commands + !!meta_keys + tsv > 1)
		die("--provenance, --commands, --meta and --tsv exclude each other");
	f = text_open(&out, opt_common.output);
	if (tsv && !opt_common.quiet)
		fprintf(f, "file\trecord\toffset\ttensor\tdtype\tshape%s\n", stats ? "\tmin\tmean\tmax\tnonfinite" : "");
	for (i = 0; i < (n ? n : 1); i++)
		list(f, n ? argv[i] : NULL);
	text_close(&out);
	return 0;
}
