/* gallery: a list of picture files and folders, one per line, and their masks */
#include <unistd.h>

#include "base/mem.h"
#include "fuzz.h"
#include "io/gallery.h"

static void
make_files(void)
{
	static const char *const folder[] = { "d", "d/e", "img_dir", "ann_dir", "s", "s/val", "s/val/images",
	                                      "s/val/masks" };
	static const char *const file[] = { "a.png", "a_gt.png", "b.TIF", "b_gt.tif", "d/c.jpg", "d/e/f.jpeg", "img_dir/x.jpg",
	                                    "ann_dir/x.png", ".h.png", "no.txt", "s/val/images/x.tif", "s/val/masks/x_gt.png",
	                                    "img_dir/y.tif", "ann_dir/y_gt.tif", "d/b.tif" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(folder); i++)
		fuzz_put(folder[i], NULL, 0);
	for (i = 0; i < ARRAY_LEN(file); i++)
		fuzz_put(file[i], "", 0);
}

/* The list, its names made names in the folder. */
static char *
inside(char *lines)
{
	char *list = mem_strdup(""), *line;

	while ((line = strsep(&lines, "\n"))) {
		char *longer = mem_printf("%s%s%s%s", list, *line ? fuzz_folder() : "", line, lines ? "\n" : "");

		free(list);
		list = longer;
	}
	return list;
}

/* Each line by itself: a file, or a folder to be searched. */
static int
add_lines(struct gallery *g, const char *list, struct err *e)
{
	char *copy = mem_strdup(list), *next = copy, *line;
	int rc = 0;

	while (!rc && (line = strsep(&next, "\n")))
		if (*line)
			rc = gallery_add(g, line, e);
	free(copy);
	return rc;
}

static void
check_item(const struct gallery *g, size_t i, int done)
{
	const struct gallery_item *it = &g->item[i];

	FUZZ_CHECK(it->path && it->root <= strlen(it->path) && it->label < (g->classes ? g->classes : 1));
	FUZZ_CHECK(!done || (*it->name && !strchr(it->name, '/')));
	FUZZ_CHECK(!it->mask || !access(it->mask, F_OK));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int complete = (int)fuzz_choose(&data, &size, 2), rc;
	struct gallery g = { .flat = (int)fuzz_choose(&data, &size, 2) };
	int search = (int)fuzz_choose(&data, &size, 2);
	char *lines = fuzz_text(data, size), *list;
	struct err e = { "" };
	size_t i;

	if (!*fuzz_folder_path)
		make_files();
	if (strstr(lines, "..")) { /* would lead to all that this machine has */
		free(lines);
		return 0;
	}
	list = inside(lines);
	rc = search ? add_lines(&g, list, &e) : gallery_add_list(&g, fuzz_file(list, strlen(list)), &e);
	rc = rc || gallery_finish(&g, &e);
	FUZZ_CHECK(!rc || *e.msg);
	for (i = 0; i < g.n; i++)
		check_item(&g, i, !rc);
	if (!rc && complete)
		FUZZ_CHECK(!gallery_complete(&g, &e) || *e.msg);
	gallery_free(&g);
	free(list);
	free(lines);
	return 0;
}
