/* seg-eval - compare predicted with true masks */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/overlap.h"
#include "eval/volumes.h"
#include "shared/tool.h"

static const char *slices_path, *volumes_path, *confusion_path, *names_text;
static int classes;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'k', "classes", OPT_INT, &classes, "N", "number of classes, 0 for what the stream says or its largest label", 0,
	  256, "" },
	{ 0, "names", OPT_TEXT, &names_text, "NAMES", "names of the classes, from 0 on (NAME,NAME,...)", 0, 0, "numbers" },
	{ 0, "slices", OPT_OUT, &slices_path, "FILE", "write a table of slices", 0, 0, "" },
	{ 0, "volumes", OPT_OUT, &volumes_path, "FILE", "write a table of volumes and classes", 0, 0, "" },
	{ 0, "confusion", OPT_OUT, &confusion_path, "FILE", "write the confusion matrix", 0, 0, "" },
	OPT_END
};

static char **names;     /* [classes] */
static char *names_copy; /* what they point into when named */

struct eval {
	struct confusion all, slice;
	struct overlap_mean slices;
	struct volume_list volumes;
	struct outfile table; /* --slices */
};

static int
largest(const struct tensor *t)
{
	int64_t n = t && t->dtype == TEN_U8 ? tensor_count(t) : 0, i;
	uint8_t max = 0;

	for (i = 0; i < n; i++)
		max = ((const uint8_t *)t->data)[i] > max ? ((const uint8_t *)t->data)[i] : max;
	return max;
}

/* The largest label of a file, counting from 1; a pipe cannot be read twice. */
static int
count_labels(const char *path)
{
	static const char *const which[] = { "mask", "pred" };
	struct ten_map m;
	struct err e;
	int i, k, rc, label, max = 0;

	rc = ten_map(&m, path, &e);
	if (rc < 0)
		die("%s", e.msg);
	if (rc)
		die("the stream does not say how many classes there are, and a pipe cannot be read twice: give --classes");
	for (i = 0; i < m.n; i++)
		for (k = 0; k < 2; k++) {
			label = largest(record_find(&m.entry[i].rec, which[k]));
			max = label > max ? label : max;
		}
	ten_unmap(&m);
	return max + 1;
}

static void
name_classes(void)
{
	char *rest = NULL;
	int i;

	if (names_text)
		rest = names_copy = mem_strdup(names_text);
	names = mem_array((size_t)classes, sizeof *names);
	for (i = 0; i < classes; i++) {
		char *name = names_text ? strsep(&rest, ",") : NULL;

		if (names_text && (!name || !*name))
			die("--names '%s': no name for class %d of 0..%d", names_text, i, classes - 1);
		names[i] = name ? name : mem_printf("%d", i);
	}
	if (rest)
		die("--names '%s': more names than the %d classes", names_text, classes);
}

/* What the first record decides. */
static void
begin(struct eval *x, const struct ten_reader *in, const struct record *r, const char *path)
{
	struct err e;
	int64_t n = 0;
	int i;

	if (!classes && meta_int(&r->meta, "classes", &n, 1, 256, &e) < 0)
		in_die(in, r, "%s", e.msg);
	if (!classes)
		classes = n ? (int)n : count_labels(path);
	name_classes();
	confusion_init(&x->all, classes);
	confusion_init(&x->slice, classes);
	overlap_mean_init(&x->slices, classes);
	volume_list_init(&x->volumes, classes);
	if (!slices_path)
		return;
	fprintf(text_open(&x->table, slices_path), "patient\tframe\tslice\tmacro_iou\tmacro_dice");
	for (i = 0; i < classes; i++)
		fprintf(x->table.f, "\tiou.%s\tdice.%s", names[i], names[i]);
	putc('\n', x->table.f);
}

/* A name in a table: control characters would break it. */
static void
put_name(FILE *f, const char *s, char end)
{
	for (; *s; s++)
		putc((unsigned char)*s < 32 || *s == 127 ? '?' : *s, f);
	putc(end, f);
}

static void
put_slice(FILE *f, const struct volume *v, int64_t slice, const struct confusion *c)
{
	int i;

	put_name(f, v->patient, '\t');
	put_name(f, v->frame, '\t');
	fprintf(f, "%" PRId64 "\t%.6f\t%.6f", slice, confusion_mean_iou(c, 0, ABSENT_ONE),
	        confusion_mean_dice(c, 0, ABSENT_ONE));
	for (i = 0; i < classes; i++)
		fprintf(f, "\t%.6f\t%.6f", confusion_iou(c, i), confusion_dice(c, i));
	putc('\n', f);
}

static const struct tensor *
labels(const struct ten_reader *in, const struct record *r, const char *name)
{
	const struct tensor *t = in_tensor(in, r, name, 3);

	if (t->dtype != TEN_U8)
		in_die(in, r, "'%s' is %s, expected U8", name, ten_dtype_name(t->dtype));
	return t;
}

static void
add(struct eval *x, const struct ten_reader *in, const struct record *r)
{
	const struct tensor *mask = labels(in, r, "mask"), *pred = labels(in, r, "pred");
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];
	size_t size = (size_t)tensor_stride0(mask);
	struct volume *v;
	struct err e;
	int64_t i, slice;

	if (!tensor_same_shape(mask, pred) || !size)
		in_die(in, r, "'mask' is %s, 'pred' is %s", tensor_shape(a, mask), tensor_shape(b, pred));
	v = volume_list_at(&x->volumes, r, &e);
	if (!v)
		in_die(in, r, "%s", e.msg);
	slice = v->slices;
	if (meta_int(&r->meta, "slice", &slice, 0, INT64_MAX / 2, &e) < 0)
		in_die(in, r, "%s", e.msg);
	for (i = 0; i < mask->dim[0]; i++) {
		confusion_clear(&x->slice);
		if (confusion_add(&x->slice, (uint8_t *)mask->data + (size_t)i * size,
		                  (uint8_t *)pred->data + (size_t)i * size, size, &e))
			in_die(in, r, "sample %" PRId64 ": %s", i, e.msg);
		confusion_merge(&x->all, &x->slice);
		confusion_merge(&v->c, &x->slice);
		overlap_mean_add(&x->slices, &x->slice);
		if (slices_path)
			put_slice(x->table.f, v, slice + i, &x->slice);
	}
	v->slices += mask->dim[0];
}

static void
put_volumes(FILE *f, const struct volume_list *l)
{
	int i, k;

	fprintf(f, "patient\tframe\tgroup\tphase\tslices\tclass\tdice\tiou\ttrue_ml\tpred_ml\n");
	for (i = 0; i < l->n; i++)
		for (k = 0; k < classes; k++) {
			const struct volume *v = &l->v[i];

			put_name(f, v->patient, '\t');
			put_name(f, v->frame, '\t');
			put_name(f, v->group, '\t');
			put_name(f, v->phase, '\t');
			fprintf(f, "%" PRId64 "\t%s\t%.6f\t%.6f\t%.6g\t%.6g\n", v->slices, names[k], volume_dice(v, k),
			        volume_iou(v, k), volume_true_ml(v, k), volume_pred_ml(v, k));
		}
}

static void
put_confusion(FILE *f, const struct confusion *c)
{
	int i, k;

	fprintf(f, "truth");
	for (k = 0; k < classes; k++)
		fprintf(f, "\t%s", names[k]);
	for (i = 0; i < classes; i++) {
		fprintf(f, "\n%s", names[i]);
		for (k = 0; k < classes; k++)
			fprintf(f, "\t%" PRIu64, c->n[i * classes + k]);
	}
	fprintf(f, "\n");
}

/* A score of volumes for each class, its mean over volumes, and the mean of those from class 1 on. */
static void
put_volume_score(FILE *f, const char *metric, const struct volume_list *l,
                 double (*score)(const struct volume *v, int class))
{
	double foreground = 0;
	int i, k;

	for (k = 0; k < classes; k++) {
		double sum = 0;

		for (i = 0; i < l->n; i++)
			sum += score(&l->v[i], k);
		fprintf(f, "%s\t%s\t%.6f\n", metric, names[k], sum / l->n);
		foreground += k ? sum / l->n : 0;
	}
	if (classes > 1)
		fprintf(f, "%s\tforeground\t%.6f\n", metric, foreground / (classes - 1));
}

static void
put_one_empty(FILE *f, const struct volume_list *l)
{
	int i, k;

	for (k = 0; k < classes; k++) {
		int n = 0;

		for (i = 0; i < l->n; i++)
			n += volume_one_empty(&l->v[i], k);
		fprintf(f, "volumes_one_empty\t%s\t%d\n", names[k], n);
	}
}

static void
put_summary(FILE *f, const struct eval *x)
{
	int k;

	fprintf(f, "metric\tclass\tvalue\n");
	fprintf(f, "slices\tall\t%" PRIu64 "\nvolumes\tall\t%d\n", x->slices.parts, x->volumes.n);
	fprintf(f, "accuracy\tall\t%.6f\n", confusion_accuracy(&x->all));
	fprintf(f, "slice_macro_iou\tall\t%.6f\n", overlap_mean_macro_iou(&x->slices));
	fprintf(f, "slice_macro_dice\tall\t%.6f\n", overlap_mean_macro_dice(&x->slices));
	for (k = 0; k < classes; k++)
		fprintf(f, "slice_iou\t%s\t%.6f\n", names[k], overlap_mean_iou(&x->slices, k));
	fprintf(f, "slice_iou\tforeground\t%.6f\n", overlap_mean_foreground_iou(&x->slices));
	for (k = 0; k < classes; k++)
		fprintf(f, "slice_dice\t%s\t%.6f\n", names[k], overlap_mean_dice(&x->slices, k));
	fprintf(f, "slice_dice\tforeground\t%.6f\n", overlap_mean_foreground_dice(&x->slices));
	for (k = 0; k < classes; k++)
		fprintf(f, "pooled_iou\t%s\t%.6f\n", names[k], confusion_iou(&x->all, k));
	fprintf(f, "pooled_iou\tforeground\t%.6f\n", confusion_mean_iou(&x->all, 1, ABSENT_SKIP));
	for (k = 0; k < classes; k++)
		fprintf(f, "pooled_dice\t%s\t%.6f\n", names[k], confusion_dice(&x->all, k));
	fprintf(f, "pooled_dice\tforeground\t%.6f\n", confusion_mean_dice(&x->all, 1, ABSENT_SKIP));
	put_volume_score(f, "volume_iou", &x->volumes, volume_iou);
	put_volume_score(f, "volume_dice", &x->volumes, volume_dice);
	put_one_empty(f, &x->volumes);
}

/* All or none: what can fail on the way is done before the first file gets its name. */
static void
put_tables(struct eval *x)
{
	struct outfile volumes = { 0 }, confusion = { 0 }, summary;

	put_summary(text_open(&summary, opt_common.output), x);
	if (volumes_path)
		put_volumes(text_open(&volumes, volumes_path), &x->volumes);
	if (confusion_path)
		put_confusion(text_open(&confusion, confusion_path), &x->all);
	if (slices_path)
		text_close(&x->table);
	if (volumes_path)
		text_close(&volumes);
	if (confusion_path)
		text_close(&confusion);
	text_close(&summary);
}

static void
end(struct eval *x)
{
	int i;

	for (i = 0; i < classes && !names_copy; i++)
		free(names[i]);
	free(names);
	free(names_copy);
	confusion_free(&x->all);
	confusion_free(&x->slice);
	overlap_mean_free(&x->slices);
	volume_list_free(&x->volumes);
}

static void
refuse_standard_output(const char *name, const char *path)
{
	if (path && !strcmp(path, "-"))
		die("--%s needs a file: standard output is for the summary", name);
}

int
main(int argc, char *argv[])
{
	struct eval x = { 0 };
	struct record r = { 0 };
	struct ten_reader in;
	int n, begun = 0;

	n = opt_parse(argc, &argv, opts, "[file]", "compare predicted with true masks", 0, 1);
	refuse_standard_output("slices", slices_path);
	refuse_standard_output("volumes", volumes_path);
	refuse_standard_output("confusion", confusion_path);
	in_open(&in, n ? argv[0] : NULL);
	while (in_read(&in, &r)) {
		if (!begun++)
			begin(&x, &in, &r, n ? argv[0] : NULL);
		add(&x, &in, &r);
	}
	if (!x.slices.parts)
		die("%s: no slices to evaluate", in.name);
	put_tables(&x);
	end(&x);
	record_free(&r);
	in_close(&in);
	return 0;
}
