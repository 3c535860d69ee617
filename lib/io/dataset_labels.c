/* The names of classes, from wherever they come */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/tsv.h"
#include "base/utf8.h"
#include "io/dataset_build.h"

#define CLASS_NAME 100 /* most bytes of a class's name */

/* What is wrong with the name of a class; NULL: nothing. */
static const char *
bad_class_name(const char *name)
{
	const unsigned char *p;

	for (p = (const unsigned char *)name; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return "has control characters";
	return !*name                     ? "is empty" :
	       strchr(name, ',')          ? "has a comma" :
	       strlen(name) > CLASS_NAME  ? "is longer than 100 bytes" :
	       !utf8_valid(name)          ? "is not UTF-8" : NULL;
}

int
dataset_label(struct dataset_labels *l, long long number, const char *name, struct err *e)
{
	int i;

	if (number < 0 || number > 255)
		return err_set(e, "label '%.100s' is %lld, expected 0..255", name, number);
	if (bad_class_name(name))
		return err_set(e, "the name of label %lld %s", number, bad_class_name(name));
	if (l->name[number])
		return err_set(e, "label %lld is both '%.100s' and '%.100s'", number, l->name[number], name);
	for (i = 0; i < 256; i++)
		if (l->name[i] && !strcmp(l->name[i], name))
			return err_set(e, "labels %d and %lld are both '%.100s'", i, number, name);
	l->name[number] = mem_strdup(name);
	return 0;
}

void
dataset_labels_free(struct dataset_labels *l)
{
	int i;

	for (i = 0; i < 256; i++)
		free(l->name[i]);
	*l = (struct dataset_labels){ { 0 } };
}

int
dataset_labels_finish(struct dataset *d, struct dataset_labels *l, struct err *e)
{
	int i, k = 0, rc = 0;

	for (i = 0; i < 256; i++)
		if (l->name[i] && !strcmp(l->name[i], "ignore"))
			d->ignore = i;
	for (i = 0; i < 256 && !rc; i++) {
		if (!l->name[i] || i == d->ignore)
			continue;
		if (k < i)
			rc = err_set(e, "label %d is '%.100s', but there is no label %d", i, l->name[i], k);
		k++;
	}
	if (!rc && (k < 1 || k > DATASET_CLASSES))
		rc = err_set(e, "%d classes, expected 1 to %d", k, DATASET_CLASSES);
	if (!rc) {
		d->classes = k;
		d->class_name = mem_array((size_t)k, sizeof *d->class_name);
		for (i = 0; i < k; i++) {
			d->class_name[i] = l->name[i];
			l->name[i] = NULL;
		}
	}
	dataset_labels_free(l);
	return rc;
}

static int
take_rows(struct dataset_labels *l, const struct tsv *t, struct err *e)
{
	int number = tsv_column(t, "label", e), name = number < 0 ? -1 : tsv_column(t, "name", e), row;
	double x;

	if (name < 0)
		return -1;
	for (row = 0; row < t->rows; row++) {
		if (tsv_number(&x, t, row, number, e))
			return -1;
		if (!(x >= 0 && x <= 255 && x == (int)x))
			return err_set(e, "'%s' line %d: label is %g, expected 0..255", t->name, row + 2, x);
		if (dataset_label(l, (long long)x, tsv_cell(t, row, name), e))
			return err_prefix(e, "'%s' line %d", t->name, row + 2);
	}
	return 0;
}

int
dataset_read_classes(struct dataset *d, struct err *e)
{
	struct dataset_labels l = { { 0 } };
	char *path = mem_printf("%s/classes.tsv", d->dir);
	struct tsv t;
	int rc = 0;

	if (!access(path, F_OK)) {
		rc = tsv_read(&t, path, e);
		if (!rc) {
			tsv_unquote(&t);
			rc = take_rows(&l, &t, e);
			tsv_free(&t);
		}
		if (rc)
			dataset_labels_free(&l);
		else if (dataset_labels_finish(d, &l, e))
			rc = err_prefix(e, "'%s'", path);
	}
	free(path);
	return rc;
}

int
dataset_names(char ***class_name, int *classes, const char *text, struct err *e)
{
	char *copy = mem_strdup(text), *next = copy, *name;
	struct dataset_labels l = { { 0 } };
	int n = 0, rc = 0;

	while (!rc && (name = strsep(&next, ","))) {
		if (n == DATASET_CLASSES)
			rc = err_set(e, "more than %d names", DATASET_CLASSES);
		else
			rc = dataset_label(&l, n++, name, e);
	}
	free(copy);
	if (!rc) {
		*classes = n;
		*class_name = mem_array((size_t)n, sizeof **class_name);
		memcpy(*class_name, l.name, (size_t)n * sizeof **class_name);
		memset(l.name, 0, sizeof l.name);
	}
	dataset_labels_free(&l);
	return rc;
}

char *
dataset_join_names(const struct dataset *d)
{
	char *all = NULL, *more;
	int i;

	for (i = 0; d->class_name && i < d->classes; i++) {
		more = all ? mem_printf("%s,%s", all, d->class_name[i]) : mem_strdup(d->class_name[i]);
		free(all);
		all = more;
	}
	return all;
}
