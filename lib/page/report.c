#include "page/report.h"

#include <math.h>
#include <string.h>

#include "image/difference.h"
#include "image/show.h"
#include "page/assets.h"
#include "page/html.h"
#include "ten/command.h"

void
report_name(FILE *f, const struct volume *v)
{
	html_text(f, v->patient);
	if (*v->frame) {
		fputs(" frame ", f);
		html_text(f, v->frame);
	}
	if (*v->phase) {
		fputs(" (", f);
		html_text(f, v->phase);
		putc(')', f);
	}
}

static void
head(FILE *f, const struct report *r)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>", f);
	html_text(f, r->title);
	fprintf(f, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<main>\n<h1>", asset_style, asset_report_style);
	html_text(f, r->title);
	fputs("</h1>\n", f);
}

static void
fact(FILE *f, double value, int decimals, const char *what, const char *of)
{
	fputs("<li><b>", f);
	html_number(f, value, decimals);
	fprintf(f, "</b><span>%s", what);
	html_text(f, of);
	fputs("</span></li>\n", f);
}

static void
facts(FILE *f, const struct report *r)
{
	const struct volume_list *l = &r->x->volumes;
	int k;

	fputs("<ul class=\"facts\">\n", f);
	fact(f, r->patients->n, 0, r->patients->n == 1 ? "patient" : "patients", "");
	fact(f, l->n, 0, l->n == 1 ? "volume" : "volumes", "");
	if (r->truth && r->x->k > 1) {
		fact(f, evaluation_foreground(r->x, score_dice), 3, "mean Dice", "");
		fact(f, evaluation_foreground(r->x, score_hd95), 1, "mean HD95, mm", "");
		fact(f, evaluation_foreground(r->x, score_assd), 2, "mean ASSD, mm", "");
	}
	for (k = 1; r->truth && k < r->x->k && k <= 8; k++)
		fact(f, evaluation_mean(r->x, k, score_dice), 3, "mean Dice, ", r->names->name[k]);
	fputs("</ul>\n", f);
}

static void
colour(FILE *f, const uint8_t *c, const char *name)
{
	fprintf(f, "<span><i class=\"key-colour\" style=\"background:rgb(%d,%d,%d)\"></i>", c[0], c[1], c[2]);
	html_text(f, name);
	fputs("</span>\n", f);
}

static void
legend(FILE *f, const struct report *r)
{
	int k;

	fprintf(f, "<p class=\"legend\">\n%s", r->truth ? "<b>Left:</b>\n" : "");
	for (k = 1; k < r->x->k; k++)
		colour(f, show_colour(k), r->names->name[k]);
	if (r->truth) {
		fputs("<span><i class=\"key-line\"></i>truth</span>\n<span><i class=\"key-line dashed\"></i>predicted</span>\n", f);
		fputs("</p>\n<p class=\"legend\">\n<b>Right:</b>\n", f);
		colour(f, verdict_colour(VERDICT_RIGHT), "right");
		colour(f, verdict_colour(VERDICT_MISSED), "missed");
		colour(f, verdict_colour(VERDICT_EXTRA), "extra");
		if (r->x->ignore >= 0)
			colour(f, ignored_colour, "no truth");
	}
	fputs("</p>\n", f);
}

static void
scores(FILE *f, const struct report *r, const struct volume *v)
{
	int k;

	fputs("<p>", f);
	for (k = 1; k < r->x->k; k++) {
		struct score s = volume_score(v, k);

		fputs(k > 1 ? " · " : "", f);
		html_text(f, r->names->name[k]);
		if (r->truth) {
			fputs(" Dice ", f);
			html_number(f, s.dice, 3);
		} else {
			putc(' ', f);
			html_number(f, s.pred_ml, 1);
			fputs(" ml", f);
		}
	}
	fputs("</p>\n", f);
}

static void
put_case(FILE *f, const struct report *r, int at)
{
	const struct volume *v = &r->x->volumes.v[at];
	const struct slice_list *l = &r->worst->pictures[at];
	int i;

	fprintf(f, "<article class=\"case\" id=\"case-%d\">\n<h3>", at + 1);
	report_name(f, v);
	fputs("</h3>\n", f);
	scores(f, r, v);
	fputs("<div class=\"scroll\">\n<label class=\"slider\" hidden=\"hidden\">Slice ", f);
	fprintf(f, "<input type=\"range\" min=\"0\" max=\"%d\" step=\"1\" value=\"%d\"/></label>\n<div class=\"pictures\">\n",
	        l->n - 1, l->n / 2);
	for (i = 0; i < l->n; i++) {
		fprintf(f, "<figure><img loading=\"lazy\" width=\"%d\" height=\"%d\" alt=\"", l->p[i].w, l->p[i].h);
		report_name(f, v);
		fprintf(f, ", slice %lld\" src=\"", (long long)l->p[i].number);
		html_png(f, l->p[i].png, l->p[i].size);
		fprintf(f, "\"/><figcaption>slice %lld of %lld</figcaption></figure>\n", (long long)l->p[i].number,
		        (long long)(v->expected ? v->expected : v->slices));
	}
	fputs("</div>\n</div>\n", f);
	if (r->worst->late[at])
		fputs("<p>Other slices of this volume came later and have no pictures.</p>\n", f);
	fputs("</article>\n", f);
}

static void
cases(FILE *f, const struct report *r)
{
	int left = r->x->volumes.n - r->worst->shown, late = worst_late(r->worst), i;

	if (!r->worst->shown)
		return;
	fprintf(f, "<section id=\"pictures\">\n<h2>%s</h2>\n<p>", r->truth ? "Worst volumes first" : "Pictures");
	fputs(r->truth ? "In order of the mean Dice of all structures. Left the contours of both, right where they differ." :
	      "The contours of what was predicted.", f);
	if (left)
		fprintf(f, " %d more %s no pictures here.", left, left == 1 ? "volume has" : "volumes have");
	if (late)
		fprintf(f, " Of %d %s slices came apart from the others, after all was drawn: they have no pictures.", late,
		        late == 1 ? "volume" : "volumes");
	fputs("</p>\n", f);
	legend(f, r);
	fputs("<div class=\"cases\">\n", f);
	for (i = 0; i < r->worst->shown; i++)
		put_case(f, r, r->worst->order[i]);
	fputs("</div>\n</section>\n", f);
}

static void
making(FILE *f, const struct report *r)
{
	int i;

	fputs("<section id=\"making\">\n<h2>How this was made</h2>\n<pre>", f);
	for (i = 0; i < r->meta->n; i++)
		if (command_is(r->meta->item[i].key)) {
			html_text(f, r->meta->item[i].key);
			fputs(": ", f);
			html_text(f, r->meta->item[i].value);
			putc('\n', f);
		}
	html_text(f, r->command);
	fputs("</pre>\n</section>\n", f);
}

void
report_write(FILE *f, const struct report *r)
{
	head(f, r);
	facts(f, r);
	if (!r->truth)
		fputs("<p class=\"note\">There is no truth to compare with: volumes and pictures only.</p>\n", f);
	report_plots(f, r);
	report_tables(f, r);
	cases(f, r);
	making(f, r);
	fprintf(f, "</main>\n<script>//<![CDATA[\n%s//]]></script>\n</body>\n</html>\n", asset_report_script);
}
