/* exp-compare - mean scores of the arms of an experiment, and paired tests between them */
#include "shared/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/tsv.h"
#include "eval/paired.h"
#include "eval/summary.h"
#include "shared/lists.h"

#define MAX_ARMS 256
#define MAX_ROWS 20000 /* more than any study; rows are looked for one by one */

static const char *metric = "dice", *arm_column = "arm", *pair_column = "seed", *at_text, *also_text, *tests_path;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'm', "metric", OPT_TEXT, &metric, "COLUMN", "the score", 0, 0, 0 },
	{ 'a', "arm", OPT_TEXT, &arm_column, "COLUMN", "who has it: what is compared", 0, 0, 0 },
	{ 'p', "pair", OPT_TEXT, &pair_column, "COLUMN", "rows of two arms that have this in common are a pair", 0, 0, 0 },
	{ 0, "at", OPT_TEXT, &at_text, "COLUMN[,COLUMN...]", "compare separately for each value of these", 0, 0, "all rows" },
	{ 0, "also", OPT_TEXT, &also_text, "COLUMN[,COLUMN...]", "also give the means of these", 0, 0, "none" },
	{ 0, "tests", OPT_OUT, &tests_path, "FILE", "write a table of paired tests", 0, 0, "" },
	OPT_END
};

/* Names by number, in order of appearance. */
struct names {
	char **name;
	int n;
};

struct row {
	int at, arm, pair;
	double score, also[LIST_MAX];
};

static struct names ats, arms, pairs;
static struct row *row;
static int rows, ats_n, also_n; /* _n: columns */
static char *at[LIST_MAX], *also[LIST_MAX];

static int
names_add(struct names *l, const char *name)
{
	int i;

	for (i = l->n - 1; i >= 0; i--)
		if (!strcmp(l->name[i], name))
			return i;
	l->name = mem_grow(l->name, (size_t)l->n + 1, sizeof *l->name);
	l->name[l->n] = mem_strdup(name);
	return l->n++;
}

static void
names_free(struct names *l)
{
	while (l->n)
		free(l->name[--l->n]);
	free(l->name);
}

/* --- reading --- */

static int
column(const struct tsv *t, const char *name)
{
	struct err e;
	int i = tsv_column(t, name, &e);

	if (i < 0)
		die("%s", e.msg);
	return i;
}

static double
number(const struct tsv *t, int i, const char *name)
{
	struct err e;
	double x;

	if (tsv_number(&x, t, i, column(t, name), &e))
		die("%s", e.msg);
	return x;
}

/* The cells of the columns --at as they will be written, each with its tab. */
static int
number_at(const struct tsv *t, int i)
{
	char *key = mem_strdup(""), *longer;
	int k, n;

	for (k = 0; k < ats_n; k++) {
		longer = mem_printf("%s%s\t", key, tsv_cell(t, i, column(t, at[k])));
		free(key);
		key = longer;
	}
	n = names_add(&ats, key);
	free(key);
	return n;
}

static void
check_unique(const struct tsv *t, const struct row *r)
{
	int i;

	for (i = 0; i < rows; i++)
		if (row[i].at == r->at && row[i].arm == r->arm && row[i].pair == r->pair)
			die("'%s' line %d: a second row for %s %s, %s %s%s", t->name, rows + 2, arm_column,
			    arms.name[r->arm], pair_column, pairs.name[r->pair], ats_n ? " at the same values of --at" : "");
}

static void
read_table(const char *path)
{
	struct tsv t;
	struct err e;
	int k;

	if (tsv_read(&t, path, &e))
		die("%s", e.msg);
	if (t.rows > MAX_ROWS)
		die("'%s' has more than %d rows", t.name, MAX_ROWS);
	row = mem_array((size_t)t.rows + 1, sizeof *row);
	for (rows = 0; rows < t.rows; rows++) {
		struct row *r = &row[rows];

		r->at = number_at(&t, rows);
		r->arm = names_add(&arms, tsv_cell(&t, rows, column(&t, arm_column)));
		r->pair = names_add(&pairs, tsv_cell(&t, rows, column(&t, pair_column)));
		r->score = number(&t, rows, metric);
		for (k = 0; k < also_n; k++)
			r->also[k] = number(&t, rows, also[k]);
		check_unique(&t, r);
	}
	if (!rows)
		die("'%s' has no rows", t.name);
	if (arms.n > MAX_ARMS)
		die("'%s' has more than %d different values of '%s'", t.name, MAX_ARMS, arm_column);
	tsv_free(&t);
}

/* --- means --- */

static void
write_columns(FILE *f, char **name, int n)
{
	int i;

	for (i = 0; i < n; i++)
		fprintf(f, "%s\t", name[i]);
}

static void
write_mean(FILE *f, int a, int arm)
{
	double *x = mem_array((size_t)rows, sizeof *x);
	int i, k, n = 0;

	for (i = 0; i < rows; i++)
		if (row[i].at == a && row[i].arm == arm)
			x[n++] = row[i].score;
	if (n) {
		fprintf(f, "%s%s\t%d\t%.6f\t%.6f\t%.6f\t%.6f", ats.name[a], arms.name[arm], n, summary_mean(x, n),
		        summary_sd(x, n), summary_min(x, n), summary_max(x, n));
		for (k = 0; k < also_n; k++) {
			for (n = i = 0; i < rows; i++)
				if (row[i].at == a && row[i].arm == arm)
					x[n++] = row[i].also[k];
			fprintf(f, "\t%.6g", summary_mean(x, n));
		}
		putc('\n', f);
	}
	free(x);
}

static void
write_means(FILE *f)
{
	int a, arm, k;

	write_columns(f, at, ats_n);
	fprintf(f, "%s\truns\tmean\tsd\tmin\tmax", arm_column);
	for (k = 0; k < also_n; k++)
		fprintf(f, "\t%s", also[k]);
	putc('\n', f);
	for (a = 0; a < ats.n; a++)
		for (arm = 0; arm < arms.n; arm++)
			write_mean(f, a, arm);
}

/* --- tests --- */

struct test {
	int arm, other, n;
	double difference, sd;
	struct paired_t t;
	struct paired_wilcoxon w;
};

/* Scores of arm less those of other, pair by pair; returns how many pairs there are. Rounded, so that differences of
 * decimal numbers which are the same are equal in binary too, and rank alike. */
static int
differences(double *d, int a, int arm, int other)
{
	int i, k, n = 0;

	for (i = 0; i < rows; i++) {
		if (row[i].at != a || row[i].arm != arm)
			continue;
		for (k = 0; k < rows; k++)
			if (row[k].at == a && row[k].arm == other && row[k].pair == row[i].pair)
				d[n++] = nearbyint((row[i].score - row[k].score) * 1e9) / 1e9;
	}
	return n;
}

/* The tests between all arms at one value of --at; returns their number. */
static int
make_tests(struct test *test, int a)
{
	double *d = mem_array((size_t)rows, sizeof *d);
	int arm, other, m = 0;

	for (arm = 0; arm < arms.n; arm++)
		for (other = arm + 1; other < arms.n; other++) {
			struct test *x = &test[m];

			x->n = differences(d, a, arm, other);
			if (!x->n)
				continue;
			x->arm = arm;
			x->other = other;
			x->difference = summary_mean(d, x->n);
			x->sd = summary_sd(d, x->n);
			x->t = paired_t(d, x->n);
			x->w = paired_wilcoxon(d, x->n);
			m++;
		}
	free(d);
	return m;
}

static void
write_tests_at(FILE *f, struct test *test, double *p, int a)
{
	int i, n = make_tests(test, a);

	for (i = 0; i < n; i++)
		p[i] = test[i].w.p;
	paired_holm(p, p, n);
	for (i = 0; i < n; i++) {
		const struct test *x = &test[i];

		fprintf(f, "%s%s\t%s\t%d\t%.6f\t%.6f\t%.6g\t%.6g\t%g\t%.6g\t%.6g\n", ats.name[a], arms.name[x->arm],
		        arms.name[x->other], x->n, x->difference, x->sd, x->t.t, x->t.p, x->w.w, x->w.p, p[i]);
	}
}

static void
write_tests(void)
{
	size_t most = (size_t)arms.n * (size_t)arms.n;
	struct test *test = mem_array(most, sizeof *test);
	double *p = mem_array(most, sizeof *p);
	struct outfile out;
	FILE *f = text_open(&out, tests_path);
	int a;

	write_columns(f, at, ats_n);
	fprintf(f, "%s\tagainst\tpairs\tdifference\tsd\tt\tp_t\tw\tp_w\tp_holm\n", arm_column);
	for (a = 0; a < ats.n; a++)
		write_tests_at(f, test, p, a);
	text_close(&out);
	free(test);
	free(p);
}

int
main(int argc, char *argv[])
{
	int n = opt_parse(argc, &argv, opts, "[table]", "mean scores of arms, and paired tests between them", 0, 1);
	struct outfile out;

	ats_n = list_cut(at, at_text, "at");
	also_n = list_cut(also, also_text, "also");
	read_table(n ? argv[0] : NULL);
	write_means(text_open(&out, opt_common.output));
	if (tests_path)
		write_tests();
	text_close(&out);
	names_free(&ats);
	names_free(&arms);
	names_free(&pairs);
	free(row);
	list_free(at);
	list_free(also);
	return 0;
}
