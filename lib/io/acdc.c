#include "io/acdc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define INFO_MAX 65536 /* bytes of an Info.cfg */

enum acdc_split
acdc_split_of(int id)
{
	return id % 10 == 1 ? ACDC_TEST : id % 10 == 2 ? ACDC_VAL : ACDC_TRAIN;
}

/* The number that text begins with, 1 to 9 digits; *end is what follows. 0: there is none. */
static int
number(const char *text, const char **end)
{
	size_t n = strspn(text, "0123456789");

	*end = text + n;
	return n > 0 && n < 10 ? atoi(text) : 0;
}

/* Trims blanks at both ends, in place. */
static char *
trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int
take_frame_number(int *frame, const char *key, const char *value, const char *path, int line, struct err *e)
{
	const char *end;
	int n = number(value, &end);

	if (*frame)
		return err_set(e, "'%s' line %d: a second '%s'", path, line, key);
	if (n < 1 || *end)
		return err_set(e, "'%s' line %d: '%s' is '%s', expected a frame number", path, line, key,
		               value);
	*frame = n;
	return 0;
}

static int
take_group(struct acdc_patient *p, const char *value, const char *path, int line, struct err *e)
{
	size_t n = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

	if (*p->group)
		return err_set(e, "'%s' line %d: a second 'Group'", path, line);
	if (!n || value[n] || n >= sizeof p->group)
		return err_set(e, "'%s' line %d: 'Group' is '%s', expected a short word", path, line, value);
	strcpy(p->group, value);
	return 0;
}

static int
take_line(struct acdc_patient *p, char *text, const char *path, int line, struct err *e)
{
	char *colon = strchr(text, ':'), *key, *value;

	if (!*trim(text))
		return 0;
	if (!colon)
		return err_set(e, "'%s' line %d: no 'Key: value'", path, line);
	*colon = '\0';
	key = trim(text);
	value = trim(colon + 1);
	if (!strcmp(key, "ED"))
		return take_frame_number(&p->ed, key, value, path, line, e);
	if (!strcmp(key, "ES"))
		return take_frame_number(&p->es, key, value, path, line, e);
	if (!strcmp(key, "Group"))
		return take_group(p, value, path, line, e);
	return 0; /* Height, NbFrame, Weight and what others may have added */
}

static int
parse_info(struct acdc_patient *p, char *text, const char *path, struct err *e)
{
	char *line, *next = text;
	int n = 0;

	while ((line = strsep(&next, "\n")))
		if (take_line(p, line, path, ++n, e))
			return -1;
	if (!p->ed || !p->es || !*p->group)
		return err_set(e, "'%s': no '%s' line", path, !p->ed ? "ED" : !p->es ? "ES" : "Group");
	return 0;
}

static int
read_info(struct acdc_patient *p, const char *folder, struct err *e)
{
	char *path = mem_printf("%s/Info.cfg", folder), *text = mem_alloc(INFO_MAX + 1);
	FILE *f = fopen(path, "r");
	size_t n = 0;
	int rc = -1;

	if (!f)
		err_set(e, "%s: cannot open '%s':", p->name, path);
	else if ((n = fread(text, 1, INFO_MAX, f)), ferror(f))
		err_set(e, "cannot read '%s':", path);
	else if (n == INFO_MAX || memchr(text, '\0', n))
		err_set(e, "'%s': not a text of 'Key: value' lines", path);
	else
		rc = parse_info(p, text, path, e);
	if (f)
		fclose(f);
	free(text);
	free(path);
	return rc;
}

/* "FOLDER/NAME.nii.gz" or, failing that, "FOLDER/NAME.nii"; NULL if neither is there. */
static char *
find_volume(const char *folder, const char *name)
{
	static const char *const suffix[] = { ".nii.gz", ".nii" };
	char *path;
	int i;

	for (i = 0; i < 2; i++) {
		path = mem_printf("%s/%s%s", folder, name, suffix[i]);
		if (!access(path, F_OK))
			return path;
		free(path);
	}
	return NULL;
}

/* FF of "patientNNN_frameFF.nii[.gz]", 0 for any other name. */
static int
frame_number(const struct acdc_patient *p, const char *name)
{
	size_t n = strlen(p->name);
	const char *end;
	int ff;

	if (strncmp(name, p->name, n) || strncmp(name + n, "_frame", 6))
		return 0;
	ff = number(name + n + 6, &end);
	return !strcmp(end, ".nii.gz") || !strcmp(end, ".nii") ? ff : 0;
}

static void
add_frame(struct acdc_patient *p, const char *folder, const char *file, int ff)
{
	char *stem = mem_printf("%.*s", (int)(strstr(file, ".nii") - file), file);
	char *gt = mem_printf("%s_gt", stem);
	struct acdc_frame f = { ff, find_volume(folder, stem), find_volume(folder, gt) };
	int i;

	for (i = 0; i < p->nframes && p->frame[i].number != ff; i++)
		;
	if (i == p->nframes && f.image) {
		p->frame = mem_grow(p->frame, (size_t)p->nframes + 1, sizeof *p->frame);
		p->frame[p->nframes++] = f;
	} else { /* .nii beside .nii.gz */
		free(f.image);
		free(f.mask);
	}
	free(stem);
	free(gt);
}

static int
by_number(const void *a, const void *b)
{
	return ((const struct acdc_frame *)a)->number - ((const struct acdc_frame *)b)->number;
}

static int
list_frames(struct acdc_patient *p, const char *folder, struct err *e)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int ff, rc;

	if (!d)
		return err_set(e, "cannot open '%s':", folder);
	while (errno = 0, (entry = readdir(d)))
		if ((ff = frame_number(p, entry->d_name)) > 0)
			add_frame(p, folder, entry->d_name, ff);
	rc = errno ? err_set(e, "cannot read '%s':", folder) : 0;
	closedir(d);
	if (p->nframes)
		qsort(p->frame, (size_t)p->nframes, sizeof *p->frame, by_number);
	return rc;
}

static int
read_patient(struct acdc_patient *p, const char *dir, struct err *e)
{
	char *folder = mem_printf("%s/%s", dir, p->name), *cine = mem_printf("%s_4d", p->name);
	int rc = -1;

	if (!list_frames(p, folder, e) && !read_info(p, folder, e)) {
		p->cine = find_volume(folder, cine);
		rc = 0;
	}
	free(cine);
	free(folder);
	return rc;
}

static int
by_id(const void *a, const void *b)
{
	const struct acdc_patient *p = a, *q = b;

	return p->id != q->id ? p->id - q->id : strcmp(p->name, q->name);
}

/* All patientNNN in dir, names and numbers only. */
static int
list_patients(struct acdc *a, const char *dir, struct err *e)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	const char *end;
	int rc;

	if (!d)
		return err_set(e, "cannot open '%s':", dir);
	while (errno = 0, (entry = readdir(d))) {
		int id = strncmp(entry->d_name, "patient", 7) ? 0 : number(entry->d_name + 7, &end);

		if (id < 1 || *end)
			continue;
		a->patient = mem_grow(a->patient, (size_t)a->n + 1, sizeof *a->patient);
		a->patient[a->n++] = (struct acdc_patient){ .id = id, .name = mem_strdup(entry->d_name) };
	}
	rc = errno ? err_set(e, "cannot read '%s':", dir) : 0;
	closedir(d);
	if (rc)
		return rc;
	if (!a->n)
		return err_set(e, "'%s': no folders patientNNN in there", dir);
	qsort(a->patient, (size_t)a->n, sizeof *a->patient, by_id);
	return 0;
}

static void
free_patient(struct acdc_patient *p)
{
	int i;

	for (i = 0; i < p->nframes; i++) {
		free(p->frame[i].image);
		free(p->frame[i].mask);
	}
	free(p->frame);
	free(p->cine);
	free(p->name);
	free(p->bad);
}

static int
keep_split(struct acdc *a, const char *dir, enum acdc_split split, struct err *e)
{
	static const char *const rule[] = { "train (3, 4, ...)", "val (2, 12, ...)", "test (1, 11, ...)" };
	int i, n = 0, all = a->n;

	for (i = 0; i < a->n; i++)
		if (split == ACDC_ALL || acdc_split_of(a->patient[i].id) == split)
			a->patient[n++] = a->patient[i];
		else
			free_patient(&a->patient[i]);
	a->n = n;
	if (!n)
		return err_set(e, "'%s': none of its %d patients is in split %s", dir, all, rule[split]);
	return 0;
}

/* bad: of patients that cannot be used, to keep why. */
static int
list(struct acdc *a, const char *dir, enum acdc_split split, int bad, struct err *e)
{
	struct err why;
	int i;

	*a = (struct acdc){ 0 };
	if (list_patients(a, dir, e) || keep_split(a, dir, split, e))
		goto fail;
	for (i = 0; i < a->n; i++) {
		if (!read_patient(&a->patient[i], dir, &why))
			continue;
		if (!bad) {
			err_set(e, "%s", why.msg);
			goto fail;
		}
		a->patient[i].bad = mem_strdup(why.msg);
	}
	return 0;
fail:
	acdc_free(a);
	return -1;
}

int
acdc_list(struct acdc *a, const char *dir, enum acdc_split split, struct err *e)
{
	return list(a, dir, split, 0, e);
}

int
acdc_survey(struct acdc *a, const char *dir, struct err *e)
{
	return list(a, dir, ACDC_ALL, 1, e);
}

void
acdc_free(struct acdc *a)
{
	int i;

	for (i = 0; i < a->n; i++)
		free_patient(&a->patient[i]);
	free(a->patient);
	*a = (struct acdc){ 0 };
}
