/* What cases are called: as shortly as tells them apart */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/gallery_build.h"

enum { FILE_NAME, FOLDERS, SUFFIX, NUMBER, LEVELS };

/* The file's place within what was searched, without the folder that only says that these are images. */
static char *
place_of(const struct gallery_item *it)
{
	size_t parent = it->masks ? gallery_parent(it) : 0, below = it->masks ? gallery_below(it) : 0;

	if (!it->masks || below < it->root)
		return mem_strdup(it->path + it->root);
	if (parent < it->root)
		parent = it->root;
	return mem_printf("%.*s%s", (int)(parent - it->root), it->path + it->root, it->path + below);
}

/* A name at one of the levels, each of which says more. */
static char *
name_at(const struct gallery_item *it, int level, size_t number)
{
	char *place = place_of(it), *slash = strrchr(place, '/'), *name, *p;
	const char *from = slash && level < FOLDERS ? slash + 1 : place;
	size_t n = level < SUFFIX ? gallery_stem(from) : strlen(from);

	if (!n) /* ".png" */
		n = strlen(from);
	if (!n) { /* "folder/", which was listed as a file */
		from = *place ? place : "_";
		n = strlen(from);
	}
	name = level < NUMBER ? mem_printf("%.*s", (int)n, from) : mem_printf("%.*s_%zu", (int)n, from, number + 1);
	for (p = name; (p = strchr(p, '/')); p++)
		*p = '_';
	free(place);
	return name;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(struct gallery_item *const *)a)->name, (*(struct gallery_item *const *)b)->name);
}

/* Lifts the level of all whose names are not theirs alone; 0: there are none, or none that could be lifted. */
static int
lift(struct gallery_item **order, size_t n, const struct gallery_item *first, unsigned char *level)
{
	size_t i, k, end;
	int lifted = 0;

	qsort(order, n, sizeof *order, by_name);
	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && !strcmp(order[i]->name, order[end]->name); end++)
			;
		for (k = i; k < end && end > i + 1; k++) {
			size_t at = (size_t)(order[k] - first);

			if (level[at] == NUMBER || order[k]->known)
				continue;
			free(order[k]->name);
			order[k]->name = name_at(order[k], ++level[at], at);
			lifted = 1;
		}
	}
	return lifted;
}

void
gallery_name(struct gallery *g)
{
	struct gallery_item **order = mem_array(g->n, sizeof *order);
	unsigned char *level = mem_alloc(g->n);
	size_t i;
	int round;

	for (i = 0; i < g->n; i++) {
		order[i] = &g->item[i];
		if (!g->item[i].name)
			g->item[i].name = name_at(&g->item[i], FILE_NAME, i);
	}
	for (round = 0; round < LEVELS && g->n && lift(order, g->n, g->item, level); round++)
		;
	free(level);
	free(order);
}
