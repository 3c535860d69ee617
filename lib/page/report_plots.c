#include "page/report.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "eval/agreement.h"
#include "page/html.h"
#include "page/plot.h"

enum { MOST = 8 }; /* structures with plots */

/* Pairs of true and predicted values, NANs left out. */
struct pairs_of {
	double *truth, *pred;
	struct plot_point *point;
	int n;
};

static void
add(struct pairs_of *a, double truth, double pred, const char *name, int open)
{
	if (isnan(truth) || isnan(pred))
		return;
	a->truth[a->n] = truth;
	a->pred[a->n] = pred;
	a->point[a->n++] = (struct plot_point){ truth, pred, name, open };
}

static void
pairs_new(struct pairs_of *a, int n)
{
	a->truth = mem_array((size_t)n, sizeof *a->truth);
	a->pred = mem_array((size_t)n, sizeof *a->pred);
	a->point = mem_array((size_t)n, sizeof *a->point);
	a->n = 0;
}

static void
pairs_delete(struct pairs_of *a)
{
	free(a->truth);
	free(a->pred);
	free(a->point);
}

static void
estimate(FILE *f, const char *what, enum statistic s, const struct pairs_of *a, const struct report *r, int decimals)
{
	struct estimate x = statistic_estimate(s, a->pred, a->truth, a->n, r->replicates, r->seed);

	fprintf(f, "%s ", what);
	html_number(f, x.value, decimals);
	if (isnan(x.low))
		return;
	fputs(" (", f);
	html_number(f, x.low, decimals);
	fputs(" to ", f);
	html_number(f, x.high, decimals);
	fputs(")", f);
}

/* The two plots of a measure and its agreement. */
static void
put(FILE *f, const struct report *r, struct pairs_of *a, const char *name, const char *unit)
{
	struct plot p = { .point = a->point, .n = a->n };
	char *x = mem_printf("true %s", unit), *y = mem_printf("predicted %s", unit), *mean = mem_printf("mean %s", unit);
	char *difference = mem_printf("predicted minus true %s", unit);
	int i;

	if (!a->n)
		goto done;
	fputs("<figure>\n<h3>", f);
	html_text(f, name);
	fputs("</h3>\n<div class=\"pair\">\n", f);
	p.title = name;
	p.x_label = x;
	p.y_label = y;
	p.bias = p.low = p.high = NAN;
	plot_correlation(f, &p);
	for (i = 0; i < a->n; i++) {
		a->point[i].x = (a->truth[i] + a->pred[i]) / 2;
		a->point[i].y = a->pred[i] - a->truth[i];
	}
	p.x_label = mean;
	p.y_label = difference;
	p.bias = statistic(STAT_BIAS, a->pred, a->truth, a->n);
	p.low = statistic(STAT_LOA_LOW, a->pred, a->truth, a->n);
	p.high = statistic(STAT_LOA_HIGH, a->pred, a->truth, a->n);
	plot_differences(f, &p);
	fprintf(f, "</div>\n<figcaption>n = %d; ", a->n);
	estimate(f, "r", STAT_R, a, r, 3);
	estimate(f, "; bias", STAT_BIAS, a, r, 1);
	estimate(f, "; limits of agreement", STAT_LOA_LOW, a, r, 1);
	estimate(f, " and", STAT_LOA_HIGH, a, r, 1);
	estimate(f, "; mean absolute error", STAT_MAE, a, r, 1);
	fputs("</figcaption>\n</figure>\n", f);
done:
	free(x);
	free(y);
	free(mean);
	free(difference);
}

static void
hearts(FILE *f, const struct report *r)
{
	static const enum cardiac m[] = { CARDIAC_LV_EF, CARDIAC_RV_EF };
	static const char *const name[] = { "LV ejection fraction", "RV ejection fraction" };
	struct pairs_of a;
	int i, k;

	if (!r->hearts || !patient_list_hearts(r->patients))
		return;
	fputs("<section id=\"hearts\">\n<h2>Ejection fraction</h2>\n", f);
	for (k = 0; k < 2; k++) {
		pairs_new(&a, r->patients->n);
		for (i = 0; i < r->patients->n; i++) {
			const struct patient *p = &r->patients->p[i];

			add(&a, p->truth[m[k]], p->pred[m[k]], p->name, 0);
		}
		put(f, r, &a, name[k], "%");
		pairs_delete(&a);
	}
	fputs("</section>\n", f);
}

static int
has_spacing(const struct report *r)
{
	int i;

	for (i = 0; i < r->x->volumes.n; i++)
		if (volume_voxel(&r->x->volumes.v[i]) > 0)
			return 1;
	return 0;
}

void
report_plots(FILE *f, const struct report *r)
{
	const struct volume_list *l = &r->x->volumes;
	struct pairs_of a;
	int i, k;

	if (!r->truth)
		return;
	hearts(f, r);
	if (!has_spacing(r))
		return;
	fputs("<section id=\"agreement\">\n<h2>Volumes of structures</h2>\n<p>In brackets 95 % intervals by bootstrap. "
	      "Points are volumes, those at end systole are rings. Left the line of identity, right bias and limits of agreement.</p>\n", f);
	for (k = 1; k < r->x->k && k <= MOST; k++) {
		pairs_new(&a, l->n);
		for (i = 0; i < l->n; i++) {
			const struct volume *v = &l->v[i];
			struct score s = volume_score(v, k);

			add(&a, s.true_ml, s.pred_ml, v->patient, v->phase[0] == 'E' && v->phase[1] == 'S');
		}
		put(f, r, &a, r->names->name[k], "ml");
		pairs_delete(&a);
	}
	if (r->x->k - 1 > MOST)
		fprintf(f, "<p>Plots of %d more structures are left out.</p>\n", r->x->k - 1 - MOST);
	fputs("</section>\n", f);
}
