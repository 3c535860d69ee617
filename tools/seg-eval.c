/* seg-eval - compare predicted with true masks */
#include <stdlib.h>
#include <string.h>

#include "eval/choose.h"
#include "eval/evaluation.h"
#include "eval/patients.h"
#include "shared/compared.h"
#include "shared/patient_tables.h"
#include "shared/scores.h"
#include "shared/tool.h"

static const char *slices_path, *volumes_path, *worst_path, *confusion_path, *patients_path, *agreement_path;
static const char *choice_path, *names_text, *cardiac_text, *spacing;
static char *slices_spacing; /* the same as metadata has it: "x y z" */
static int classes, ignore = -1, common, by_voxel, guess, replicates = 1000;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'k', "classes", OPT_INT, &classes, "N", "number of classes, 0 for what the input says or its largest label", 0,
	  256, "" },
	{ 0, "names", OPT_TEXT, &names_text, "NAMES", "names of the classes, from 0 on (NAME,NAME,...)", 0, 0,
	  "the input's, or numbers" },
	{ 0, "ignore", OPT_INT, &ignore, "LABEL", "true label of pixels without truth, -1 for what the input says", -1, 255,
	  "" },
	{ 0, "spacing", OPT_TEXT, &spacing, "X,Y", "size of pixels in mm where the input does not say; 1,1 for distances in pixels",
	  0, 0, "unknown" },
	{ 0, "common", OPT_FLAG, &common, 0, "leave out cases that only one of two folders has", 0, 0, 0 },
	{ 0, "by-voxel", OPT_FLAG, &by_voxel, 0, "compare volumes although their headers place them differently", 0, 0, 0 },
	{ 0, "slices", OPT_OUT, &slices_path, "FILE", "write a table of slices", 0, 0, "" },
	{ 0, "volumes", OPT_OUT, &volumes_path, "FILE", "write a table of volumes and classes", 0, 0, "" },
	{ 0, "worst", OPT_OUT, &worst_path, "FILE", "write a table of volumes and classes, the worst first", 0, 0, "" },
	{ 0, "confusion", OPT_OUT, &confusion_path, "FILE", "write the confusion matrix", 0, 0, "" },
	{ 0, "patients", OPT_OUT, &patients_path, "FILE", "write a table of patients, with what their hearts do", 0, 0, "" },
	{ 0, "agreement", OPT_OUT, &agreement_path, "FILE", "write a table of agreement over patients", 0, 0, "" },
	{ 0, "cardiac", OPT_TEXT, &cardiac_text, "RV,MYO,LV", "classes of the heart, by name or number, - for none", 0, 0,
	  "by their names" },
	{ 0, "guess-phases", OPT_FLAG, &guess, 0, "where no phase is known, take the largest left ventricle for ED", 0, 0, 0 },
	{ 0, "replicates", OPT_INT, &replicates, "N", "bootstrap replicates, 0 for no intervals", 0, 1000000, 0 },
	{ 0, "choose-postprocessing", OPT_OUT, &choice_path, "FILE", "write a table of the classes to be cut down to their "
	  "largest component", 0, 0, "" },
	OPT_END
};

static struct compared input;
static struct names names;
static struct choice choice;
static struct outfile slices_table;

static void
read_spacing(void)
{
	double x, y;
	char rest;

	if (!spacing)
		return;
	if (sscanf(spacing, "%lf,%lf%c", &x, &y, &rest) != 2 || !(x > 0 && y > 0 && x < 1e6 && y < 1e6))
		die("--spacing '%s': expected two sizes in mm, X,Y", spacing);
	slices_spacing = mem_printf("%.17g %.17g 1", x, y);
}

static int
next(struct record *r)
{
	if (!compared_next(&input, r))
		return 0;
	if (slices_spacing && !meta_get(&r->meta, "spacing"))
		meta_set(&r->meta, "spacing", slices_spacing);
	return 1;
}

static int
largest(const struct tensor *t)
{
	int64_t n = t && t->dtype == TEN_U8 ? tensor_count(t) : 0, i;
	const uint8_t *label = n ? t->data : NULL;
	int max = 0;

	for (i = 0; i < n; i++)
		max = label[i] > max && label[i] != ignore ? label[i] : max;
	return max;
}

static int
largest_of(const struct record *r)
{
	int truth = largest(record_find(r, "mask")), pred = largest(record_find(r, "pred"));

	return truth > pred ? truth : pred;
}

/* The largest label of a file; a pipe cannot be read twice. */
static int
largest_in_stream(const char *path)
{
	struct ten_map m;
	struct err e;
	int i, rc, label, max = 0;

	rc = ten_map(&m, path, &e);
	if (rc < 0)
		die("%s", e.msg);
	if (rc)
		die("the stream does not say how many classes there are, and a pipe cannot be read twice: give --classes");
	for (i = 0; i < m.n; i++) {
		label = largest_of(&m.entry[i].rec);
		max = label > max ? label : max;
	}
	ten_unmap(&m);
	return max;
}

/* The record that has been read stays. */
static int
largest_in_pairs(const struct record *first)
{
	struct record r = { 0 };
	int label, max = largest_of(first);

	while (compared_next(&input, &r)) {
		label = largest_of(&r);
		max = label > max ? label : max;
	}
	record_free(&r);
	pairs_rewind(&input.pairs);
	compared_next(&input, &r);
	record_free(&r);
	return max;
}

static void
name_classes(const struct record *r)
{
	const char *told = meta_get(&r->meta, "names");
	struct err e;

	if (names_parse(&names, names_text ? names_text : told, classes, &e)) {
		if (names_text)
			die("--names %s", e.msg);
		err_prefix(&e, "metadata 'names'");
		compared_refuse(&input, r, &e);
	}
}

/* Classes, their names and the label to be ignored: what the first record decides. */
static void
learn(const struct record *r, const char *path)
{
	int64_t n = 0, label = -1;
	struct names told;
	struct err e;

	if (ignore < 0 && meta_int(&r->meta, "ignore", &label, 0, 255, &e) < 0)
		compared_refuse(&input, r, &e);
	ignore = ignore < 0 ? (int)label : ignore;
	if (!classes && meta_int(&r->meta, "classes", &n, 1, 256, &e) < 0)
		compared_refuse(&input, r, &e);
	if (!classes && !n && meta_get(&r->meta, "names")) {
		if (names_read(&told, &r->meta, &e))
			compared_refuse(&input, r, &e);
		n = told.n;
		names_free(&told);
	}
	if (!classes)
		classes = n ? (int)n : 1 + (input.paired ? largest_in_pairs(r) : largest_in_stream(path));
	name_classes(r);
}

static void
put_slice(void *ctx, const struct volume *v, int64_t slice, const struct confusion *c, const struct surface *surface)
{
	(void)ctx;
	scores_slice(slices_table.f, v, slice, c, surface);
}

static void
try_postprocessing(void *ctx, const struct volume *v)
{
	const int64_t dim[3] = { v->stack.n, v->stack.h, v->stack.w };

	(void)ctx;
	choice_add(&choice, v->stack.truth, v->stack.pred, dim, ignore);
}

static void
begin(struct evaluation *x, const struct record *r, const char *path)
{
	learn(r, path);
	evaluation_init(x, classes, ignore);
	if (slices_path) {
		scores_slice_header(text_open(&slices_table, slices_path), &names);
		x->slice_surfaces = 1;
		x->on_slice = put_slice;
	}
	if (choice_path) {
		choice_init(&choice, classes);
		x->on_volume = try_postprocessing;
	}
}

static const struct volume *
first_broken(const struct evaluation *x)
{
	int i;

	for (i = 0; i < x->volumes.n; i++)
		if (x->volumes.v[i].why_not)
			return &x->volumes.v[i];
	return NULL;
}

/* What the tables don't say, once they are written */
static void
note_gaps(const struct evaluation *x, int hearts, int patients)
{
	const struct volume *first = first_broken(x);
	int i, without = 0, broken = 0;

	for (i = 0; i < x->volumes.n; i++) {
		without += !(volume_voxel(&x->volumes.v[i]) > 0);
		broken += x->volumes.v[i].why_not != NULL;
	}
	if (broken)
		note("volumes without distances: %d of %d, the first is '%s' %s: %s", broken, x->volumes.n, first->patient,
		     first->frame, first->why_not);
	if (without)
		note("volumes without spacing, so without millilitres and distances: %d of %d", without, x->volumes.n);
	if (hearts >= 0 && hearts < patients)
		note("ED and ES are known for %d of %d patients%s", hearts, patients, guess ? "" : " (see --guess-phases)");
}

static void
find_hearts(struct cardiac_classes *hearts, int *any)
{
	struct err e;

	*any = cardiac_text ? 1 : cardiac_classes_named(hearts, &names);
	if (cardiac_text && cardiac_classes_parse(hearts, cardiac_text, &names, &e))
		die("--cardiac %s", e.msg);
}

static void
put_patients(const struct evaluation *x, const struct patient_list *list, const struct cardiac_classes *hearts,
             struct outfile *patients, struct outfile *agreement)
{
	struct patient_tables t = { x, &names, list, hearts };

	if (patients_path)
		patient_tables_patients(text_open(patients, patients_path), &t);
	if (agreement_path)
		patient_tables_agreement(text_open(agreement, agreement_path), &t, replicates, opt_common.seed);
}

/* All or none: what can fail on the way is done before the first file gets its name. */
static void
put_tables(const struct evaluation *x, const struct patient_list *list, const struct cardiac_classes *hearts)
{
	struct outfile out[7] = { { 0 } }, summary;
	size_t i;

	scores_summary(text_open(&summary, opt_common.output), x, &names);
	if (volumes_path)
		scores_volumes(text_open(&out[0], volumes_path), x, &names);
	if (worst_path)
		scores_worst(text_open(&out[1], worst_path), x, &names);
	if (confusion_path)
		scores_confusion(text_open(&out[2], confusion_path), x, &names);
	if (choice_path)
		scores_choice(text_open(&out[3], choice_path), &choice, &names);
	put_patients(x, list, hearts, &out[4], &out[5]);
	out[6] = slices_table;
	for (i = 0; i < ARRAY_LEN(out); i++)
		if (out[i].f)
			text_close(&out[i]);
	text_close(&summary);
}

/* After the last record */
static void
finish(struct evaluation *x)
{
	struct cardiac_classes hearts;
	struct patient_list list;
	const struct volume *broken;
	int any;

	evaluation_end(x);
	broken = first_broken(x);
	if (broken && choice_path)
		die("--choose-postprocessing needs whole volumes: '%s' %s: %s", broken->patient, broken->frame, broken->why_not);
	find_hearts(&hearts, &any);
	patient_list_init(&list, &x->volumes, any ? &hearts : NULL, guess);
	put_tables(x, &list, any ? &hearts : NULL);
	note_gaps(x, any && (patients_path || agreement_path) ? patient_list_hearts(&list) : -1, list.n);
	patient_list_free(&list);
}

static void
refuse_standard_output(void)
{
	const struct opt *o;

	for (o = opts; o->name; o++)
		if (o->type == OPT_OUT && strcmp(o->name, "output") && *(const char **)o->var &&
		    !strcmp(*(const char **)o->var, "-"))
			die("--%s needs a file: standard output is for the summary", o->name);
}

int
main(int argc, char *argv[])
{
	struct evaluation x = { 0 };
	struct record r = { 0 };
	struct err e;
	int n, begun = 0;

	n = opt_parse(argc, &argv, opts, "[file | predictions truth]", "compare predicted with true masks", 0, 2);
	refuse_standard_output();
	read_spacing();
	if (n == 2)
		compared_open_files(&input, argv[0], argv[1], common, by_voxel);
	else
		compared_open_stream(&input, n ? argv[0] : NULL, "one of predictions goes with one of truth");
	while (next(&r)) {
		if (!begun++)
			begin(&x, &r, n ? argv[0] : NULL);
		if (evaluation_add(&x, &r, &e))
			compared_refuse(&input, &r, &e);
	}
	if (!x.slices.parts)
		die("%s: no slices to evaluate", input.name);
	finish(&x);
	evaluation_free(&x);
	names_free(&names);
	free(slices_spacing);
	choice_free(&choice);
	record_free(&r);
	compared_close(&input);
	return 0;
}
