/* dataset-check - what is in a folder of volumes or pictures, and what is wrong with it */
#include "shared/tool.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "io/inspect.h"

static double tolerance = NIFTI_APART, far = 3;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 't', "tolerance", OPT_REAL, &tolerance, "EDGES", "how far apart, in edges of a voxel, an image and its mask may lie", 0, 1e6, 0 },
	{ 0, "far", OPT_REAL, &far, "FACTOR", "a size or spacing so many times the median, or the other way round, is told", 1,
	  1e6, 0 },
	OPT_END
};

static struct progress progress;

static void
show_progress(int done)
{
	progress_update(&progress, (uint64_t)done, "%s", "");
}

/* --- the table --- */

/* What a file is named may hold anything. */
static void
put_text(FILE *f, const char *text)
{
	for (; *text; text++)
		putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, f);
}

static void
put_findings(FILE *f, char *const *finding, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		fputs(i ? "; " : "", f);
		put_text(f, finding[i]);
	}
	fputs(n ? "\n" : "-\n", f);
}

static void
put_size(FILE *f, const struct inspect_file *v)
{
	if (!v) {
		fputs("\t-\t-", f);
		return;
	}
	fprintf(f, "\t%lldx%lld", (long long)v->at.dim[0], (long long)v->at.dim[1]);
	if (!v->picture)
		fprintf(f, "x%lld", (long long)v->at.dim[2]);
	if (v->frames > 1)
		fprintf(f, "x%lld", (long long)v->frames);
	if (v->picture)
		fputs("\t-", f);
	else
		fprintf(f, "\t%.6gx%.6gx%.6g", v->at.spacing[0], v->at.spacing[1], v->at.spacing[2]);
}

/* The range of a case's channel; NULL: there is no such channel. *known: it could be read. */
static const struct inspect_range *
range_of(const struct inspect_case *c, int channel, int *known)
{
	int k, planes;

	for (k = 0; k < c->of->channels; k++, channel -= planes) {
		const struct inspect_file *v = &c->image[k];

		planes = v->whole ? v->planes : 1;
		if (channel >= planes)
			continue;
		*known = v->whole && v->range[channel].values > v->range[channel].odd;
		return &v->range[channel];
	}
	return NULL;
}

/* A number for each channel, at this place in struct inspect_range. */
static void
put_numbers(FILE *f, const struct inspect_case *c, size_t place)
{
	const struct inspect_range *r;
	double number;
	int k, known;

	putc('\t', f);
	for (k = 0; (r = range_of(c, k, &known)); k++) {
		memcpy(&number, (const char *)r + place, sizeof number);
		fputs(k ? "," : "", f);
		if (known)
			fprintf(f, "%.6g", number);
		else
			putc('-', f);
	}
	fputs(k ? "" : "-", f);
}

static void
put_labels(FILE *f, const struct inspect_case *c)
{
	int k, n = 0;

	putc('\t', f);
	for (k = 0; k < 256; k++)
		if (c->label[k])
			fprintf(f, "%s%d:%lld", n++ ? " " : "", k, (long long)c->label[k]);
	fputs(n ? "\t" : "-\t", f);
}

static void
put_case(FILE *f, const struct inspect_case *c)
{
	static const char *const part[] = { "train", "val", "test", "-" };

	put_text(f, c->of->name);
	fprintf(f, "\t%s", part[c->of->part]);
	put_size(f, inspect_first(c));
	if (inspect_channels(c))
		fprintf(f, "\t%d", inspect_channels(c));
	else
		fputs("\t-", f);
	put_numbers(f, c, offsetof(struct inspect_range, min));
	put_numbers(f, c, offsetof(struct inspect_range, max));
	put_numbers(f, c, offsetof(struct inspect_range, mean));
	put_labels(f, c);
	put_findings(f, c->finding, c->findings);
}

static void
write_table(const struct inspection *x)
{
	struct outfile out;
	FILE *f = text_open(&out, opt_common.output);
	int i;

	fputs("case\tpart\tsize\tspacing\tchannels\tmin\tmax\tmean\tlabels\tfindings\n", f);
	for (i = 0; i < x->set->n; i++)
		put_case(f, &x->c[i]);
	for (i = 0; i < x->others; i++) {
		put_text(f, x->other[i].name);
		fputs("\t-\t-\t-\t-\t-\t-\t-\t-\t", f);
		put_findings(f, &x->other[i].text, 1);
	}
	text_close(&out);
}

/* --- the summary --- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
count_patients(const struct dataset *d)
{
	const char **name = mem_array((size_t)d->n, sizeof *name);
	int i, n = 0;

	for (i = 0; i < d->n; i++)
		name[i] = d->c[i].patient;
	qsort(name, (size_t)d->n, sizeof *name, by_name);
	for (i = 0; i < d->n; i++)
		n += !i || strcmp(name[i], name[i - 1]) != 0;
	free(name);
	return n;
}

static void
say_cases(const struct dataset *d)
{
	int masks = 0, i;

	for (i = 0; i < d->n; i++)
		masks += d->c[i].mask != NULL;
	note("'%s' (%s): %d cases of %d patients, %d with a mask", d->dir, dataset_layout_name(d->layout), d->n,
	     count_patients(d), masks);
}

static int
all_pictures(const struct dataset *d)
{
	int i;

	for (i = 0; i < d->n && dataset_is_picture(&d->c[i]); i++)
		;
	return i == d->n;
}

static void
say_axes(const struct inspection *x, const char *what, const char *unit, int spacing, const double median[3])
{
	double low[3] = { INFINITY, INFINITY, INFINITY }, high[3] = { 0, 0, 0 };
	int i, axis;

	for (i = 0; i < x->set->n; i++) {
		const struct inspect_file *f = inspect_first(&x->c[i]);

		for (axis = 0; f && axis < 3; axis++) {
			double v = spacing ? f->at.spacing[axis] : (double)f->at.dim[axis];

			low[axis] = fmin(low[axis], v);
			high[axis] = fmax(high[axis], v);
		}
	}
	if (all_pictures(x->set))
		note("%s: x %.6g to %.6g, y %.6g to %.6g; median %.6gx%.6g", what, low[0], high[0], low[1], high[1], median[0],
		     median[1]);
	else
		note("%s: x %.6g to %.6g, y %.6g to %.6g, z %.6g to %.6g%s; median %.6gx%.6gx%.6g", what, low[0], high[0], low[1],
		     high[1], low[2], high[2], unit, median[0], median[1], median[2]);
}

static void
say_intensities(const struct inspection *x)
{
	int i, k, known;

	for (k = 0; k < INSPECT_PLANES * DATASET_CHANNELS; k++) {
		double low = INFINITY, high = -INFINITY;

		for (i = 0; i < x->set->n; i++) {
			const struct inspect_range *r = range_of(&x->c[i], k, &known);

			if (r && known) {
				low = fmin(low, r->min);
				high = fmax(high, r->max);
			}
		}
		if (low <= high)
			note("intensities of channel %d: %.6g to %.6g", k, low, high);
	}
}

static void
say_classes(const struct inspection *x)
{
	const struct dataset *d = x->set;
	int k, i;

	for (k = 0; k < 256; k++) {
		int64_t voxels = 0;
		int cases = 0;

		for (i = 0; i < d->n; i++) {
			voxels += x->c[i].label[k];
			cases += x->c[i].label[k] > 0;
		}
		if (voxels || k < d->classes)
			note("label %d%s%s%s: %lld %s in %d cases", k, k < d->classes ? " (" : "",
			     k < d->classes ? d->class_name[k] : k == d->ignore ? " (to be ignored" : "",
			     k < d->classes || k == d->ignore ? ")" : "", (long long)voxels,
			     all_pictures(d) ? "pixels" : "voxels", cases);
	}
}

static void
say_findings(const struct inspection *x)
{
	int64_t all = inspect_findings(x);
	int i, cases = 0;

	for (i = 0; i < x->set->n; i++)
		cases += x->c[i].findings > 0;
	if (all)
		note("%lld %s: in %d cases, and %d about other things", (long long)all, all == 1 ? "finding" : "findings", cases,
		     x->others);
	else
		note("nothing found that is wrong");
}

static void
say(const struct inspection *x)
{
	say_cases(x->set);
	if (x->sized) {
		say_axes(x, "size", "", 0, x->median_size);
		if (!all_pictures(x->set))
			say_axes(x, "spacing", " mm", 1, x->median_spacing);
	}
	say_intensities(x);
	say_classes(x);
	say_findings(x);
}

int
main(int argc, char *argv[])
{
	struct inspection x = { .progress = show_progress };
	struct dataset set;
	struct err e;
	int found;

	opt_parse(argc, &argv, opts, "folder", "what is in a folder of volumes or pictures, and what is wrong with it", 1, 1);
	if (dataset_survey(&set, argv[0], &e))
		die("%s", e.msg);
	if (!set.n && !set.findings)
		die("'%s': no data set: no dataset.json, labels.tsv, patientNNN, NIfTI files or pictures", argv[0]);
	x.tolerance = tolerance;
	x.far = far;
	progress_start(&progress, "cases", (uint64_t)set.n, opt_common.quiet);
	inspect_set(&x, &set);
	progress_end(&progress);
	say(&x);
	found = inspect_findings(&x) > 0;
	write_table(&x); /* last: what fails leaves no table */
	inspect_free(&x);
	dataset_free(&set);
	return found;
}
