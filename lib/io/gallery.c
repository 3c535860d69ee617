#include "io/gallery.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define DEPTH_MAX 64 /* folders within folders; symbolic links may go in circles */

static const char *const suffixes[] = { ".tif", ".tiff", ".png", ".jpg", ".jpeg" };
#define MASK_SUFFIXES 3 /* the first of them: jpeg would blur labels */

/* Length of path without its suffix. */
static size_t
stem(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

	return dot ? (size_t)(dot - path) : strlen(path);
}

static int
is_picture(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(suffixes); i++)
		if (!strcasecmp(name + stem(name), suffixes[i]))
			return 1;
	return 0;
}

static int
is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* The last "img_dir" in path that is a whole component and not its end; NULL: none. */
static const char *
img_dir(const char *path)
{
	const char *p, *found = NULL;

	for (p = path; (p = strstr(p, "img_dir/")); p++)
		if (p == path || p[-1] == '/')
			found = p;
	return found;
}

static void
add_item(struct gallery *g, char *path, const char *class)
{
	if (g->n == g->room) {
		g->room = 2 * g->room + 64;
		g->item = mem_grow(g->item, g->room, sizeof *g->item);
	}
	g->item[g->n] = (struct gallery_item){ .path = path, .label = -1 };
	g->item[g->n++].class = class ? mem_strdup(class) : NULL;
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

	*names = NULL;
	*n = 0;
	if (!d)
		return err_set(e, "cannot open '%s':", path);
	while ((entry = readdir(d))) {
		if (*entry->d_name == '.')
			continue;
		*names = mem_grow(*names, *n + 1, sizeof **names);
		(*names)[(*n)++] = mem_strdup(entry->d_name);
	}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof **names, by_name);
	return 0;
}

static int walk(struct gallery *g, const char *path, const char *class, int depth, struct err *e);

/* One name in a folder: a picture, a folder to go into, or nothing of ours. */
static int
visit(struct gallery *g, const char *folder, const char *name, const char *class, int has_img_dir, int depth,
      struct err *e)
{
	size_t n = strlen(folder);
	char *path = mem_printf("%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
	int names_class = depth == 0 && !g->flat && !has_img_dir, rc = 0;

	if (is_folder(path)) {
		if (!has_img_dir || strcmp(name, "ann_dir"))
			rc = walk(g, path, names_class ? name : class, depth + 1, e);
	} else if (is_picture(name)) {
		add_item(g, path, class);
		path = NULL;
	}
	free(path);
	return rc;
}

static int
walk(struct gallery *g, const char *path, const char *class, int depth, struct err *e)
{
	char **names;
	size_t n, i;
	int rc = 0, has_img_dir = 0;

	if (depth > DEPTH_MAX)
		return err_set(e, "'%s': more than %d folders within each other", path, DEPTH_MAX);
	if (list_folder(&names, &n, path, e))
		return -1;
	for (i = 0; i < n; i++)
		has_img_dir |= !strcmp(names[i], "img_dir");
	for (i = 0; i < n && !rc; i++)
		rc = visit(g, path, names[i], class, has_img_dir, depth, e);
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return rc;
}

int
gallery_add(struct gallery *g, const char *path, struct err *e)
{
	char *slashed;
	int rc, flat = g->flat;

	if (!is_folder(path)) {
		add_item(g, mem_strdup(path), NULL);
		return 0;
	}
	slashed = mem_printf("%s/", path);
	g->flat = flat || img_dir(slashed) != NULL;
	rc = walk(g, path, NULL, 0, e);
	g->flat = flat;
	free(slashed);
	return rc;
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
			add_item(g, mem_strdup(name), NULL);
	if (rc < 0)
		err_set(e, "'%s' line %d: not the name of a file (one per line is expected)", path, line + 1);
	else if (ferror(f))
		rc = err_set(e, "cannot read '%s':", path);
	if (!is_stdin)
		fclose(f);
	return rc;
}

/* The first HEAD ENDING SUFFIX that exists, SUFFIX as the image's or one fit for masks; NULL: none does. */
static char *
find_mask(const char *head, const char *ending, const char *image_suffix)
{
	char *path = mem_printf("%s%s%s", head, ending, image_suffix);
	int i;

	for (i = 0; access(path, F_OK); i++) {
		free(path);
		if (i == MASK_SUFFIXES)
			return NULL;
		path = mem_printf("%s%s%s", head, ending, suffixes[i]);
	}
	return path;
}

static int
pair(struct gallery_item *it, struct err *e)
{
	const char *dir = img_dir(it->path), *suffix = it->path + stem(it->path);
	char *head = mem_printf("%.*s", (int)stem(it->path), it->path), *folder;
	int rc = 0;

	it->mask = find_mask(head, "_gt", suffix);
	free(head);
	if (!dir || it->mask)
		return 0;
	folder = mem_printf("%.*sann_dir", (int)(dir - it->path), it->path);
	if (is_folder(folder)) {
		head = mem_printf("%s/%.*s", folder, (int)(suffix - dir - 8), dir + 8);
		it->mask = find_mask(head, "", suffix);
		if (!it->mask)
			rc = err_set(e, "'%s': no mask %s%s (or .tif, .tiff, .png)", it->path, head, suffix);
		free(head);
	}
	free(folder);
	return rc;
}

static void
free_item(struct gallery_item *it)
{
	free(it->path);
	free(it->mask);
	free(it->class);
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

/* Drops the items that are masks of others. */
static void
drop_masks(struct gallery *g)
{
	char **mask = mem_array(g->n, sizeof *mask);
	unsigned char *keep = mem_alloc(g->n);
	size_t i, n = 0;

	for (i = 0; i < g->n; i++)
		if (g->item[i].mask)
			mask[n++] = g->item[i].mask;
	qsort(mask, n, sizeof *mask, by_name);
	for (i = 0; i < g->n; i++)
		keep[i] = !bsearch(&g->item[i].path, mask, n, sizeof *mask, by_name);
	free(mask);
	gallery_keep(g, keep);
	free(keep);
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
gallery_finish(struct gallery *g, int with_masks, struct err *e)
{
	size_t i;

	for (i = 0; i < g->n && with_masks; i++)
		if (pair(&g->item[i], e))
			return -1;
	if (!g->n)
		return err_set(e, "no pictures (.tif .tiff .jpg .jpeg .png) there");
	drop_masks(g);
	return number_classes(g, e);
}

void
gallery_free(struct gallery *g)
{
	while (g->n)
		free_item(&g->item[--g->n]);
	free(g->item);
	*g = (struct gallery){ 0 };
}
