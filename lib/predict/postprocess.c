#include "predict/postprocess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tsv.h"
#include "image/components.h"

static void
keep(struct postprocess *p, int k)
{
	p->n += !p->keep[k];
	p->keep[k] = 1;
}

/* The class of this name or number; -1: none. */
static int
find_class(const char *word, const struct names *names, int classes)
{
	char *end;
	long k;
	int i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->name[i], word))
			return i;
	k = strtol(word, &end, 10);
	return end > word && !*end && k >= 0 && k < classes ? (int)k : -1;
}

/* Names the classes there are. */
static int
refuse_word(const char *word, const struct names *names, int classes, struct err *e)
{
	int i;

	err_set(e, "'%.60s' is neither a number of 1..%d nor the name of a class%s", word, classes - 1, names->n > 1 ? ":" : "");
	for (i = 1; e && i < names->n; i++)
		snprintf(e->msg + strlen(e->msg), sizeof e->msg - strlen(e->msg), "%s %s", i > 1 ? "," : "", names->name[i]);
	return -1;
}

static int
add_word(struct postprocess *p, const char *word, const struct names *names, int classes, struct err *e)
{
	int k;

	if (!strcmp(word, "all")) {
		for (k = 1; k < classes; k++)
			keep(p, k);
		return 0;
	}
	k = find_class(word, names, classes);
	if (k < 0)
		return refuse_word(word, names, classes, e);
	if (!k)
		return err_set(e, "'%s' is the background", word);
	keep(p, k);
	return 0;
}

int
postprocess_parse(struct postprocess *p, const char *list, const struct names *names, int classes, struct err *e)
{
	char *copy = mem_strdup(list), *rest = copy, *word;
	int rc = 0;

	while (!rc && (word = strsep(&rest, ",")))
		rc = add_word(p, word, names, classes, e);
	free(copy);
	return rc;
}

/* The cell as a whole number of lo..hi; -1: it is none. */
static int
whole(const struct tsv *t, int row, int col, int lo, int hi, struct err *e)
{
	double x;

	if (tsv_number(&x, t, row, col, e))
		return -1;
	if (x >= lo && x <= hi && x == (int)x)
		return (int)x;
	err_set(e, "'%s' line %d: %s is '%s', expected a whole number of %d..%d", t->name, row + 2, t->at[col],
	        tsv_cell(t, row, col), lo, hi);
	return -1;
}

static int
read_row(struct postprocess *p, const struct tsv *t, int row, const int col[3], const struct names *names, int classes,
         struct err *e)
{
	char number[NAMES_NUMBER];
	int k = whole(t, row, col[0], 1, classes - 1, e), yes = k < 0 ? -1 : whole(t, row, col[1], 0, 1, e);
	const char *name = col[2] < 0 ? NULL : tsv_cell(t, row, col[2]);

	if (yes < 0)
		return -1;
	snprintf(number, sizeof number, "%d", k);
	if (name && names->n && strcmp(name, number) && strcmp(name, names_get(number, names, k)))
		return err_set(e, "'%s' line %d: class %d is '%s', the model calls it '%s'", t->name, row + 2, k, name,
		               names_get(number, names, k));
	if (yes)
		keep(p, k);
	return 0;
}

int
postprocess_read(struct postprocess *p, const char *path, const struct names *names, int classes, struct err *e)
{
	struct tsv t;
	int col[3], row, rc = 0;

	if (tsv_read(&t, path, e))
		return -1;
	col[0] = tsv_column(&t, "class", e);
	col[1] = col[0] < 0 ? -1 : tsv_column(&t, "keep_largest", e);
	col[2] = tsv_column(&t, "name", NULL);
	if (col[1] < 0)
		rc = -1;
	for (row = 0; !rc && row < t.rows; row++)
		rc = read_row(p, &t, row, col, names, classes, e);
	tsv_free(&t);
	return rc;
}

int64_t
postprocess_apply(const struct postprocess *p, uint8_t *mask, const int64_t dim[3])
{
	int64_t changed = 0;
	int k;

	for (k = 1; k < 256; k++)
		if (p->keep[k])
			changed += components_keep_largest(mask, dim, k, k, COMPONENTS_NEIGHBOURS);
	return changed;
}
