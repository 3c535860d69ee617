/* exp-converge - how many epochs each arm of an experiment takes, and how much faster than others it is */
#include "shared/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/tsv.h"
#include "eval/converge.h"
#include "eval/summary.h"
#include "shared/lists.h"

static const char *metric = "dice_mean", *share_text = "0.95", *reference_text = "imagenet-supervised,random";
static const char *runs_path, *curves_path;
static int last = 1, replicates = 2000;
static double level = 0.95;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'm', "metric", OPT_TEXT, &metric, "COLUMN", "the score in the histories; more is better", 0, 0, 0 },
	{ 'p', "share", OPT_TEXT, &share_text, "P[,P...]", "thresholds, as shares of the best arm's final value", 0, 0, 0 },
	{ 'r', "reference", OPT_TEXT, &reference_text, "ARM[,ARM...]", "arms to give speed-ups against", 0, 0, 0 },
	{ 0, "last", OPT_INT, &last, "K", "a run's final value is the mean of its last K scores", 1, 1000000, 0 },
	{ 0, "replicates", OPT_INT, &replicates, "B", "bootstrap replicates", 1, 100000, 0 },
	{ 0, "level", OPT_REAL, &level, "P", "probability that confidence intervals are to have", 0, 1, 0 },
	{ 0, "runs", OPT_OUT, &runs_path, "FILE", "write a table of runs", 0, 0, "" },
	{ 0, "curves", OPT_OUT, &curves_path, "FILE", "write the mean curve of each arm, with its band", 0, 0, "" },
	OPT_END
};

static double share[LIST_MAX];
static char *reference[LIST_MAX];
static int shares, references;

static void
parse_lists(void)
{
	char *part[LIST_MAX], *end;
	int i;

	shares = list_cut(part, share_text, "share");
	for (i = 0; i < shares; i++) {
		share[i] = strtod(part[i], &end);
		if (*end || !(share[i] > 0 && share[i] <= 1))
			die("--share '%s': '%s' is not a number above 0, at most 1", share_text, part[i]);
	}
	list_free(part);
	references = list_cut(reference, reference_text, "reference");
}

/* --- the histories --- */

/* Finds the folders ARM/seed-S that the file lies in, as parts of its path. */
static int
name_by_folders(char **arm, char **seed, const char *path)
{
	const char *file = strrchr(path, '/'), *s = file, *a;

	while (s && s > path && s[-1] != '/')
		s--;
	if (!s || strncmp(s, "seed-", 5) || s + 5 >= file || s - path < 2)
		return -1;
	for (a = s - 1; a > path && a[-1] != '/'; a--)
		;
	if (a == s - 1)
		return -1;
	*arm = mem_printf("%.*s", (int)(s - 1 - a), a);
	*seed = mem_printf("%.*s", (int)(file - s - 5), s + 5);
	return 0;
}

/* Dies if this cannot stand in a table. */
static void
check_word(const char *word)
{
	size_t i;

	for (i = 0; word && word[i]; i++)
		if ((unsigned char)word[i] < 32 || word[i] == 127)
			die("'%s': control characters cannot stand in a table", word);
}

/* An operand is ARM=FILE or FILE. The seed is that of the folder seed-S, else the number of the run in its arm. */
static const char *
name_run(char **arm, char **seed, const struct converge *c, const char *operand)
{
	const char *equals = strchr(operand, '='), *slash = strchr(operand, '/'), *file = operand;
	int named = equals && equals > operand && (!slash || slash > equals), at;

	*arm = *seed = NULL;
	if (named)
		file = equals + 1;
	if (name_by_folders(arm, seed, file) && !named)
		die("'%s' is not in a folder ARM/seed-S: say ARM=%s", file, file);
	if (named) {
		free(*arm);
		*arm = mem_printf("%.*s", (int)(equals - operand), operand);
	}
	check_word(*arm);
	check_word(*seed);
	at = converge_arm(c, *arm);
	if (!*seed)
		*seed = mem_printf("%d", at < 0 ? 1 : c->arm[at].n + 1);
	return file;
}

/* Dies unless every row has its epoch, counted from 0, and a number for a score. */
static void
check_rows(const struct tsv *t, int epochs, int scores)
{
	double epoch, score;
	struct err e;
	int i;

	if (!t->rows)
		die("'%s' has no rows", t->name);
	for (i = 0; i < t->rows; i++) {
		if (tsv_number(&epoch, t, i, epochs, &e) || tsv_number(&score, t, i, scores, &e))
			die("%s", e.msg);
		if (epoch != i)
			die("'%s' line %d: epoch %g, expected %d", t->name, i + 2, epoch, i);
	}
}

static void
read_history(struct converge *c, const char *operand)
{
	struct tsv t;
	struct err e;
	char *arm, *seed;
	const char *file = name_run(&arm, &seed, c, operand);
	double *score;
	int i, epochs, scores;

	if (tsv_read(&t, file, &e) || (epochs = tsv_column(&t, "epoch", &e)) < 0 ||
	    (scores = tsv_column(&t, metric, &e)) < 0)
		die("%s", e.msg);
	check_rows(&t, epochs, scores);
	score = mem_array((size_t)t.rows, sizeof *score);
	for (i = 0; i < t.rows; i++)
		tsv_number(&score[i], &t, i, scores, &e);
	if (converge_add(c, arm, seed, score, t.rows))
		die("'%s': arm '%s' has a seed '%s' already", file, arm, seed);
	free(score);
	free(arm);
	free(seed);
	tsv_free(&t);
}

/* --- the tables --- */

static void
write_runs(FILE *f, const struct converge *c)
{
	int s, a, i;

	fprintf(f, "share\tthreshold\tarm\tseed\ttrained\tfinal\tepochs\n");
	for (s = 0; s < shares; s++)
		for (a = 0; a < c->arms; a++)
			for (i = 0; i < c->arm[a].n; i++) {
				const struct curve *run = &c->curve[c->arm[a].run[i]];
				double threshold = converge_threshold(c, share[s]);
				int n = curve_epochs(run, threshold);

				fprintf(f, "%g\t%.6f\t%s\t%s\t%d\t%.6f\t%s%d\n", share[s], threshold, c->arm[a].name,
				        run->seed, run->n, run->final, n ? "" : ">", n ? n : run->n);
			}
}

/* After each epoch, over the runs that have got so far. */
static void
write_curve(FILE *f, const struct converge *c, const struct arm *a)
{
	double *x = mem_array((size_t)a->n, sizeof *x);
	int epoch, i, n;

	for (epoch = 1; ; epoch++) {
		for (n = i = 0; i < a->n; i++)
			if (c->curve[a->run[i]].n >= epoch)
				x[n++] = c->curve[a->run[i]].score[epoch - 1];
		if (!n)
			break;
		fprintf(f, "%s\t%d\t%d\t%.6f\t%.6f\t%.6f\t%.6f\n", a->name, epoch, n, summary_mean(x, n), summary_sd(x, n),
		        summary_min(x, n), summary_max(x, n));
	}
	free(x);
}

static void
write_curves(FILE *f, const struct converge *c)
{
	int a;

	fprintf(f, "arm\tepochs\truns\tmean\tsd\tmin\tmax\n");
	for (a = 0; a < c->arms; a++)
		write_curve(f, c, &c->arm[a]);
}

static const char *
bound(int arm_censored, int reference_censored)
{
	return arm_censored && reference_censored ? "?" : arm_censored ? "<=" : reference_censored ? ">=" : "=";
}

static void
write_speedup(FILE *f, const struct converge *c, const double *drawn, int arm, const char *against, double threshold)
{
	int ref = converge_arm(c, against);
	struct converge_epochs own = converge_epochs(c, arm, threshold), others;
	double interval[2];

	if (ref < 0) {
		fprintf(f, "\tnan\tnan\tnan\t-");
		return;
	}
	others = converge_epochs(c, ref, threshold);
	converge_interval(interval, c, drawn, replicates, arm, ref, level);
	fprintf(f, "\t%.4f\t%.4f\t%.4f\t%s", others.mean / own.mean, interval[0], interval[1],
	        arm == ref ? "=" : bound(own.censored, others.censored));
}

static void
write_arms(FILE *f, const struct converge *c, double p)
{
	double *drawn = mem_array((size_t)replicates * (size_t)c->arms, sizeof *drawn), *final;
	double threshold = converge_threshold(c, p);
	int a, i;

	final = mem_array((size_t)c->curves, sizeof *final);
	converge_bootstrap(drawn, c, p, replicates, opt_common.seed);
	for (a = 0; a < c->arms; a++) {
		const struct arm *arm = &c->arm[a];
		struct converge_epochs n = converge_epochs(c, a, threshold);

		for (i = 0; i < arm->n; i++)
			final[i] = c->curve[arm->run[i]].final;
		fprintf(f, "%g\t%.6f\t%s\t%s\t%d\t%.6f\t%.6f\t%d\t%s%.4f\t%.4f", p, threshold,
		        c->arm[converge_best(c)].name, arm->name, arm->n, summary_mean(final, arm->n),
		        summary_sd(final, arm->n), n.censored, n.censored ? ">" : "", n.mean, n.sd);
		for (i = 0; i < references; i++)
			write_speedup(f, c, drawn, a, reference[i], threshold);
		putc('\n', f);
	}
	free(drawn);
	free(final);
}

static void
write_speedups(FILE *f, const struct converge *c)
{
	int i;

	fprintf(f, "share\tthreshold\tbest\tarm\truns\tfinal\tfinal_sd\tcensored\tepochs\tepochs_sd");
	for (i = 0; i < references; i++)
		fprintf(f, "\tspeedup.%s\tlow.%s\thigh.%s\tbound.%s", reference[i], reference[i], reference[i], reference[i]);
	putc('\n', f);
	for (i = 0; i < shares; i++)
		write_arms(f, c, share[i]);
}

/* All or none: what can fail on the way is done before the first file gets its name. */
static void
write_tables(const struct converge *c)
{
	struct outfile out, runs, curves;

	write_speedups(text_open(&out, opt_common.output), c);
	if (runs_path)
		write_runs(text_open(&runs, runs_path), c);
	if (curves_path)
		write_curves(text_open(&curves, curves_path), c);
	if (runs_path)
		text_close(&runs);
	if (curves_path)
		text_close(&curves);
	text_close(&out);
}

int
main(int argc, char *argv[])
{
	int n = opt_parse(argc, &argv, opts, "[ARM=]history ...", "epochs until arms converge, and their speed-ups", 1, -1);
	struct converge c;
	int i;

	parse_lists();
	converge_init(&c, last);
	for (i = 0; i < n; i++)
		read_history(&c, argv[i]);
	for (i = 0; i < references; i++)
		if (converge_arm(&c, reference[i]) < 0)
			note("no history of the reference arm '%s'", reference[i]);
	write_tables(&c);
	list_free(reference);
	converge_free(&c);
	return 0;
}
