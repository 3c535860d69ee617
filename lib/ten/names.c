#include "ten/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MOST = 256 };

static int
check_name(const char *name, int k, struct err *e)
{
	const char *c;

	if (!*name)
		return err_set(e, "no name for class %d", k);
	for (c = name; *c; c++)
		if ((unsigned char)*c < 32 || *c == 127)
			return err_set(e, "the name of class %d holds a control character", k);
	return 0;
}

static int
cut(struct names *a, const char *text, struct err *e)
{
	char *copy = mem_strdup(text), *rest = copy, *name;
	int rc = 0;

	while (!rc && (name = strsep(&rest, ","))) {
		if (a->n == MOST)
			rc = err_set(e, "more than %d names", MOST);
		else if (!(rc = check_name(name, a->n, e))) {
			a->name = mem_grow(a->name, (size_t)a->n + 1, sizeof *a->name);
			a->name[a->n++] = mem_strdup(name);
		}
	}
	free(copy);
	return rc;
}

static int
number(struct names *a, int classes)
{
	int i;

	a->name = mem_array((size_t)classes, sizeof *a->name);
	for (i = 0; i < classes; i++)
		a->name[i] = mem_printf("%d", i);
	a->n = classes;
	return 0;
}

int
names_parse(struct names *a, const char *text, int classes, struct err *e)
{
	memset(a, 0, sizeof *a);
	if (!text)
		return number(a, classes);
	if (cut(a, text, e))
		goto fail;
	if (classes && a->n < classes) {
		err_set(e, "no name for class %d of 0..%d", a->n, classes - 1);
		goto fail;
	}
	if (classes && a->n > classes) {
		err_set(e, "more names than the %d classes", classes);
		goto fail;
	}
	return 0;
fail:
	err_prefix(e, "'%s'", text);
	names_free(a);
	return -1;
}

int
names_read(struct names *a, const struct meta *m, struct err *e)
{
	int64_t classes = 0;

	memset(a, 0, sizeof *a);
	if (meta_int(m, "classes", &classes, 1, MOST, e) < 0)
		return -1;
	if (names_parse(a, meta_get(m, "names"), (int)classes, e))
		return err_prefix(e, "metadata 'names'");
	return 0;
}

void
names_free(struct names *a)
{
	int i;

	for (i = 0; i < a->n; i++)
		free(a->name[i]);
	free(a->name);
	memset(a, 0, sizeof *a);
}

const char *
names_get(char buf[NAMES_NUMBER], const struct names *a, int k)
{
	if (k >= 0 && k < a->n)
		return a->name[k];
	snprintf(buf, NAMES_NUMBER, "%d", k);
	return buf;
}
