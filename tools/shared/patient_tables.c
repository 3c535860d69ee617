#include "patient_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "eval/agreement.h"
#include "scores.h"

enum measure { DICE, IOU, PRECISION, RECALL, HD, HD95, ASSD, TRUE_ML, PRED_ML, MEASURES };

static const char *const measure_name[MEASURES] = { "dice", "iou", "precision", "recall", "hd", "hd95", "assd" };

static double
value_of(enum measure m, const struct score *s)
{
	const double value[MEASURES] = { s->dice, s->iou, s->precision, s->recall, s->surface.hd, s->surface.hd95,
		                         s->surface.assd, s->true_ml, s->pred_ml };

	return value[m];
}

/* The mean over those of the patient's volumes that have one */
static double
patient_value(const struct patient_tables *t, const struct patient *p, enum measure m, int class)
{
	double sum = 0;
	int i, n = 0;

	for (i = 0; i < p->n; i++) {
		struct score s = volume_score(&t->x->volumes.v[p->volume[i]], class);
		double value = value_of(m, &s);

		if (!isnan(value)) {
			sum += value;
			n++;
		}
	}
	return n ? sum / n : NAN;
}

/* The mean over the classes from 1 on that have one */
static double
foreground_value(const struct patient_tables *t, const struct patient *p, enum measure m)
{
	double sum = 0;
	int k, n = 0;

	for (k = 1; k < t->x->k; k++) {
		double value = patient_value(t, p, m, k);

		if (!isnan(value)) {
			sum += value;
			n++;
		}
	}
	return n ? sum / n : NAN;
}

/* Whether the class that a cardiac measure is of is there */
static int
has_measure(const struct patient_tables *t, enum cardiac m)
{
	return t->hearts && cardiac_class(m, t->hearts) >= 0;
}

/* --- a row for each patient --- */

static void
put_header(FILE *f, const struct patient_tables *t)
{
	int k, m;

	fprintf(f, "patient\tgroup\tvolumes\ted\tes\tdice.foreground");
	for (k = 1; k < t->x->k; k++)
		fprintf(f, "\tdice.%s", t->names->name[k]);
	for (m = 0; m < CARDIAC_MEASURES; m++)
		if (has_measure(t, (enum cardiac)m)) {
			const char *name = cardiac_name((enum cardiac)m);

			fprintf(f, "\t%s.true\t%s.pred\t%s.error", name, name, name);
		}
	putc('\n', f);
}

static void
put_frame(FILE *f, const struct patient_tables *t, int volume)
{
	scores_put_name(f, volume >= 0 ? t->x->volumes.v[volume].frame : "", '\t');
}

static void
put_patient(FILE *f, const struct patient_tables *t, const struct patient *p)
{
	int k, m;

	scores_put_name(f, p->name, '\t');
	scores_put_name(f, p->group, '\t');
	fprintf(f, "%d\t", p->n);
	put_frame(f, t, p->ed);
	put_frame(f, t, p->es);
	fprintf(f, "%.6f", scores_real(foreground_value(t, p, DICE)));
	for (k = 1; k < t->x->k; k++)
		fprintf(f, "\t%.6f", scores_real(patient_value(t, p, DICE, k)));
	for (m = 0; m < CARDIAC_MEASURES; m++)
		if (has_measure(t, (enum cardiac)m))
			fprintf(f, "\t%.6g\t%.6g\t%.6g", scores_real(p->truth[m]), scores_real(p->pred[m]),
			        scores_real(p->pred[m] - p->truth[m]));
	putc('\n', f);
}

void
patient_tables_patients(FILE *f, const struct patient_tables *t)
{
	int i;

	put_header(f, t);
	for (i = 0; i < t->patients->n; i++)
		put_patient(f, t, &t->patients->p[i]);
}

/* --- what they tell together --- */

/* A quantity of every patient: predicted, and true where it has a truth. */
struct sample {
	const char *measure, *class;
	double *p, *t;
	int n, replicates;
	uint64_t seed;
};

static void
put_row(FILE *f, const struct sample *s, const char *name, const struct estimate *e)
{
	fprintf(f, "%s\t%s\t%s\t%d\t%.6g\t%.6g\t%.6g\n", s->measure, s->class, name, s->n, scores_real(e->value),
	        scores_real(e->low), scores_real(e->high));
}

/* The extremes of a sample say nothing about those of others: no interval. */
static int
replicates_of(const struct sample *s, int stat)
{
	return stat == STAT_MIN || stat == STAT_MAX ? 0 : s->replicates;
}

static void
put_sample(FILE *f, const struct sample *s, int compared)
{
	struct estimate e;
	int i;

	for (i = 0; i < (compared ? STATISTICS : STAT_MAX + 1); i++) {
		e = statistic_estimate((enum statistic)i, s->p, s->t, s->n, replicates_of(s, i), s->seed);
		put_row(f, s, statistic_name((enum statistic)i), &e);
	}
	if (!compared)
		return;
	e = statistic_estimate(STAT_MEAN, s->t, NULL, s->n, s->replicates, s->seed);
	put_row(f, s, "true_mean", &e);
	e = statistic_estimate(STAT_SD, s->t, NULL, s->n, s->replicates, s->seed);
	put_row(f, s, "true_sd", &e);
}

/* Takes in a patient who has both values. */
static void
add(struct sample *s, double p, double t)
{
	if (isnan(p) || isnan(t))
		return;
	s->p[s->n] = p;
	s->t[s->n++] = t;
}

static void
put_scores(FILE *f, const struct patient_tables *t, struct sample *s)
{
	int i, k, m;

	for (m = 0; m < TRUE_ML; m++)
		for (k = 1; k <= t->x->k; k++) { /* the last is the foreground */
			if (t->x->k == 1)
				break;
			s->n = 0;
			s->measure = measure_name[m];
			s->class = k < t->x->k ? t->names->name[k] : "foreground";
			for (i = 0; i < t->patients->n; i++) {
				const struct patient *p = &t->patients->p[i];

				add(s, k < t->x->k ? patient_value(t, p, (enum measure)m, k)
				                   : foreground_value(t, p, (enum measure)m), 0);
			}
			put_sample(f, s, 0);
		}
}

static void
put_volumes(FILE *f, const struct patient_tables *t, struct sample *s)
{
	int i, k;

	s->measure = "volume_ml";
	for (k = 1; k < t->x->k; k++) {
		s->n = 0;
		s->class = t->names->name[k];
		for (i = 0; i < t->patients->n; i++)
			add(s, patient_value(t, &t->patients->p[i], PRED_ML, k), patient_value(t, &t->patients->p[i], TRUE_ML, k));
		put_sample(f, s, 1);
	}
}

static void
put_hearts(FILE *f, const struct patient_tables *t, struct sample *s)
{
	int i, m;

	for (m = 0; m < CARDIAC_MEASURES; m++) {
		if (!has_measure(t, (enum cardiac)m))
			continue;
		s->n = 0;
		s->measure = cardiac_name((enum cardiac)m);
		s->class = t->names->name[cardiac_class((enum cardiac)m, t->hearts)];
		for (i = 0; i < t->patients->n; i++)
			add(s, t->patients->p[i].pred[m], t->patients->p[i].truth[m]);
		put_sample(f, s, 1);
	}
}

void
patient_tables_agreement(FILE *f, const struct patient_tables *t, int replicates, uint64_t seed)
{
	struct sample s = { .replicates = replicates, .seed = seed };

	s.p = mem_array(2 * (size_t)t->patients->n + 1, sizeof *s.p);
	s.t = s.p + t->patients->n;
	fprintf(f, "measure\tclass\tstatistic\tn\tvalue\tlow\thigh\n");
	put_scores(f, t, &s);
	put_volumes(f, t, &s);
	put_hearts(f, t, &s);
	free(s.p);
}
