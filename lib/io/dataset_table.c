/* labels.tsv: a row for each case */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/tsv.h"
#include "io/dataset_build.h"

enum { IMAGE, MASK, CASE, PATIENT, FRAME, GROUP, PHASE, SPLIT, COLUMNS };

static const char *const column_name[COLUMNS] = { "image", "mask", "case", "patient", "frame", "group", "phase", "split" };

struct row {
	const struct tsv *t;
	const int *col; /* of each of the columns; -1: there is none */
	int row;
};

/* A cell; "" where nothing is known. */
static const char *
cell(const struct row *r, int which)
{
	const char *text = r->col[which] < 0 ? "" : tsv_cell(r->t, r->row, r->col[which]);

	return strcmp(text, "-") ? text : "";
}

/* "a/b_0000.nii.gz" is called "b" where there are several channels, else "b_0000"; any other suffix goes as well. */
static char *
name_of(const char *image, int several)
{
	const char *slash = strrchr(image, '/'), *file = slash ? slash + 1 : image, *dot = strrchr(file, '.');
	size_t n = dataset_stem(file);

	if (!n)
		n = dot && dot > file ? (size_t)(dot - file) : strlen(file);
	if (several && n > 5 && !strncmp(file + n - 5, "_0000", 5))
		n -= 5;
	return mem_printf("%.*s", (int)n, file);
}

/* Blanks around a path are no part of it: "a.nii, b.nii" */
static char *
trim(char *path)
{
	size_t n;

	path += strspn(path, " ");
	for (n = strlen(path); n && path[n - 1] == ' '; n--)
		path[n - 1] = '\0';
	return path;
}

static int
take_images(struct dataset *d, const char *paths, struct err *e)
{
	char *copy = mem_strdup(paths), *next = copy, *one, *path, *name;
	int several = strchr(paths, ',') != NULL, k, rc = 0;

	for (k = 0; !rc && (one = strsep(&next, ",")); k++) {
		one = trim(one);
		path = dataset_path(d, one, e);
		if (!path) {
			rc = -1;
		} else if (!k) {
			name = name_of(one, several);
			dataset_add_image(dataset_add(d, name), path);
			free(name);
		} else if (d->c[d->n - 1].channels == DATASET_CHANNELS) {
			free(path);
			rc = err_set(e, "more than %d channels", DATASET_CHANNELS);
		} else {
			dataset_add_image(&d->c[d->n - 1], path);
		}
	}
	free(copy);
	return rc;
}

/* Replaces *text by the cell, if that says something. */
static int
take_text(char **text, const struct row *r, int which, struct err *e)
{
	const char *value = cell(r, which);

	if (!*value)
		return 0;
	if (dataset_bad_name(value))
		return err_set(e, "its %s %s", column_name[which], dataset_bad_name(value));
	free(*text);
	*text = mem_strdup(value);
	return 0;
}

static int
take_frame(struct dataset_case *c, const char *text, struct err *e)
{
	size_t n = strspn(text, "0123456789");

	if (!*text)
		return 0;
	if (!n || n > 9 || text[n] || atoi(text) < 1)
		return err_set(e, "its frame is '%.100s', expected a number from 1 on", text);
	c->frame = atoi(text);
	return 0;
}

static int
take_split(struct dataset_case *c, const char *text, struct err *e)
{
	static const char *const word[] = { "train", "val", "test" };
	size_t i;

	if (!*text)
		return 0;
	for (i = 0; i < ARRAY_LEN(word); i++)
		if (!strcmp(text, word[i])) {
			c->part = (enum dataset_part)i;
			return 0;
		}
	return err_set(e, "its split is '%.100s', expected train, val or test", text);
}

static int
take_row(struct dataset *d, const struct row *r, struct err *e)
{
	const char *mask = cell(r, MASK);
	struct dataset_case *c;

	if (!*cell(r, IMAGE))
		return err_set(e, "it names no image");
	if (take_images(d, cell(r, IMAGE), e))
		return -1;
	c = &d->c[d->n - 1];
	c->unlabelled = !*mask;
	if (*mask && !(c->mask = dataset_path(d, mask, e)))
		return -1;
	if (take_text(&c->name, r, CASE, e) || take_text(&c->patient, r, PATIENT, e) || take_text(&c->group, r, GROUP, e) ||
	    take_text(&c->phase, r, PHASE, e) || take_frame(c, cell(r, FRAME), e) || take_split(c, cell(r, SPLIT), e))
		return -1;
	if (dataset_bad_name(c->name))
		return err_set(e, "the name of the case %s", dataset_bad_name(c->name));
	return 0;
}

static int
take_rows(struct dataset *d, const struct tsv *t, struct err *e)
{
	int col[COLUMNS], i, before;
	struct row r = { t, col, 0 };
	char *line;

	for (i = 0; i < COLUMNS; i++)
		col[i] = tsv_column(t, column_name[i], i == IMAGE ? e : NULL);
	if (col[IMAGE] < 0)
		return -1;
	if (t->rows > DATASET_CASES)
		return err_set(e, "'%s': more than %d cases", t->name, DATASET_CASES);
	for (r.row = 0; r.row < t->rows; r.row++) {
		before = d->n;
		if (!take_row(d, &r, e))
			continue;
		line = mem_printf("labels.tsv line %d", r.row + 2);
		dataset_note(d, 1, line, "%s", e->msg);
		free(line);
		if (d->n > before)
			dataset_drop_last(d);
	}
	return 0;
}

int
dataset_read_table(struct dataset *d, struct err *e)
{
	char *path = mem_printf("%s/labels.tsv", d->dir);
	struct err why; /* the caller's may be NULL */
	struct tsv t;
	int rc = tsv_read(&t, path, e);

	free(path);
	if (rc)
		return -1;
	tsv_unquote(&t);
	rc = take_rows(d, &t, &why);
	if (rc)
		err_set(e, "%s", why.msg);
	tsv_free(&t);
	return rc;
}
