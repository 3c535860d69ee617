/* normalize_read.c - mean and deviation from tables and lists */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/normalize.h"

#define LINE 4096
#define FIELDS 32

/* Number of fields of the tab-separated line, which is cut up. */
static int
split(char *field[FIELDS], char *line)
{
	int n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (n < FIELDS) {
		field[n++] = line;
		line = strchr(line, '\t');
		if (!line)
			break;
		*line++ = '\0';
	}
	return n;
}

static int
find_field(char *field[FIELDS], int n, const char *name)
{
	while (n-- > 0)
		if (!strcmp(field[n], name))
			return n;
	return -1;
}

static int
take_real(double *x, const char *text)
{
	char *end;

	*x = strtod(text, &end);
	return end == text || *end || !isfinite(*x) ? -1 : 0;
}

static int
read_table(struct normalize *n, FILE *f, const char *path, struct err *e)
{
	char line[LINE], *field[FIELDS];
	int fields, mean, std;

	if (!fgets(line, sizeof line, f))
		return err_set(e, "'%s' is empty, expected the table of ten-stats", path);
	fields = split(field, line);
	mean = find_field(field, fields, "mean");
	std = find_field(field, fields, "std");
	if (mean < 0 || std < 0)
		return err_set(e, "'%s' has no columns 'mean' and 'std' (not the table of ten-stats?)", path);
	for (n->c = 0; fgets(line, sizeof line, f); n->c++) {
		if (n->c == NORMALIZE_MAXC)
			return err_set(e, "'%s' has more than %d channels", path, NORMALIZE_MAXC);
		fields = split(field, line);
		if (fields <= mean || fields <= std || take_real(&n->mean[n->c], field[mean]) ||
		    take_real(&n->std[n->c], field[std]))
			return err_set(e, "'%s' line %d: expected numbers for mean and std", path, n->c + 2);
	}
	if (ferror(f))
		return err_set(e, "cannot read '%s':", path);
	return n->c ? 0 : err_set(e, "'%s' has no rows", path);
}

int
normalize_read(struct normalize *n, const char *path, struct err *e)
{
	FILE *f = fopen(path, "r");
	int rc;

	if (!f)
		return err_set(e, "cannot open '%s':", path);
	rc = read_table(n, f, path, e);
	fclose(f);
	return rc;
}

/* Count of comma-separated numbers, -1 if it is no such list. */
static int
read_list(double x[NORMALIZE_MAXC], const char *p)
{
	int n = 0;
	char *end;

	do {
		if (n == NORMALIZE_MAXC)
			return -1;
		x[n] = strtod(p, &end);
		if (end == p || !isfinite(x[n]) || (*end && *end != ','))
			return -1;
		n++;
		p = end + 1;
	} while (*end);
	return n;
}

int
normalize_lists(struct normalize *n, const char *mean, const char *std, struct err *e)
{
	n->c = read_list(n->mean, mean);
	if (n->c < 0)
		return err_set(e, "mean '%.200s' is not a list of numbers", mean);
	if (read_list(n->std, std) != n->c)
		return err_set(e, "deviation '%.200s' is not a list of as many numbers as the mean has", std);
	return 0;
}
