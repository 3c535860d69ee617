#include "lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

int
list_cut(char *part[LIST_MAX], const char *text, const char *option)
{
	char *rest = text ? mem_strdup(text) : NULL, *one;
	int n = 0;

	part[0] = NULL;
	while ((one = strsep(&rest, ","))) {
		if (!*one || n == LIST_MAX)
			die("--%s '%s': %s", option, text, *one ? "too long a list" : "an empty place in the list");
		part[n++] = one;
	}
	return n;
}

void
list_free(char *part[LIST_MAX])
{
	free(part[0]); /* the copy that all point into */
}
