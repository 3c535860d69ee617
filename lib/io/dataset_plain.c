/* A folder of NIfTI files, masks beside images; and ACDC's folders */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/acdc.h"
#include "io/case_name.h"
#include "io/dataset_build.h"

struct listing {
	char **name;
	int n;
};

static char *
path_of(const struct dataset *d, const char *file)
{
	return mem_printf("%s/%s", d->dir, file);
}

/* Path of the file "<name><ending>.nii.gz" or .nii, NULL if there is none. */
static char *
find_volume(const struct dataset *d, const struct listing *l, const char *name, const char *ending)
{
	static const char *const suffix[] = { ".nii.gz", ".nii" };
	char *file, *path = NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(suffix) && !path; i++) {
		file = mem_printf("%s%s%s", name, ending, suffix[i]);
		if (dataset_in_list(l->name, l->n, file))
			path = path_of(d, file);
		free(file);
	}
	return path;
}

static int
has_volume(const struct dataset *d, const struct listing *l, const char *name, const char *ending)
{
	char *path = find_volume(d, l, name, ending);

	free(path);
	return path != NULL;
}

/* The number k, 0..3, of a name "CASE_000k" whose channel 0 is there; -1 for any other. */
static int
channel_of(const struct dataset *d, const struct listing *l, const char *name)
{
	size_t n = strlen(name);
	char *base;
	int k;

	if (n < 6 || strncmp(name + n - 5, "_000", 4) || name[n - 1] < '0' || name[n - 1] >= '0' + DATASET_CHANNELS)
		return -1;
	base = mem_printf("%.*s", (int)n - 5, name);
	k = has_volume(d, l, base, "_0000") ? name[n - 1] - '0' : -1;
	free(base);
	return k;
}

static char *
find_mask(const struct dataset *d, const struct listing *l, const char *name)
{
	char *path = find_volume(d, l, name, "_gt");

	return path ? path : find_volume(d, l, name, "_seg");
}

/* Channels 1 to 3 as far as they go; one behind a gap is an error. */
static void
add_channels(struct dataset *d, const struct listing *l, const char *name)
{
	char ending[] = "_000k", *path;
	int k, gap = 0;

	for (k = 1; k < DATASET_CHANNELS; k++) {
		ending[4] = (char)('0' + k);
		path = find_volume(d, l, name, ending);
		if (path && gap) {
			dataset_note(d, 1, name, "there is a channel %d, but no channel %d", k, gap);
			free(path);
			dataset_drop_last(d);
			return;
		}
		if (path)
			dataset_add_image(&d->c[d->n - 1], path);
		else if (!gap)
			gap = k;
	}
}

static void
take_image(struct dataset *d, const struct listing *l, const char *file, const char *name, int channels)
{
	struct dataset_case *c = dataset_add(d, name);

	dataset_add_image(c, path_of(d, file));
	c->mask = find_mask(d, l, name);
	if (channels)
		add_channels(d, l, name);
}

/* A file of a folder of images. */
static void
take_file(struct dataset *d, const struct listing *l, const char *file, char *name)
{
	size_t n = case_mask_stem(name);
	int channel = n ? -1 : channel_of(d, l, name);
	char *base = mem_printf("%.*s", (int)n, name);

	if (n && !has_volume(d, l, base, "") && !has_volume(d, l, base, "_0000")) {
		dataset_note(d, 1, file, "labels without an image: no %s.nii.gz", base);
	} else if (!n && channel <= 0) {
		if (!channel)
			name[strlen(name) - 5] = '\0';
		take_image(d, l, file, name, !channel);
	}
	free(base);
}

/* A file of a folder of masks. */
static void
take_mask(struct dataset *d, const struct listing *l, const char *file, char *name)
{
	size_t n = case_mask_stem(name);

	if (!n && (has_volume(d, l, name, "_gt") || has_volume(d, l, name, "_seg")))
		return; /* the image */
	if (n)
		name[n] = '\0';
	dataset_add(d, name)->mask = path_of(d, file);
}

int
dataset_read_plain(struct dataset *d, int masks, struct err *e)
{
	struct listing l;
	char *name;
	size_t n;
	int i;

	if (dataset_list(&l.name, &l.n, d, "", e))
		return -1;
	for (i = 0; i < l.n; i++) {
		n = dataset_stem(l.name[i]);
		if (!n)
			continue;
		name = mem_printf("%.*s", (int)n, l.name[i]);
		if (dataset_bad_name(name))
			dataset_note(d, 1, l.name[i], "the name of the case %s", dataset_bad_name(name));
		else if (masks)
			take_mask(d, &l, l.name[i], name);
		else
			take_file(d, &l, l.name[i], name);
		free(name);
	}
	dataset_free_list(l.name, l.n);
	return 0;
}

static void
add_frame(struct dataset *d, const struct acdc_patient *p, const struct acdc_frame *f)
{
	char *name = case_of_frame(p->name, f->number, 2);
	struct dataset_case *c = dataset_add(d, name);

	free(c->group);
	c->group = mem_strdup(p->group);
	if (f->number == p->ed || f->number == p->es) {
		free(c->phase);
		c->phase = mem_strdup(f->number == p->ed ? "ED" : "ES");
	}
	c->part = (enum dataset_part)acdc_split_of(p->id);
	c->mask = f->mask ? mem_strdup(f->mask) : NULL;
	dataset_add_image(c, mem_strdup(f->image));
	free(name);
}

/* Some messages begin with the patient, who is named anyway. */
static void
note_bad(struct dataset *d, const struct acdc_patient *p)
{
	size_t n = strlen(p->name);
	int twice = !strncmp(p->bad, p->name, n) && !strncmp(p->bad + n, ": ", 2);

	dataset_note(d, 1, p->name, "%s", twice ? p->bad + n + 2 : p->bad);
}

int
dataset_read_acdc(struct dataset *d, struct err *e)
{
	static const char names[] = "background,RV,MYO,LV";
	struct acdc a;
	int i, k;

	if (acdc_survey(&a, d->dir, e))
		return -1;
	for (i = 0; i < a.n; i++) {
		if (a.patient[i].bad)
			note_bad(d, &a.patient[i]);
		if (!a.patient[i].nframes)
			dataset_note(d, 1, a.patient[i].name, "no frame files %s_frameFF.nii.gz", a.patient[i].name);
		for (k = 0; k < a.patient[i].nframes; k++)
			add_frame(d, &a.patient[i], &a.patient[i].frame[k]);
	}
	acdc_free(&a);
	return dataset_names(&d->class_name, &d->classes, names, e);
}
