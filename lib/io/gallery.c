#include "io/gallery.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/gallery_build.h"

#define DEPTH_MAX 64 /* folders within folders; symbolic links may go in circles */

/* Where a walk is. */
struct place {
	const char *path, *class;
	const char *masks; /* the folder of masks that goes with this one of images; NULL: none */
	int depth;
};

static struct gallery_item *
add_item(struct gallery *g, char *path, const char *class, size_t root)
{
	struct gallery_item *it;

	if (g->n == g->room) {
		g->room = 2 * g->room + 64;
		g->item = mem_grow(g->item, g->room, sizeof *g->item);
	}
	it = &g->item[g->n++];
	*it = (struct gallery_item){ .path = path, .label = -1, .root = root, .part = DATASET_ALL };
	it->class = class ? mem_strdup(class) : NULL;
	return it;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, hidden ones left out, sorted. */
static int
list_folder(char ***names, size_t *n, const char *path, struct err *e)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	int rc;

	*names = NULL;
	*n = 0;
	if (!d)
		return err_set(e, "cannot open '%s':", path);
	while (errno = 0, (entry = readdir(d))) {
		if (*entry->d_name == '.')
			continue;
		*names = mem_grow(*names, *n + 1, sizeof **names);
		(*names)[(*n)++] = mem_strdup(entry->d_name);
	}
	rc = errno ? err_set(e, "cannot read '%s':", path) : 0;
	closedir(d);
	while (rc && *n)
		free((*names)[--*n]);
	if (rc)
		free(*names);
	if (*n)
		qsort(*names, *n, sizeof **names, by_name);
	return rc;
}

static int walk(struct gallery *g, const struct place *at, struct err *e);

/* What a folder's names say of the layout. */
struct layout {
	int img_dir;       /* there is one */
	const char *masks; /* the folder of masks that goes with a folder "images"; NULL: there are not both */
};

static int
has_name(char *const *names, size_t n, const char *name)
{
	return n && bsearch(&name, names, n, sizeof *names, by_name) != NULL;
}

static struct layout
look_around(char *const *names, size_t n)
{
	struct layout l = { .img_dir = has_name(names, n, "img_dir") };

	if (has_name(names, n, "images"))
		l.masks = has_name(names, n, "masks") ? "masks" : has_name(names, n, "labels") ? "labels" : NULL;
	return l;
}

/* A folder in another, whose layout is l. */
static int
enter(struct gallery *g, const struct place *from, const struct layout *l, char *path, const char *name, struct err *e)
{
	struct place at = { path, from->class, from->masks, from->depth + 1 };
	char *masks = NULL;
	int rc;

	if ((l->img_dir && !strcmp(name, "ann_dir")) || (l->masks && !strcmp(name, l->masks)))
		return 0;
	if (l->masks && !strcmp(name, "images")) {
		masks = mem_printf("%.*s%s", (int)(strlen(path) - strlen(name)), path, l->masks);
		at.masks = masks;
		at.class = NULL;
	} else if (from->depth == 0 && !g->flat && !l->img_dir && !l->masks) {
		at.class = name;
	}
	rc = walk(g, &at, e);
	free(masks);
	return rc;
}

/* One name in a folder: a picture, a folder to go into, or nothing of ours. */
static int
visit(struct gallery *g, const struct place *from, const struct layout *l, const char *name, struct err *e)
{
	size_t n = strlen(from->path);
	char *path = mem_printf("%s%s%s", from->path, n && from->path[n - 1] == '/' ? "" : "/", name);
	struct gallery_item *it;
	int rc = 0;

	if (gallery_is_folder(path)) {
		rc = enter(g, from, l, path, name, e);
	} else if (gallery_is_picture(name)) {
		it = add_item(g, path, from->class, g->root);
		it->masks = from->masks ? mem_strdup(from->masks) : NULL;
		path = NULL;
	}
	free(path);
	return rc;
}

static int
walk(struct gallery *g, const struct place *at, struct err *e)
{
	struct layout l;
	char **names;
	size_t n, i;
	int rc = 0;

	if (at->depth > DEPTH_MAX)
		return err_set(e, "'%s': more than %d folders within each other", at->path, DEPTH_MAX);
	if (list_folder(&names, &n, at->path, e))
		return -1;
	l = look_around(names, n);
	for (i = 0; i < n && !rc && !(g->any && g->n); i++)
		rc = visit(g, at, &l, names[i], e);
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return rc;
}

int
gallery_add(struct gallery *g, const char *path, struct err *e)
{
	struct place at = { .path = path };
	size_t n = strlen(path);
	char *slashed;
	int rc, flat = g->flat;

	if (!gallery_is_folder(path)) {
		add_item(g, mem_strdup(path), NULL, strspn(path, "./"));
		return 0;
	}
	slashed = mem_printf("%s/", path);
	g->flat = flat || gallery_img_dir(slashed) != NULL;
	g->root = n && path[n - 1] == '/' ? n : n + 1;
	rc = walk(g, &at, e);
	g->flat = flat;
	free(slashed);
	return rc;
}

void
gallery_add_case(struct gallery *g, const struct dataset_case *c)
{
	struct gallery_item *it = add_item(g, mem_strdup(c->image[0]), NULL, 0);
	int k;

	it->known = c;
	it->name = mem_strdup(c->name);
	it->part = c->part;
	it->mask = c->mask ? mem_strdup(c->mask) : NULL;
	for (k = 1; k < c->channels; k++)
		it->more[k - 1] = mem_strdup(c->image[k]);
}

/* A signal that came while a pipe was waited for is no error. */
static int
next_char(FILE *f)
{
	int c;

	while ((c = getc(f)) == EOF && ferror(f) && errno == EINTR)
		clearerr(f);
	return c;
}

/* The next line without its end: 1; 0: there is none; -1: no line of text. */
static int
read_name(char name[PATH_MAX], FILE *f)
{
	int n = 0, c;

	while ((c = next_char(f)) != EOF && c != '\n') {
		if (!c || n == PATH_MAX - 1)
			return -1;
		name[n++] = (char)c;
	}
	name[n] = '\0';
	name[strcspn(name, "\r")] = '\0';
	return n > 0 || c == '\n';
}

int
gallery_add_list(struct gallery *g, const char *path, struct err *e)
{
	int is_stdin = !strcmp(path, "-"), line = 0, rc;
	FILE *f = is_stdin ? stdin : fopen(path, "r");
	char name[PATH_MAX];

	if (!f)
		return err_set(e, "cannot open '%s':", path);
	for (; (rc = read_name(name, f)) > 0; line++)
		if (*name)
			add_item(g, mem_strdup(name), NULL, strspn(name, "./"));
	if (rc < 0)
		err_set(e, "'%s' line %d: not the name of a file (one per line is expected)", path, line + 1);
	else if (ferror(f))
		rc = err_set(e, "cannot read '%s':", path);
	if (!is_stdin)
		fclose(f);
	return rc;
}

static void
free_item(struct gallery_item *it)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(it->more); i++)
		free(it->more[i]);
	free(it->path);
	free(it->mask);
	free(it->masks);
	free(it->class);
	free(it->name);
}

void
gallery_keep(struct gallery *g, const unsigned char *keep)
{
	size_t i, n = 0;

	for (i = 0; i < g->n; i++)
		if (keep[i])
			g->item[n++] = g->item[i];
		else
			free_item(&g->item[i]);
	g->n = n;
}

static int
place_of(const char *class, char **name, size_t n)
{
	char **found = bsearch(&class, name, n, sizeof *name, by_name);

	if (!found)
		BUG("class '%s' is lost", class);
	return (int)(found - name);
}

static int
number_classes(struct gallery *g, struct err *e)
{
	char **name = mem_array(g->n, sizeof *name);
	const char *with = NULL, *without = NULL;
	size_t i, n = 0, unique = 0;

	for (i = 0; i < g->n; i++)
		if (g->item[i].class) {
			name[n++] = g->item[i].class;
			with = g->item[i].path;
		} else {
			without = g->item[i].path;
		}
	qsort(name, n, sizeof *name, by_name);
	for (i = 0; i < n; i++)
		if (!i || strcmp(name[i], name[unique - 1]))
			name[unique++] = name[i];
	for (i = 0; i < g->n && n == g->n; i++)
		g->item[i].label = place_of(g->item[i].class, name, unique);
	g->classes = (int)unique;
	free(name);
	if (with && without)
		return err_set(e, "'%s' is in a class folder, '%s' is not (--flat takes all without classes)",
		               with, without);
	return 0;
}

int
gallery_finish(struct gallery *g, struct err *e)
{
	if (!g->n)
		return err_set(e, "no pictures (.tif .tiff .jpg .jpeg .png) there");
	gallery_pair(g);
	gallery_name(g);
	return number_classes(g, e);
}

void
gallery_free(struct gallery *g)
{
	size_t i;

	while (g->n)
		free_item(&g->item[--g->n]);
	for (i = 0; i < g->orphans; i++)
		free(g->orphan[i]);
	free(g->orphan);
	free(g->item);
	*g = (struct gallery){ 0 };
}
