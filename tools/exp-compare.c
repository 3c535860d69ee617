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

static const char *metric = "dice", *arm_column = "arm", *pair_column, *at_text, *also_text, *tests_path;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'm', "metric", OPT_TEXT, &metric, "COLUMN", "the score", 0, 0, 0 },
	{ 'a', "arm", OPT_TEXT, &arm_column, "COLUMN", "who has it: what is compared", 0, 0, 0 },
	{ 'p', "pair", OPT_TEXT, &pair_column, "COLUMN", "rows of two arms that have this in common are a pair", 0, 0,
	  "seed; patient for models" },
	{ 0, "at", OPT_TEXT, &at_text, "COLUMN[,COLUMN...]", "compare separately for each value of these", 0, 0,
	  "all rows; class for models" },
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
	int at, arm, pair, item;
	double score, also[LIST_MAX];
};

static struct names ats, arms, pairs, items; /* items: a model's volumes */
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

/* models: a measure may not exist, "nan" */
static double
number(const struct tsv *t, int i, const char *name, int models)
{
	struct err e;
	double x;

	if (models && !strcmp(tsv_cell(t, i, column(t, name)), "nan"))
		return NAN;
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

/* What tells the volumes of a patient from each other, as far as there are such columns. */
static int
number_item(const struct tsv *t, int i)
{
	static const char *const told_by[] = { "frame", "case" };
	const char *part[2];
	char *key;
	size_t k;
	int c, n;

	for (k = 0; k < ARRAY_LEN(told_by); k++) {
		c = tsv_column(t, told_by[k], NULL);
		part[k] = c < 0 ? "" : tsv_cell(t, i, c);
	}
	key = mem_printf("%s\t%s", part[0], part[1]);
	n = names_add(&items, key);
	free(key);
	return n;
}

static int
same_item(const struct row *a, const struct row *b)
{
	return a->at == b->at && a->pair == b->pair && a->item == b->item;
}

static void
check_unique(const struct tsv *t, int line, const struct row *r)
{
	int i;

	for (i = 0; i < rows; i++)
		if (row[i].arm == r->arm && same_item(&row[i], r))
			die("'%s' line %d: a second row for %s %s, %s %s%s", t->name, line, arm_column, arms.name[r->arm],
			    pair_column, pairs.name[r->pair], ats_n ? " at the same values of --at" : "");
}

/* The rows of a table, whose arm is `model`; NULL: a column of it. */
static void
read_table(const char *path, const char *model)
{
	struct tsv t;
	struct err e;
	int i, k;

	if (tsv_read(&t, path, &e))
		die("%s", e.msg);
	if (t.rows > MAX_ROWS - rows)
		die("'%s' has more than %d rows%s", t.name, MAX_ROWS, model ? ", with those of the tables before it" : "");
	row = mem_grow(row, (size_t)(rows + t.rows) + 1, sizeof *row);
	for (i = 0; i < t.rows; i++, rows++) {
		struct row *r = &row[rows];

		r->at = number_at(&t, i);
		r->arm = names_add(&arms, model ? model : tsv_cell(&t, i, column(&t, arm_column)));
		r->pair = names_add(&pairs, tsv_cell(&t, i, column(&t, pair_column)));
		r->item = model ? number_item(&t, i) : 0;
		r->score = number(&t, i, metric, model != NULL);
		for (k = 0; k < also_n; k++)
			r->also[k] = number(&t, i, also[k], model != NULL);
		check_unique(&t, i + 2, r);
	}
	if (!t.rows)
		die("'%s' has no rows", t.name);
	if (arms.n > MAX_ARMS)
		die("'%s' has more than %d different values of '%s'", t.name, MAX_ARMS, arm_column);
	tsv_free(&t);
}

/* --- models --- */

/* How many models have a score for what r is of */
static int
count_models(const struct row *r)
{
	int i, n = 0;

	for (i = 0; i < rows; i++)
		n += same_item(&row[i], r) && !isnan(row[i].score);
	return n;
}

/* Leaves out what not all models have a score for: their means must be of the same volumes. */
static void
keep_common(void)
{
	struct row *kept = mem_array((size_t)rows + 1, sizeof *kept);
	int i, n = 0;

	for (i = 0; i < rows; i++)
		if (count_models(&row[i]) == arms.n)
			kept[n++] = row[i];
	if (n < rows)
		note("left out, because not every model has a %s: %d of %d rows", metric, rows - n, rows);
	free(row);
	row = kept;
	rows = n;
	if (!rows)
		die("no row has a %s of every model", metric);
}

/* A patient's volumes are not independent of each other: their mean is what counts. */
static void
merge_items(void)
{
	int *count = mem_array((size_t)rows + 1, sizeof *count), i, j, k, n = 0;

	for (i = 0; i < rows; i++) {
		for (j = 0; j < n; j++)
			if (row[j].at == row[i].at && row[j].arm == row[i].arm && row[j].pair == row[i].pair)
				break;
		if (j == n)
			row[n++] = row[i];
		else {
			row[j].score += row[i].score;
			for (k = 0; k < also_n; k++)
				row[j].also[k] += row[i].also[k];
		}
		count[j]++;
	}
	rows = n;
	for (i = 0; i < rows; i++) {
		row[i].score /= count[i];
		for (k = 0; k < also_n; k++)
			row[i].also[k] /= count[i];
	}
	free(count);
}

static void
read_models(char *argv[], int n)
{
	int i;

	for (i = 0; i < n; i++) {
		char *path = strchr(argv[i], '=');

		if (!path || path == argv[i] || !path[1])
			die("'%s' is not NAME=TABLE, as several tables are given", argv[i]);
		*path++ = 0;
		if (names_add(&arms, argv[i]) != i)
			die("two tables have the name '%s'", argv[i]);
		read_table(path, argv[i]);
	}
	keep_common();
	merge_items();
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
	fprintf(f, "%s\t%s\tmean\tsd\tmin\tmax", arm_column, items.n ? "n" : "runs");
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
	int n = opt_parse(argc, &argv, opts, "[table | name=table ...]", "mean scores of arms, and paired tests between them",
	                  0, MAX_ARMS);
	int models = n > 1 || (n == 1 && strchr(argv[0], '='));
	struct outfile out;

	if (models && !at_text)
		at_text = "class";
	if (!pair_column)
		pair_column = models ? "patient" : "seed";
	if (models)
		arm_column = "model";
	ats_n = list_cut(at, at_text, "at");
	also_n = list_cut(also, also_text, "also");
	if (models)
		read_models(argv, n);
	else
		read_table(n ? argv[0] : NULL, NULL);
	write_means(text_open(&out, opt_common.output));
	if (tests_path)
		write_tests();
	text_close(&out);
	names_free(&ats);
	names_free(&arms);
	names_free(&pairs);
	names_free(&items);
	free(row);
	list_free(at);
	list_free(also);
	return 0;
}
