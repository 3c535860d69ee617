#include "ten/where.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A copy of the text up to an unescaped character of `stops`, without backslashes; moves *p there. */
static char *
word(const char **p, const char *stops)
{
	char *w = mem_alloc(strlen(*p) + 1);
	size_t n = 0;

	while (**p && !strchr(stops, **p)) {
		if (**p == '\\' && (*p)[1])
			++*p;
		w[n++] = *(*p)++;
	}
	return w;
}

static int
parse_term(struct where_term *t, const char **p, struct err *e)
{
	t->key = word(p, "=!;,");
	t->negated = **p == '!';
	*p += t->negated;
	if (!*t->key || **p != '=')
		return err_set(e, "a condition is KEY=VALUE[,VALUE...] or KEY!=VALUE[,VALUE...]");
	do {
		++*p;
		t->value = mem_grow(t->value, (size_t)t->n + 1, sizeof *t->value);
		t->value[t->n++] = word(p, ",;");
	} while (**p == ',');
	return 0;
}

int
where_parse(struct where *w, const char *text, struct err *e)
{
	memset(w, 0, sizeof *w);
	while (text) {
		w->term = mem_grow(w->term, (size_t)w->n + 1, sizeof *w->term);
		memset(&w->term[w->n++], 0, sizeof *w->term);
		if (parse_term(&w->term[w->n - 1], &text, e)) {
			where_free(w);
			return -1;
		}
		text = *text ? text + 1 : NULL;
	}
	return 0;
}

int
where_match(const struct where *w, const struct meta *m)
{
	int i, k;

	for (i = 0; i < w->n; i++) {
		const struct where_term *t = &w->term[i];
		const char *value = meta_get(m, t->key);

		for (k = 0; k < t->n && !(value && !strcmp(value, t->value[k])); k++)
			;
		if ((k < t->n) == t->negated)
			return 0;
	}
	return 1;
}

void
where_free(struct where *w)
{
	int i, k;

	for (i = 0; i < w->n; i++) {
		for (k = 0; k < w->term[i].n; k++)
			free(w->term[i].value[k]);
		free(w->term[i].value);
		free(w->term[i].key);
	}
	free(w->term);
	memset(w, 0, sizeof *w);
}
