#include "io/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/dataset_build.h"
#include "io/gallery.h"

const char *
dataset_layout_name(enum dataset_layout layout)
{
	static const char *const name[] = { "nnU-Net", "labels.tsv", "ACDC", "plain", "pictures" };

	return name[layout];
}

static int
has_file(const char *dir, const char *name)
{
	char *path = mem_printf("%s/%s", dir, name);
	int there = !access(path, F_OK);

	free(path);
	return there;
}

static int
is_acdc(char **names, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (!strncmp(names[i], "patient", 7) && names[i][7] &&
		    strspn(names[i] + 7, "0123456789") == strlen(names[i] + 7))
			return 1;
	return 0;
}

static int
has_volumes(char **names, int n)
{
	int i;

	for (i = 0; i < n && !dataset_stem(names[i]); i++)
		;
	return i < n;
}

static int
find_layout(struct dataset *d, struct err *e)
{
	char **names;
	int n;

	if (dataset_list(&names, &n, d, "", e))
		return -1;
	d->layout = has_file(d->dir, "dataset.json")  ? DATASET_NNUNET :
	            has_file(d->dir, "labels.tsv")    ? DATASET_TABLE :
	            is_acdc(names, n)                 ? DATASET_ACDC :
	            has_volumes(names, n)             ? DATASET_PLAIN :
	            dataset_has_pictures(d)           ? DATASET_PICTURES : DATASET_PLAIN;
	dataset_free_list(names, n);
	return 0;
}

int
dataset_layout(enum dataset_layout *layout, const char *dir, struct err *e)
{
	struct dataset d = { .dir = mem_strdup(dir), .ignore = -1 };
	int rc = find_layout(&d, e);

	*layout = d.layout;
	dataset_free(&d);
	return rc;
}

int
dataset_classes(struct dataset *d, const char *dir, struct err *e)
{
	*d = (struct dataset){ .dir = mem_strdup(dir), .ignore = -1 };
	if (!dataset_read_classes(d, e))
		return 0;
	dataset_free(d);
	return -1;
}

int
dataset_is_picture(const struct dataset_case *c)
{
	return gallery_is_picture(c->channels ? c->image[0] : c->mask);
}

static int
read_layout(struct dataset *d, int parts, int masks, struct err *e)
{
	switch (d->layout) {
	case DATASET_NNUNET:
		return dataset_read_nnunet(d, parts, e);
	case DATASET_TABLE:
		return dataset_read_table(d, e) || dataset_read_classes(d, e) ? -1 : 0;
	case DATASET_ACDC:
		return dataset_read_acdc(d, e);
	case DATASET_PICTURES:
		return dataset_read_pictures(d, masks, e) || dataset_read_classes(d, e) ? -1 : 0;
	default:
		return dataset_read_plain(d, masks, e) || dataset_read_classes(d, e) ? -1 : 0;
	}
}

static void
free_case(struct dataset_case *c)
{
	int i;

	for (i = 0; i < c->channels; i++)
		free(c->image[i]);
	free(c->image);
	free(c->name);
	free(c->patient);
	free(c->group);
	free(c->phase);
	free(c->mask);
}

/* Keeps the cases with keep[i]. */
static void
keep_cases(struct dataset *d, const unsigned char *keep)
{
	int i, n = 0;

	for (i = 0; i < d->n; i++)
		if (keep[i])
			d->c[n++] = d->c[i];
		else
			free_case(&d->c[i]);
	d->n = n;
}

static int
by_name(const void *a, const void *b, void *cases)
{
	const struct dataset_case *c = cases;
	int i = *(const int *)a, k = *(const int *)b, order = strcmp(c[i].name, c[k].name);

	return order ? order : i - k;
}

static void
index_names(struct dataset *d)
{
	int i;

	free(d->by_name);
	d->by_name = mem_array((size_t)d->n, sizeof *d->by_name);
	for (i = 0; i < d->n; i++)
		d->by_name[i] = i;
	qsort_r(d->by_name, (size_t)d->n, sizeof *d->by_name, by_name, d->c);
}

static void
drop_duplicates(struct dataset *d)
{
	unsigned char *keep = mem_alloc((size_t)d->n);
	int i;

	index_names(d);
	for (i = 0; i < d->n; i++) {
		const struct dataset_case *c = &d->c[d->by_name[i]], *before = &d->c[d->by_name[i ? i - 1 : 0]];

		keep[d->by_name[i]] = !i || strcmp(c->name, before->name) != 0;
		if (!keep[d->by_name[i]])
			dataset_note(d, 1, c->name, "two cases of this name, the second '%s'",
			             c->channels ? c->image[0] : c->mask);
	}
	keep_cases(d, keep);
	index_names(d);
	free(keep);
}

static int
by_patient(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every fifth patient, from the first on, is for validation; a part that is known stays. */
static void
divide(struct dataset *d)
{
	char **patient = mem_array((size_t)d->n, sizeof *patient), **found;
	int i, n = 0;

	for (i = 0; i < d->n; i++)
		patient[i] = d->c[i].patient;
	qsort(patient, (size_t)d->n, sizeof *patient, by_patient);
	for (i = 0; i < d->n; i++)
		if (!n || strcmp(patient[i], patient[n - 1]) != 0)
			patient[n++] = patient[i];
	for (i = 0; i < d->n; i++) {
		found = bsearch(&d->c[i].patient, patient, (size_t)n, sizeof *patient, by_patient);
		if (d->c[i].part == DATASET_ALL)
			d->c[i].part = (found - patient) % 5 == 0 ? DATASET_VAL : DATASET_TRAIN;
	}
	free(patient);
}

static int
knows_parts(const struct dataset *d)
{
	int i;

	for (i = 0; i < d->n && d->c[i].part == DATASET_ALL; i++)
		;
	return i < d->n;
}

static int
keep_part(struct dataset *d, enum dataset_part part, struct err *e)
{
	static const char *const name[] = { "train", "val", "test" };
	unsigned char *keep;
	int i, all = d->n;

	if (part == DATASET_ALL)
		return 0;
	if (!knows_parts(d))
		divide(d);
	keep = mem_alloc((size_t)d->n);
	for (i = 0; i < d->n; i++)
		keep[i] = d->c[i].part == part;
	keep_cases(d, keep);
	free(keep);
	index_names(d);
	return d->n ? 0 : err_set(e, "'%s': none of its %d cases is in split %s%s", d->dir, all, name[part],
	                             part == DATASET_TEST ? "" : " (--split all takes all)");
}

static int
read_folder(struct dataset *d, const char *dir, int parts, int masks, struct err *e)
{
	*d = (struct dataset){ .dir = mem_strdup(dir), .ignore = -1 };
	if (find_layout(d, e) || read_layout(d, parts, masks, e))
		return -1;
	drop_duplicates(d);
	return 0;
}

/* The first thing that a folder cannot be used with, if there is one. */
static int
refuse(const struct dataset *d, struct err *e)
{
	int i;

	for (i = 0; i < d->findings; i++)
		if (d->finding[i].fatal)
			return err_set(e, "'%s': %s: %s", d->dir, d->finding[i].name, d->finding[i].text);
	if (d->n)
		return 0;
	if (d->layout == DATASET_PLAIN)
		return err_set(e, "'%s': no data set: no dataset.json, labels.tsv, patientNNN, NIfTI files or pictures "
		               "(dcm2niix makes NIfTI of DICOM)",
		               d->dir);
	return err_set(e, "'%s': no cases in there", d->dir);
}

int
dataset_open(struct dataset *d, const char *dir, enum dataset_part part, struct err *e)
{
	int parts = part == DATASET_TEST ? DATASET_TESTS : DATASET_LABELLED;

	if (!read_folder(d, dir, parts, 0, e) && !refuse(d, e) && !keep_part(d, part, e))
		return 0;
	dataset_free(d);
	return -1;
}

int
dataset_survey(struct dataset *d, const char *dir, struct err *e)
{
	if (!read_folder(d, dir, DATASET_LABELLED | DATASET_TESTS, 0, e))
		return 0;
	dataset_free(d);
	return -1;
}

int
dataset_masks(struct dataset *d, const char *dir, struct err *e)
{
	unsigned char *keep;
	int i;

	if (read_folder(d, dir, DATASET_LABELLED | DATASET_TESTS, 1, e) || refuse(d, e))
		goto fail;
	keep = mem_alloc((size_t)d->n);
	for (i = 0; i < d->n; i++)
		keep[i] = d->c[i].mask != NULL;
	keep_cases(d, keep);
	free(keep);
	index_names(d);
	if (d->n)
		return 0;
	err_set(e, "'%s': no case in there has a mask", dir);
fail:
	dataset_free(d);
	return -1;
}

const struct dataset_case *
dataset_find(const struct dataset *d, const char *name)
{
	int low = 0, high = d->n;

	while (low < high) {
		int middle = low + (high - low) / 2, order = strcmp(name, d->c[d->by_name[middle]].name);

		if (!order)
			return &d->c[d->by_name[middle]];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void
dataset_describe(struct meta *m, const struct dataset_case *c)
{
	if (c->frame)
		meta_setf(m, "frame", "%d", c->frame);
	if (*c->group)
		meta_set(m, "group", c->group);
	if (*c->phase)
		meta_set(m, "phase", c->phase);
}

void
dataset_free(struct dataset *d)
{
	int i;

	for (i = 0; i < d->n; i++)
		free_case(&d->c[i]);
	for (i = 0; i < d->findings; i++) {
		free(d->finding[i].name);
		free(d->finding[i].text);
	}
	for (i = 0; d->class_name && i < d->classes; i++)
		free(d->class_name[i]);
	free(d->class_name);
	free(d->finding);
	free(d->by_name);
	free(d->c);
	free(d->dir);
	*d = (struct dataset){ .ignore = -1 };
}
