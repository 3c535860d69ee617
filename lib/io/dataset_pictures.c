/* A folder of pictures, as gallery.h finds them with their masks */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/case_name.h"
#include "io/dataset_build.h"
#include "io/gallery.h"

int
dataset_has_pictures(const struct dataset *d)
{
	struct gallery g = { .flat = 1, .any = 1 };
	int found = !gallery_add(&g, d->dir, NULL) && g.n;

	gallery_free(&g);
	return found;
}

/* A case without its files; NULL if it may not be called so. */
static struct dataset_case *
add(struct dataset *d, const struct gallery_item *it, size_t length)
{
	char *name = mem_printf("%.*s", (int)length, it->name);
	struct dataset_case *c = NULL;

	if (dataset_bad_name(name)) {
		dataset_note(d, 1, it->path, "the name of the case %s", dataset_bad_name(name));
	} else {
		c = dataset_add(d, name);
		c->part = it->part;
	}
	free(name);
	return c;
}

static void
take_image(struct dataset *d, const struct gallery_item *it)
{
	size_t n = strlen(it->name);
	struct dataset_case *c;

	if (!it->mask && n > 3 && !strcmp(it->name + n - 3, "_gt")) {
		dataset_note(d, 1, it->path, "labels without an image: its name without _gt is that of none");
		return;
	}
	c = add(d, it, n);
	if (!c)
		return;
	dataset_add_image(c, mem_strdup(it->path));
	c->mask = it->mask ? mem_strdup(it->mask) : NULL;
}

/* paired: some pictures in the folder have masks, so those without are images. */
static void
take_mask(struct dataset *d, const struct gallery_item *it, int paired)
{
	size_t n = case_mask_stem(it->name);
	struct dataset_case *c;

	if (it->mask) {
		take_image(d, it);
	} else if (!paired || n) {
		c = add(d, it, n ? n : strlen(it->name));
		if (c)
			c->mask = mem_strdup(it->path);
	}
}

/* A mask beside others that have their images. */
static void
take_orphan(struct dataset *d, char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = mem_strdup(slash ? slash + 1 : path);
	struct gallery_item it = { .path = path, .name = name, .part = DATASET_ALL };

	name[gallery_stem(name)] = '\0';
	take_mask(d, &it, 1);
	free(name);
}

/* --- masks in folders of their own that go with no image --- */

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The masks that are taken, and the folders they must be in, each sorted. */
struct taken {
	char **mask, **folder;
	size_t masks, folders;
};

static void
list_taken(struct taken *t, const struct gallery *g)
{
	size_t i;

	t->mask = mem_array(g->n, sizeof *t->mask);
	t->folder = mem_array(g->n, sizeof *t->folder);
	for (i = 0; i < g->n; i++) {
		if (g->item[i].mask)
			t->mask[t->masks++] = g->item[i].mask;
		if (g->item[i].masks)
			t->folder[t->folders++] = g->item[i].masks;
	}
	qsort(t->mask, t->masks, sizeof *t->mask, by_bytes);
	qsort(t->folder, t->folders, sizeof *t->folder, by_bytes);
}

/* Would the image of a mask, in a folder of masks, lie in the folder that was searched? */
static int
is_ours(const struct dataset *d, const char *mask, const char *folder)
{
	const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
	char *image = mem_printf("%.*s%s%s", (int)(name - folder), folder, strcmp(name, "ann_dir") ? "images" : "img_dir",
	                         mask + strlen(folder));
	int ours = !strncmp(image, d->dir, strlen(d->dir));

	free(image);
	return ours;
}

static void
note_unused(struct dataset *d, const struct taken *t, const char *folder)
{
	struct gallery g = { .flat = 1 };
	size_t i;

	if (!gallery_add(&g, folder, NULL))
		for (i = 0; i < g.n; i++)
			if (is_ours(d, g.item[i].path, folder) &&
			    !bsearch(&g.item[i].path, t->mask, t->masks, sizeof *t->mask, by_bytes))
				dataset_note(d, 1, g.item[i].path, "labels without an image");
	gallery_free(&g);
}

static void
find_orphans(struct dataset *d, const struct gallery *g)
{
	struct taken t = { 0 };
	size_t i;

	for (i = 0; i < g->orphans; i++)
		dataset_note(d, 1, g->orphan[i], "labels without an image: its name without _gt is that of none");
	list_taken(&t, g);
	for (i = 0; i < t.folders; i++)
		if (!i || strcmp(t.folder[i], t.folder[i - 1]) != 0)
			note_unused(d, &t, t.folder[i]);
	free(t.mask);
	free(t.folder);
}

/* Is the picture in the folder itself, not below it? */
static int
is_top(const struct gallery_item *it)
{
	return !strchr(it->path + it->root, '/');
}

/* The masks of a folder. Where these have no images with them, and some lie in the folder itself, what is below it is
 * something else: seg-predict puts entropy there. */
static void
take_masks(struct dataset *d, const struct gallery *g)
{
	int paired = 0, top = 0;
	size_t i;

	for (i = 0; i < g->n; i++) {
		paired |= g->item[i].mask != NULL;
		top |= is_top(&g->item[i]);
	}
	for (i = 0; i < g->n; i++)
		if (paired || !top || is_top(&g->item[i]))
			take_mask(d, &g->item[i], paired);
	for (i = 0; i < g->orphans; i++)
		take_orphan(d, g->orphan[i]);
}

int
dataset_read_pictures(struct dataset *d, int masks, struct err *e)
{
	struct gallery g = { .flat = 1 };
	int rc = gallery_add(&g, d->dir, e);
	size_t i;

	if (!rc && g.n > DATASET_CASES)
		rc = err_set(e, "'%s': more than %d cases", d->dir, DATASET_CASES);
	if (!rc && gallery_finish(&g, e))
		rc = err_prefix(e, "'%s'", d->dir);
	if (!rc && masks) {
		take_masks(d, &g);
	} else if (!rc) {
		for (i = 0; i < g.n; i++)
			take_image(d, &g.item[i]);
		find_orphans(d, &g);
	}
	gallery_free(&g);
	return rc;
}
