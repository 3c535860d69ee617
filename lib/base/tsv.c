#include "base/tsv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_TEXT ((size_t)64 << 20)
#define MAX_COLS 4096

/* A signal that came while a pipe was waited for is no error. */
static int
interrupted(FILE *f)
{
	if (!ferror(f) || errno != EINTR)
		return 0;
	clearerr(f);
	return 1;
}

static int
read_all(struct tsv *t, size_t *len, FILE *f, struct err *e)
{
	size_t room = 0, got;

	*len = 0;
	do {
		room = *len < room ? room : room ? 2 * room : 4096;
		t->text = mem_grow(t->text, room + 1, 1);
		got = fread(t->text + *len, 1, room - *len, f);
		*len += got;
		if (*len > MAX_TEXT)
			return err_set(e, "'%s' is longer than %zu bytes, too long for a table", t->name, MAX_TEXT);
	} while (*len == room || interrupted(f));
	if (ferror(f))
		return err_set(e, "cannot read '%s':", t->name);
	t->text[*len] = '\0';
	if (strlen(t->text) != *len)
		return err_set(e, "'%s' holds NUL bytes, it is no table", t->name);
	return 0;
}

/* Cuts one line into its cells, appended to t->at from index n on; returns how many there are. */
static int
cut(struct tsv *t, size_t n, char *line)
{
	int cells = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (line && cells <= MAX_COLS) {
		t->at = mem_grow(t->at, n + (size_t)++cells, sizeof *t->at);
		t->at[n + (size_t)cells - 1] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return cells;
}

static int
check_header(const struct tsv *t, struct err *e)
{
	int i, k;

	if (t->cols > MAX_COLS)
		return err_set(e, "'%s' line 1: more than %d columns", t->name, MAX_COLS);
	for (i = 0; i < t->cols; i++)
		for (k = 0; k < i; k++)
			if (!strcmp(t->at[i], t->at[k]))
				return err_set(e, "'%s' line 1: two columns '%.100s'", t->name, t->at[i]);
	return 0;
}

static int
is_rest_empty(const char *text)
{
	return !text[strspn(text, "\r\n")];
}

static int
cut_all(struct tsv *t, struct err *e)
{
	char *line = t->text + (strncmp(t->text, "\xef\xbb\xbf", 3) ? 0 : 3), *next;
	size_t n = 0;
	int lines = 0, cells;

	for (; line && *line && !(t->cols > 1 && is_rest_empty(line)); line = next, lines++) {
		next = strchr(line, '\n');
		if (next)
			next++;
		cells = cut(t, n, line);
		n += (size_t)cells;
		if (lines == 0)
			t->cols = cells;
		if (lines == 0 && check_header(t, e))
			return -1;
		if (cells != t->cols)
			return err_set(e, "'%s' line %d has %d cells, the header has %d", t->name, lines + 1, cells,
			               t->cols);
	}
	t->rows = lines - 1;
	return lines ? 0 : err_set(e, "'%s' is empty, expected a table", t->name);
}

int
tsv_read(struct tsv *t, const char *path, struct err *e)
{
	int in = !path || !strcmp(path, "-"), rc;
	size_t len;
	FILE *f;

	memset(t, 0, sizeof *t);
	f = in ? stdin : fopen(path, "r");
	if (!f)
		return err_set(e, "cannot open '%s':", path);
	t->name = mem_strdup(in ? "standard input" : path);
	rc = read_all(t, &len, f, e);
	if (!in)
		fclose(f);
	if (!rc)
		rc = cut_all(t, e);
	if (rc)
		tsv_free(t);
	return rc;
}

void
tsv_free(struct tsv *t)
{
	free(t->name);
	free(t->text);
	free(t->at);
	memset(t, 0, sizeof *t);
}

void
tsv_unquote(struct tsv *t)
{
	size_t i, n = (size_t)(t->rows + 1) * (size_t)t->cols, len;
	char *from, *to;

	for (i = 0; i < n; i++) {
		len = strlen(t->at[i]);
		if (len < 2 || t->at[i][0] != '"' || t->at[i][len - 1] != '"')
			continue;
		t->at[i][len - 1] = '\0';
		for (from = to = ++t->at[i]; (*to = *from); from++, to++)
			if (from[0] == '"' && from[1] == '"')
				from++;
	}
}

int
tsv_column(const struct tsv *t, const char *name, struct err *e)
{
	char have[400] = "";
	size_t len = 0;
	int i;

	for (i = 0; i < t->cols; i++)
		if (!strcmp(t->at[i], name))
			return i;
	for (i = 0; i < t->cols && len < sizeof have; i++)
		len += (size_t)snprintf(have + len, sizeof have - len, "%s%s", i ? ", " : "", t->at[i]);
	return err_set(e, "'%s' has no column '%.100s', only %s%s", t->name, name, have,
	               t->cols == 1 && strpbrk(have, ",; ") ? " (columns are separated by tabs)" : "");
}

const char *
tsv_cell(const struct tsv *t, int row, int col)
{
	return t->at[(size_t)(row + 1) * (size_t)t->cols + (size_t)col];
}

int
tsv_number(double *x, const struct tsv *t, int row, int col, struct err *e)
{
	const char *cell = tsv_cell(t, row, col);
	char *end;

	*x = strtod(cell, &end);
	if (end == cell || *end || !isfinite(*x))
		return err_set(e, "'%s' line %d: %s is '%.100s', expected a number", t->name, row + 2, t->at[col], cell);
	return 0;
}
