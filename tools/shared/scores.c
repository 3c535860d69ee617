#include "scores.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const empty_name[] = { "neither", "both", "truth", "prediction" };

void
scores_put_name(FILE *f, const char *s, char end)
{
	for (; *s; s++)
		putc((unsigned char)*s < 32 || *s == 127 ? '?' : *s, f);
	putc(end, f);
}

double
scores_real(double x)
{
	return isnan(x) ? NAN : x;
}

/* --- summary --- */

static double
get_iou(const struct score *s)
{
	return s->iou;
}

static double
get_precision(const struct score *s)
{
	return s->precision;
}

static double
get_recall(const struct score *s)
{
	return s->recall;
}

static double
get_hd(const struct score *s)
{
	return s->surface.hd;
}

static double
get_error(const struct score *s)
{
	return s->error_ml;
}

static double
get_abs_error(const struct score *s)
{
	return fabs(s->error_ml);
}

/* For each class from `from` on, and the mean of those from 1 on. */
static void
put_volume_means(FILE *f, const char *metric, int digits, const struct evaluation *x, const struct names *names, int from,
                 double (*get)(const struct score *s))
{
	int k;

	for (k = from; k < x->k; k++)
		fprintf(f, "%s\t%s\t%.*f\n", metric, names->name[k], digits, scores_real(evaluation_mean(x, k, get)));
	if (x->k > 1)
		fprintf(f, "%s\tforeground\t%.*f\n", metric, digits, evaluation_foreground(x, get));
}

static void
put_one_empty(FILE *f, const struct evaluation *x, const struct names *names)
{
	int i, k;

	for (k = 0; k < x->k; k++) {
		int n = 0;

		for (i = 0; i < x->volumes.n; i++) {
			enum score_empty empty = volume_score(&x->volumes.v[i], k).empty;

			n += empty == EMPTY_TRUTH || empty == EMPTY_PRED;
		}
		fprintf(f, "volumes_one_empty\t%s\t%d\n", names->name[k], n);
	}
}

static void
put_pixels(FILE *f, const struct evaluation *x, const struct names *names)
{
	int k;

	for (k = 0; k < x->k; k++)
		fprintf(f, "slice_iou\t%s\t%.6f\n", names->name[k], overlap_mean_iou(&x->slices, k));
	fprintf(f, "slice_iou\tforeground\t%.6f\n", overlap_mean_foreground_iou(&x->slices));
	for (k = 0; k < x->k; k++)
		fprintf(f, "slice_dice\t%s\t%.6f\n", names->name[k], overlap_mean_dice(&x->slices, k));
	fprintf(f, "slice_dice\tforeground\t%.6f\n", overlap_mean_foreground_dice(&x->slices));
	for (k = 0; k < x->k; k++)
		fprintf(f, "pooled_iou\t%s\t%.6f\n", names->name[k], confusion_iou(&x->all, k));
	fprintf(f, "pooled_iou\tforeground\t%.6f\n", confusion_mean_iou(&x->all, 1, ABSENT_SKIP));
	for (k = 0; k < x->k; k++)
		fprintf(f, "pooled_dice\t%s\t%.6f\n", names->name[k], confusion_dice(&x->all, k));
	fprintf(f, "pooled_dice\tforeground\t%.6f\n", confusion_mean_dice(&x->all, 1, ABSENT_SKIP));
}

void
scores_summary(FILE *f, const struct evaluation *x, const struct names *names)
{
	fprintf(f, "metric\tclass\tvalue\n");
	fprintf(f, "slices\tall\t%" PRIu64 "\nvolumes\tall\t%d\n", x->slices.parts, x->volumes.n);
	fprintf(f, "accuracy\tall\t%.6f\n", confusion_accuracy(&x->all));
	fprintf(f, "slice_macro_iou\tall\t%.6f\n", overlap_mean_macro_iou(&x->slices));
	fprintf(f, "slice_macro_dice\tall\t%.6f\n", overlap_mean_macro_dice(&x->slices));
	put_pixels(f, x, names);
	put_volume_means(f, "volume_iou", 6, x, names, 0, get_iou);
	put_volume_means(f, "volume_dice", 6, x, names, 0, score_dice);
	put_one_empty(f, x, names);
	put_volume_means(f, "volume_precision", 6, x, names, 0, get_precision);
	put_volume_means(f, "volume_recall", 6, x, names, 0, get_recall);
	put_volume_means(f, "volume_hd", 6, x, names, 1, get_hd);
	put_volume_means(f, "volume_hd95", 6, x, names, 1, score_hd95);
	put_volume_means(f, "volume_assd", 6, x, names, 1, score_assd);
	put_volume_means(f, "volume_error_ml", 4, x, names, 1, get_error);
	put_volume_means(f, "volume_abs_error_ml", 4, x, names, 1, get_abs_error);
}

/* --- volumes --- */

void
scores_volumes(FILE *f, const struct evaluation *x, const struct names *names)
{
	int i, k;

	fprintf(f, "patient\tframe\tgroup\tphase\tslices\tclass\tdice\tiou\ttrue_ml\tpred_ml\terror_ml\tprecision\trecall\thd\t"
	           "hd95\tassd\tempty\tcase\n");
	for (i = 0; i < x->volumes.n; i++)
		for (k = 0; k < x->k; k++) {
			const struct volume *v = &x->volumes.v[i];
			struct score s = volume_score(v, k);

			scores_put_name(f, v->patient, '\t');
			scores_put_name(f, v->frame, '\t');
			scores_put_name(f, v->group, '\t');
			scores_put_name(f, v->phase, '\t');
			fprintf(f, "%" PRId64 "\t%s\t%.6f\t%.6f\t%.6g\t%.6g\t%.6g\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\t%s\t",
			        v->slices, names->name[k], s.dice, s.iou, scores_real(s.true_ml), scores_real(s.pred_ml),
			        scores_real(s.error_ml), s.precision, s.recall, s.surface.hd, s.surface.hd95, s.surface.assd,
			        empty_name[s.empty]);
			scores_put_name(f, v->name, '\n');
		}
}

struct ranked {
	const struct volume *v;
	int class, order;
	struct score s;
};

/* Least Dice first, then the largest distance, then as they came */
static int
by_badness(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	double p = isnan(x->s.surface.hd95) ? INFINITY : x->s.surface.hd95;
	double q = isnan(y->s.surface.hd95) ? INFINITY : y->s.surface.hd95;

	if (x->s.dice != y->s.dice)
		return x->s.dice < y->s.dice ? -1 : 1;
	if (p != q)
		return p > q ? -1 : 1;
	return x->order - y->order;
}

void
scores_worst(FILE *f, const struct evaluation *x, const struct names *names)
{
	struct ranked *r = mem_array((size_t)x->volumes.n * (size_t)x->k + 1, sizeof *r);
	int i, k, n = 0;

	for (i = 0; i < x->volumes.n; i++)
		for (k = 1; k < x->k; k++, n++)
			r[n] = (struct ranked){ &x->volumes.v[i], k, n, volume_score(&x->volumes.v[i], k) };
	qsort(r, (size_t)n, sizeof *r, by_badness);
	fprintf(f, "patient\tframe\tphase\tcase\tclass\tdice\thd95\tassd\ttrue_ml\tpred_ml\tempty\n");
	for (i = 0; i < n; i++) {
		const struct score *s = &r[i].s;

		scores_put_name(f, r[i].v->patient, '\t');
		scores_put_name(f, r[i].v->frame, '\t');
		scores_put_name(f, r[i].v->phase, '\t');
		scores_put_name(f, r[i].v->name, '\t');
		fprintf(f, "%s\t%.6f\t%.6f\t%.6f\t%.6g\t%.6g\t%s\n", names->name[r[i].class], s->dice, s->surface.hd95,
		        s->surface.assd, scores_real(s->true_ml), scores_real(s->pred_ml), empty_name[s->empty]);
	}
	free(r);
}

void
scores_confusion(FILE *f, const struct evaluation *x, const struct names *names)
{
	int i, k;

	fprintf(f, "truth");
	for (k = 0; k < x->k; k++)
		fprintf(f, "\t%s", names->name[k]);
	for (i = 0; i < x->k; i++) {
		fprintf(f, "\n%s", names->name[i]);
		for (k = 0; k < x->k; k++)
			fprintf(f, "\t%" PRIu64, x->all.n[i * x->k + k]);
	}
	fprintf(f, "\n");
}

/* --- slices --- */

void
scores_slice_header(FILE *f, const struct names *names)
{
	int i;

	fprintf(f, "patient\tframe\tslice\tmacro_iou\tmacro_dice");
	for (i = 0; i < names->n; i++)
		fprintf(f, "\tiou.%s\tdice.%s", names->name[i], names->name[i]);
	for (i = 1; i < names->n; i++)
		fprintf(f, "\thd.%s\thd95.%s\tassd.%s", names->name[i], names->name[i], names->name[i]);
	putc('\n', f);
}

void
scores_slice(FILE *f, const struct volume *v, int64_t slice, const struct confusion *c, const struct surface *surface)
{
	int i;

	scores_put_name(f, v->patient, '\t');
	scores_put_name(f, v->frame, '\t');
	fprintf(f, "%" PRId64 "\t%.6f\t%.6f", slice, confusion_mean_iou(c, 0, ABSENT_ONE),
	        confusion_mean_dice(c, 0, ABSENT_ONE));
	for (i = 0; i < c->k; i++)
		fprintf(f, "\t%.6f\t%.6f", confusion_iou(c, i), confusion_dice(c, i));
	for (i = 1; i < c->k; i++)
		fprintf(f, "\t%.6f\t%.6f\t%.6f", surface[i].hd, surface[i].hd95, surface[i].assd);
	putc('\n', f);
}

/* --- what to do with components --- */

void
scores_choice(FILE *f, const struct choice *c, const struct names *names)
{
	int k;

	fprintf(f, "class\tname\tkeep_largest\tdice_before\tdice_after\n");
	for (k = 1; k < c->k; k++)
		fprintf(f, "%d\t%s\t%d\t%.6f\t%.6f\n", k, names->name[k], choice_pays(c, k), choice_before(c, k),
		        choice_after(c, k));
}
