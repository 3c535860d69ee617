/* img2ten - TIFF, JPEG and PNG pictures to a stream */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/progress.h"
#include "base/rng.h"
#include "io/gallery.h"
#include "io/picture.h"
#include "shared/classes.h"
#include "shared/decoding.h"
#include "shared/tool.h"

#define OTHERWISE 256 /* classes, where nobody says how many */

enum { ALL, TRAIN, VAL, TEST };

static const char *list, *names;
static int grey, rgb, flat, no_masks, number, ignore = -1, limit, per_class, epochs = 1, shuffle, skip_bad, split = ALL;
static struct classes classes = { .ignore = -1 };

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'l', "list", OPT_FILE, &list, "FILE", "read the files named in FILE, one per line", 0, 0, "" },
	{ 'g', "grey", OPT_FLAG, &grey, NULL, "make every picture one channel", 0, 0, "" },
	{ 0, "rgb", OPT_FLAG, &rgb, NULL, "make every picture three channels", 0, 0, "" },
	{ 0, "flat", OPT_FLAG, &flat, NULL, "subfolders are no classes", 0, 0, "" },
	{ 0, "no-masks", OPT_FLAG, &no_masks, NULL, "write no masks", 0, 0, "" },
	{ 'c', "classes", OPT_INT, &number, "N", "labels in masks are 0..N-1; 0: as the folder says, else 256", 0, 256, "" },
	{ 0, "names", OPT_TEXT, &names, "A,B,...", "names of the classes in masks, from 0 on", 0, 0, "as the folder says" },
	{ 0, "ignore", OPT_INT, &ignore, "LABEL", "label of pixels without truth, -1: as the folder says", -1, 255, "" },
	{ 'n', "limit", OPT_INT, &limit, "N", "take N files at random; 0: all", 0, 2147483647, "" },
	{ 0, "per-class", OPT_INT, &per_class, "N", "the same for each class; 0: all", 0, 2147483647, "" },
	{ 0, "split", OPT_CHOICE, &split, "all|train|val|test", "part to take: as the folder says, else every tenth of a class is val", 0, 0,
	  "" },
	{ 'e', "epochs", OPT_INT, &epochs, "N", "go through the files N times", 1, 2147483647, "" },
	{ 0, "shuffle", OPT_FLAG, &shuffle, NULL, "in a new random order each time", 0, 0, "" },
	{ 0, "skip-bad", OPT_FLAG, &skip_bad, NULL, "leave out unreadable files, with a warning", 0, 0, "" },
	OPT_END
};

/* To be freed */
static struct decoding *
decoding_of(const struct gallery *g, const uint64_t *order)
{
	struct decoding *d = mem_alloc(sizeof *d);

	d->g = g;
	d->order = order;
	d->channels = grey ? PICTURE_GREY : rgb ? PICTURE_RGB : PICTURE_AS_IS;
	d->masks = !no_masks;
	d->classes = classes.n ? classes.n : OTHERWISE;
	d->ignore = classes.ignore;
	return d;
}

/* Tries every file, drops the bad ones, notes the number of pages of the others. */
static void
drop_bad(struct gallery *g)
{
	struct decoding *d = decoding_of(g, NULL);
	unsigned char *keep = mem_alloc(g->n);
	size_t all = g->n, i = 0;
	int k;

	while (decoding_next(d))
		for (k = 0; k < d->n; k++, i++) {
			keep[i] = !d->slot[k].bad;
			g->item[i].pages = d->slot[k].image.n;
			if (d->slot[k].bad)
				warn("%s; left out", d->slot[k].e.msg);
		}
	free(d);
	gallery_keep(g, keep);
	free(keep);
	if (g->n < all)
		warn("%zu of %zu files left out", all - g->n, all);
	if (!g->n)
		die("no file is readable");
}

/* Only TIFF files have several pages; millions of others need not be opened to be counted. */
static int
count_pages(const struct gallery_item *it)
{
	const char *dot = strrchr(it->path, '.');
	struct err e;
	int n = 1;

	if (it->pages)
		return it->pages;
	if (dot && (!strcasecmp(dot, ".tif") || !strcasecmp(dot, ".tiff")))
		n = pictures_count(it->path, &e);
	if (n < 0)
		die("%s", e.msg);
	return n;
}

/* Marks n of the items with this label (-1: of all) at random. */
static void
choose(unsigned char *keep, const struct gallery *g, int label, int n)
{
	struct rng r = rng_at(opt_common.seed, RNG_SELECT, 0, (uint64_t)label + 1);
	uint64_t *perm;
	size_t *of = mem_array(g->n, sizeof *of), count = 0, i;

	for (i = 0; i < g->n; i++)
		if (label < 0 || g->item[i].label == label)
			of[count++] = i;
	perm = mem_array(count, sizeof *perm);
	rng_permutation(&r, perm, count);
	for (i = 0; i < count && i < (size_t)n; i++)
		keep[of[perm[i]]] = 1;
	free(perm);
	free(of);
}

static void
take_subset(struct gallery *g)
{
	unsigned char *keep;
	int k;

	if (per_class) {
		if (!g->classes)
			die("--per-class: there are no class folders");
		keep = mem_alloc(g->n);
		for (k = 0; k < g->classes; k++)
			choose(keep, g, k, per_class);
		gallery_keep(g, keep);
		free(keep);
	}
	if (limit) {
		keep = mem_alloc(g->n);
		choose(keep, g, -1, limit);
		gallery_keep(g, keep);
		free(keep);
	}
}

/* Of every ten pictures of a class, as they come, the first is for validation: so even a class of one is measured. */
static void
divide(struct gallery *g)
{
	size_t *seen = mem_array((size_t)g->classes + 1, sizeof *seen), i;

	for (i = 0; i < g->n; i++)
		g->item[i].part = seen[g->item[i].label + 1]++ % 10 == 0 ? DATASET_VAL : DATASET_TRAIN;
	free(seen);
}

static void
take_split(struct gallery *g)
{
	static const enum dataset_part part[] = { DATASET_ALL, DATASET_TRAIN, DATASET_VAL, DATASET_TEST };
	static const char *const name[] = { "all", "train", "val", "test" };
	unsigned char *keep = mem_alloc(g->n);
	int known = 0;
	size_t i;

	for (i = 0; i < g->n; i++)
		known |= g->item[i].part != DATASET_ALL;
	if (!known)
		divide(g);
	for (i = 0; i < g->n; i++)
		keep[i] = g->item[i].part == part[split];
	gallery_keep(g, keep);
	free(keep);
	if (!g->n && !known && split == TRAIN)
		die("--split train: there is one picture of each class, and that is for validation");
	if (!g->n)
		die("--split %s: %s", name[split], known ? "none of the pictures is in a folder of that name"
		                                          : "nothing says which pictures are for testing");
}

/* A folder with a table, which says what there is. Where some have masks, those without are to learn from in another way. */
static void
gather_cases(struct gallery *g, struct dataset *d, const char *dir)
{
	static const enum dataset_part part[] = { DATASET_ALL, DATASET_TRAIN, DATASET_VAL, DATASET_TEST };
	struct err e;
	int i, masks = 0;

	if (dataset_open(d, dir, part[split], &e))
		die("%s", e.msg);
	for (i = 0; i < d->n; i++)
		masks += d->c[i].mask != NULL;
	for (i = 0; i < d->n; i++) {
		if (!dataset_is_picture(&d->c[i]))
			die("'%s' is no picture (nii2ten reads NIfTI)", d->c[i].image[0]);
		if (!no_masks && masks && !d->c[i].mask && !d->c[i].unlabelled)
			die("'%s': no mask (--no-masks takes images alone)", d->c[i].image[0]);
		if (no_masks || !masks || d->c[i].mask)
			gallery_add_case(g, &d->c[i]);
	}
	if ((size_t)d->n > g->n)
		note("%zu of %d cases have no mask and are left out; --no-masks takes all", (size_t)d->n - g->n, d->n);
	split = ALL; /* that has been done */
}

static void
gather_folder(struct gallery *g, struct dataset *d, const char *dir)
{
	enum dataset_layout layout = DATASET_PLAIN;
	struct err e;

	if (dataset_layout(&layout, dir, &e))
		die("%s", e.msg);
	if (layout == DATASET_TABLE || layout == DATASET_NNUNET)
		gather_cases(g, d, dir);
	else if (gallery_add(g, dir, &e) || dataset_classes(d, dir, &e))
		die("%s", e.msg);
	classes_take(&classes, d);
}

static int
is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void
gather(struct gallery *g, struct dataset *d, char *const *operand, int n)
{
	struct err e;
	int i;

	g->flat = flat;
	if (n == 1 && !list && is_folder(operand[0]))
		gather_folder(g, d, operand[0]);
	else
		for (i = 0; i < n; i++)
			if (gallery_add(g, operand[i], &e))
				die("%s", e.msg);
	if (list && gallery_add_list(g, list, &e))
		die("%s", e.msg);
	if (gallery_finish(g, &e))
		die("%s", e.msg);
	if (g->classes && (names || ignore >= 0))
		die("--%s is about labels in masks: here subfolders are the classes (--flat takes them without)",
		    names ? "names" : "ignore");
	classes_settle(&classes, names, number, ignore, OTHERWISE);
}

static void
describe(struct record *r, const struct decoding_slot *s, const struct gallery *g, int page)
{
	int64_t one = 1;

	if (s->item->label >= 0) {
		*(int64_t *)record_add(r, "label", TEN_I64, 1, &one)->data = s->item->label;
		meta_set(&r->meta, "class", s->item->class);
		meta_setf(&r->meta, "classes", "%d", g->classes);
	} else {
		classes_describe(&r->meta, &classes);
	}
	if (s->item->known) {
		meta_set(&r->meta, "patient", s->item->known->patient);
		dataset_describe(&r->meta, s->item->known);
	}
	meta_set(&r->meta, "file", s->item->path);
	if (s->image.n > 1) {
		meta_setf(&r->meta, "case", "%s_page%02d", s->item->name, page + 1);
		meta_setf(&r->meta, "page", "%d", page + 1);
	} else {
		meta_set(&r->meta, "case", s->item->name);
	}
}

/* Where we are in the whole output. */
struct count {
	int64_t samples, first;
	int epoch;
	struct progress progress;
};

static void
emit(struct ten_writer *out, struct decoding_slot *s, const struct gallery *g, struct count *c)
{
	int i;

	if (s->bad)
		die("%s", s->e.msg);
	if (s->image.n != s->item->pages)
		die("'%s': %d pages, %d were counted (changed meanwhile, or a TIFF by another name?)",
		    s->item->path, s->image.n, s->item->pages);
	for (i = 0; i < s->image.n; i++) {
		struct record *r = &s->record[i];

		describe(r, s, g, i);
		meta_setf(&r->meta, "epoch", "%d", c->epoch);
		meta_setf(&r->meta, "epochs", "%d", epochs);
		meta_setf(&r->meta, "first", "%lld", (long long)c->first++);
		meta_setf(&r->meta, "samples", "%lld", (long long)c->samples);
		out_write(out, r);
	}
	progress_update(&c->progress, (uint64_t)(c->epoch * c->samples + c->first), "%s", "");
}

static void
write_epoch(struct ten_writer *out, const struct gallery *g, struct count *c)
{
	struct rng r = rng_at(opt_common.seed, RNG_SHUFFLE, (uint32_t)c->epoch, 0);
	struct decoding *d;
	uint64_t *order = NULL;
	int i;

	if (shuffle) {
		order = mem_array(g->n, sizeof *order);
		rng_permutation(&r, order, g->n);
	}
	d = decoding_of(g, order);
	c->first = 0;
	while (decoding_next(d))
		for (i = 0; i < d->n; i++)
			emit(out, &d->slot[i], g, c);
	free(order);
	free(d);
}

int
main(int argc, char *argv[])
{
	struct dataset d = { .ignore = -1 };
	struct gallery g = { 0 };
	struct count c = { 0 };
	struct ten_writer out;
	struct err e;
	size_t i;
	int n;

	n = opt_parse(argc, &argv, opts, "[file|folder ...]", "TIFF, JPEG and PNG pictures to a stream",
	              0, -1);
	if (!n && !list)
		die("nothing to read: name files, folders or --list FILE");
	if (grey && rgb)
		die("--grey and --rgb contradict each other");
	gather(&g, &d, argv, n);
	take_subset(&g);
	if (split != ALL)
		take_split(&g);
	if (!no_masks && gallery_complete(&g, &e))
		die("%s", e.msg);
	if (skip_bad)
		drop_bad(&g);
	for (i = 0; i < g.n; i++)
		c.samples += g.item[i].pages = count_pages(&g.item[i]);
	out_open(&out);
	progress_start(&c.progress, "pictures", (uint64_t)(c.samples * epochs), opt_common.quiet);
	for (c.epoch = 0; c.epoch < epochs; c.epoch++)
		write_epoch(&out, &g, &c);
	progress_end(&c.progress);
	out_close(&out);
	gallery_free(&g);
	dataset_free(&d);
	classes_free(&classes);
	return 0;
}
