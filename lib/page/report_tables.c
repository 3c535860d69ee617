#include "page/report.h"

#include <math.h>

#include "page/html.h"

static void
number(FILE *f, double x, int decimals, int group)
{
	fprintf(f, "<td class=\"n%s\" data-v=\"", group ? " group" : "");
	if (!isnan(x))
		fprintf(f, "%.9g", x);
	fputs("\">", f);
	html_number(f, x, decimals);
	fputs("</td>", f);
}

static void
header(FILE *f, const char *text, int group)
{
	fprintf(f, "<th scope=\"col\" class=\"n%s\">", group ? " group" : "");
	html_text(f, text);
	fputs("</th>", f);
}

/* A heading over so many columns. */
static void
over(FILE *f, const char *text, int columns)
{
	fprintf(f, "<th scope=\"colgroup\" class=\"group\" colspan=\"%d\">", columns);
	html_text(f, text);
	fputs("</th>", f);
}

static void
begin(FILE *f, const char *label)
{
	fprintf(f, "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n<table class=\"sort few\">\n<thead>\n<tr>",
	        label);
}

static void
volume_head(FILE *f, const struct report *r)
{
	int k;

	begin(f, "volumes");
	fputs("<th></th><th></th><th></th>", f);
	for (k = 1; k < r->x->k; k++)
		over(f, r->names->name[k], r->truth ? 6 : 1);
	fputs("</tr>\n<tr><th scope=\"col\">Patient</th><th scope=\"col\">Frame</th><th scope=\"col\">Phase</th>", f);
	for (k = 1; k < r->x->k; k++) {
		if (r->truth) {
			header(f, "Dice", 1);
			header(f, "HD95 mm", 0);
			header(f, "ASSD mm", 0);
			header(f, "true ml", 0);
		}
		header(f, r->truth ? "pred ml" : "ml", !r->truth);
		if (r->truth)
			header(f, "error ml", 0);
	}
	fputs("</tr>\n</thead>\n<tbody>\n", f);
}

static void
text_cell(FILE *f, const char *text)
{
	fputs("<td>", f);
	html_text(f, text);
	fputs("</td>", f);
}

static void
volume_row(FILE *f, const struct report *r, int at)
{
	const struct volume *v = &r->x->volumes.v[at];
	int k;

	fputs("<tr><th scope=\"row\">", f);
	if (r->worst->pictures[at].n)
		fprintf(f, "<a href=\"#case-%d\">", at + 1);
	html_text(f, v->patient);
	fputs(r->worst->pictures[at].n ? "</a></th>" : "</th>", f);
	text_cell(f, v->frame);
	text_cell(f, v->phase);
	for (k = 1; k < r->x->k; k++) {
		struct score s = volume_score(v, k);

		if (r->truth) {
			number(f, s.dice, 3, 1);
			number(f, s.surface.hd95, 1, 0);
			number(f, s.surface.assd, 2, 0);
			number(f, s.true_ml, 1, 0);
		}
		number(f, s.pred_ml, 1, !r->truth);
		if (r->truth)
			number(f, s.error_ml, 1, 0);
	}
	fputs("</tr>\n", f);
}

static const enum cardiac shown[] = { CARDIAC_LV_EDV, CARDIAC_LV_ESV, CARDIAC_LV_SV, CARDIAC_LV_EF, CARDIAC_RV_EDV,
	                              CARDIAC_RV_ESV, CARDIAC_RV_SV, CARDIAC_RV_EF, CARDIAC_MASS_ED };
static const char *const title[] = { "LV EDV ml", "LV ESV ml", "LV SV ml", "LV EF %", "RV EDV ml", "RV ESV ml",
	                             "RV SV ml", "RV EF %", "Muscle g" };
enum { MEASURES = sizeof shown / sizeof *shown };

static void
patient_head(FILE *f, const struct report *r)
{
	int i;

	begin(f, "patients");
	fputs("<th></th><th></th>", f);
	if (r->truth)
		fputs("<th></th>", f);
	for (i = 0; i < MEASURES; i++)
		if (cardiac_class(shown[i], r->hearts) >= 0)
			over(f, title[i], r->truth ? 3 : 1);
	fputs("</tr>\n<tr><th scope=\"col\">Patient</th><th scope=\"col\">Group</th>", f);
	if (r->truth)
		header(f, "Dice", 0);
	for (i = 0; i < MEASURES; i++) {
		if (cardiac_class(shown[i], r->hearts) < 0)
			continue;
		if (r->truth)
			header(f, "true", 1);
		header(f, "pred", !r->truth);
		if (r->truth)
			header(f, "error", 0);
	}
	fputs("</tr>\n</thead>\n<tbody>\n", f);
}

static void
patient_row(FILE *f, const struct report *r, const struct patient *p)
{
	double dice = 0;
	int i;

	fputs("<tr><th scope=\"row\">", f);
	html_text(f, p->name);
	fputs("</th>", f);
	text_cell(f, p->group);
	for (i = 0; i < p->n; i++)
		dice += worst_dice(&r->x->volumes.v[p->volume[i]], r->x->k) / p->n;
	if (r->truth)
		number(f, dice, 3, 0);
	for (i = 0; i < MEASURES; i++) {
		double truth = p->truth[shown[i]], pred = p->pred[shown[i]];

		if (cardiac_class(shown[i], r->hearts) < 0)
			continue;
		if (r->truth)
			number(f, truth, 1, 1);
		number(f, pred, 1, !r->truth);
		if (r->truth)
			number(f, pred - truth, 1, 0);
	}
	fputs("</tr>\n", f);
}

void
report_tables(FILE *f, const struct report *r)
{
	int i;

	if (r->hearts) {
		fputs("<section id=\"patients\">\n<h2>Patients</h2>\n", f);
		patient_head(f, r);
		for (i = 0; i < r->patients->n; i++)
			patient_row(f, r, &r->patients->p[i]);
		fputs("</tbody>\n</table>\n</div>\n</section>\n", f);
	}
	fputs("<section id=\"volumes\">\n<h2>Volumes</h2>\n", f);
	volume_head(f, r);
	for (i = 0; i < r->x->volumes.n; i++)
		volume_row(f, r, r->x->volumes.sorted[i]);
	fputs("</tbody>\n</table>\n</div>\n", f);
	if (r->truth)
		fputs("<p class=\"sources\">A dash: no distance where a structure is in one of the two masks only, no millilitres "
		      "without spacing.</p>\n", f);
	fputs("</section>\n", f);
}
