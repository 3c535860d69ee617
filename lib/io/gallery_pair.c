/* Which picture is the mask of which */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/gallery_build.h"

static const char *const suffixes[] = { ".tif", ".tiff", ".png", ".jpg", ".jpeg" };
#define MASK_SUFFIXES 3 /* the first of them: jpeg would blur labels */

size_t
gallery_stem(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

	return dot ? (size_t)(dot - path) : strlen(path);
}

int
gallery_is_picture(const char *path)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(suffixes); i++)
		if (!strcasecmp(path + gallery_stem(path), suffixes[i]))
			return 1;
	return 0;
}

int
gallery_is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

const char *
gallery_img_dir(const char *path)
{
	const char *p, *found = NULL;

	for (p = path; (p = strstr(p, "img_dir/")); p++)
		if (p == path || p[-1] == '/')
			found = p;
	return found;
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

size_t
gallery_parent(const struct gallery_item *it)
{
	const char *slash = strrchr(it->masks, '/');

	return slash ? (size_t)(slash - it->masks) + 1 : 0;
}

size_t
gallery_below(const struct gallery_item *it)
{
	size_t parent = gallery_parent(it);

	return parent + (strcmp(it->masks + parent, "ann_dir") ? sizeof "images/" : sizeof "img_dir/") - 1;
}

/* The folder that a mask must be in, of a picture in an img_dir, if that is there. */
static void
find_ann_dir(struct gallery_item *it)
{
	const char *dir = gallery_img_dir(it->path);
	char *folder;

	if (!dir)
		return;
	folder = mem_printf("%.*sann_dir", (int)(dir - it->path), it->path);
	if (gallery_is_folder(folder))
		it->masks = folder;
	else
		free(folder);
}

/* Is there a folder of this name at the path's place `at`? Its end is one, too. */
static int
is_at(const char *path, size_t at, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(path + at, name, n) && path[at + n] == '/';
}

static enum dataset_part
part_of(const struct gallery_item *it)
{
	static const char *const name[] = { "train", "val", "test" };
	size_t in = gallery_below(it), parent = gallery_parent(it), n;
	int i;

	for (i = DATASET_TRAIN; i <= DATASET_TEST; i++) {
		n = strlen(name[i]);
		if (in >= it->root && is_at(it->path, in, name[i]))
			return (enum dataset_part)i;
		if (parent > it->root + n && is_at(it->path, parent - n - 1, name[i]) &&
		    (parent == n + 1 || it->path[parent - n - 2] == '/'))
			return (enum dataset_part)i;
	}
	return DATASET_ALL;
}

/* The name, without suffix, that an item's mask must have in its folder. */
static char *
mask_in_folder(const struct gallery_item *it)
{
	size_t below = gallery_below(it);

	return mem_printf("%s/%.*s", it->masks, (int)(gallery_stem(it->path) - below), it->path + below);
}

static void
pair(struct gallery_item *it)
{
	const char *suffix = it->path + gallery_stem(it->path);
	char *head = mem_printf("%.*s", (int)gallery_stem(it->path), it->path);

	it->mask = find_mask(head, "_gt", suffix);
	free(head);
	if (!it->masks)
		find_ann_dir(it);
	if (!it->masks)
		return;
	it->part = part_of(it);
	head = mask_in_folder(it);
	if (!it->mask)
		it->mask = find_mask(head, "", suffix);
	if (!it->mask)
		it->mask = find_mask(head, "_gt", suffix);
	free(head);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Does the name, without suffix, end in _gt? */
static int
ends_as_mask(const char *path)
{
	size_t n = gallery_stem(path);

	return n > 3 && !strncmp(path + n - 3, "_gt", 3);
}

/* Drops the items that are masks of others, or would be if these were there. */
static void
drop_masks(struct gallery *g)
{
	char **mask = mem_array(g->n, sizeof *mask);
	unsigned char *keep = mem_alloc(g->n);
	size_t i, n = 0;
	int beside = 0;

	for (i = 0; i < g->n; i++)
		if (g->item[i].mask) {
			mask[n++] = g->item[i].mask;
			beside |= !g->item[i].masks && !g->item[i].known;
		}
	qsort(mask, n, sizeof *mask, by_bytes);
	for (i = 0; i < g->n; i++) {
		const struct gallery_item *it = &g->item[i];

		keep[i] = it->known || !bsearch(&it->path, mask, n, sizeof *mask, by_bytes);
		if (!keep[i] || !beside || it->known || it->mask || !ends_as_mask(it->path))
			continue;
		keep[i] = 0;
		g->orphan = mem_grow(g->orphan, g->orphans + 1, sizeof *g->orphan);
		g->orphan[g->orphans++] = mem_strdup(it->path);
	}
	free(mask);
	gallery_keep(g, keep);
	free(keep);
}

void
gallery_pair(struct gallery *g)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (!g->item[i].known)
			pair(&g->item[i]);
	drop_masks(g);
}

int
gallery_complete(const struct gallery *g, struct err *e)
{
	char *head;
	size_t i;

	if (g->orphans)
		return err_set(e, "'%s': labels without an image: its name without _gt is that of none", g->orphan[0]);
	for (i = 0; i < g->n && (g->item[i].mask || !g->item[i].masks); i++)
		;
	if (i == g->n)
		return 0;
	head = mask_in_folder(&g->item[i]);
	err_set(e, "'%s': no mask %s%s (or .tif, .tiff, .png, or _gt before it)", g->item[i].path, head,
	        g->item[i].path + gallery_stem(g->item[i].path));
	free(head);
	return -1;
}
