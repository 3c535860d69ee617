#include "classes.h"

#include <stdlib.h>

#include "ten/names.h"
#include "tool.h"

void
classes_take(struct classes *c, const struct dataset *d)
{
	c->names = dataset_join_names(d);
	c->n = d->classes;
	c->ignore = d->ignore;
}

void
classes_settle(struct classes *c, const char *names, int number, int ignore, int otherwise)
{
	struct names a;
	struct err e;
	int n;

	if (names) {
		if (names_parse(&a, names, number, &e))
			die("--names: %s", e.msg);
		c->n = a.n;
		free(c->names);
		c->names = mem_strdup(names);
		names_free(&a);
	} else if (number) {
		if (number != c->n) {
			free(c->names); /* they are of others */
			c->names = NULL;
		}
		c->n = number;
	}
	if (ignore >= 0)
		c->ignore = ignore;
	n = c->n ? c->n : otherwise;
	if (c->ignore >= 0 && c->ignore < n)
		die("the ignore label %d is one of the %d classes", c->ignore, n);
}

void
classes_describe(struct meta *m, const struct classes *c)
{
	if (c->names)
		meta_set(m, "names", c->names);
	if (c->n)
		meta_setf(m, "classes", "%d", c->n);
	if (c->ignore >= 0)
		meta_setf(m, "ignore", "%d", c->ignore);
}

void
classes_free(struct classes *c)
{
	free(c->names);
	*c = (struct classes){ .ignore = -1 };
}
