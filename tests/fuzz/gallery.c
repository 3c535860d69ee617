/* gallery: a list of picture files and folders, one per line, and their masks */
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int lenient = (int)fuzz_choose(&data, &size, 2);
	struct gallery g = { .flat = (int)fuzz_choose(&data, &size, 2) };
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
	if (gallery_add_list(&g, fuzz_file(list, strlen(list)), &e) || gallery_finish(&g, lenient, &e))
		FUZZ_CHECK(*e.msg);
	for (i = 0; i < g.n; i++) {
		FUZZ_CHECK(g.item[i].path && g.item[i].label < (g.classes ? g.classes : 1));
		FUZZ_CHECK(*e.msg || (*g.item[i].name && !strchr(g.item[i].name, '/')));
	}
	gallery_free(&g);
	free(list);
	free(lines);
	return 0;
}
