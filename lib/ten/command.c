#include "ten/command.h"

#include <stdlib.h>
#include <string.h>

int
command_key(const char *key, size_t *prefix, long *number)
{
	const char *dot = strrchr(key, '.');
	char *end;

	if (!dot || dot - key < 3 || strncmp(dot - 3, "cmd", 3) || (dot - key > 3 && dot[-4] != '.'))
		return 0;
	*prefix = dot - key > 3 ? (size_t)(dot - key - 4) : 0;
	*number = strtol(dot + 1, &end, 10);
	return dot[1] >= '0' && dot[1] <= '9' && !*end;
}

static int
by_chain(const void *a, const void *b)
{
	const struct meta_item *x = *(const struct meta_item *const *)a, *y = *(const struct meta_item *const *)b;
	size_t p = 0, q = 0;
	long i = 0, k = 0;
	int c;

	command_key(x->key, &p, &i);
	command_key(y->key, &q, &k);
	if (!p != !q)
		return p ? -1 : 1;
	c = strncmp(x->key, y->key, p < q ? p : q);
	if (!c && p != q)
		c = p > q ? -1 : 1;
	return c ? c : (i > k) - (i < k);
}

int
command_list(const struct meta_item **list, const struct meta *m)
{
	size_t prefix;
	long number;
	int i, n = 0;

	for (i = 0; i < m->n; i++)
		if (command_key(m->item[i].key, &prefix, &number))
			list[n++] = &m->item[i];
	qsort(list, (size_t)n, sizeof *list, by_chain);
	return n;
}
