/* seg-report - one page about a prediction run: figures, plots, tables, pictures */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eval/evaluation.h"
#include "io/case_images.h"
#include "io/pairs.h"
#include "page/report.h"
#include "shared/tool.h"

static const char *names_text, *title = "Segmentation report";
static int pictured = 12, replicates = 1000, guess, common, by_voxel, channel = -1;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "title", OPT_TEXT, &title, "TEXT", "heading of the page", 0, 0, "" },
	{ 0, "names", OPT_TEXT, &names_text, "NAMES", "names of the classes, from 0 on (NAME,NAME,...)", 0, 0,
	  "those in the stream" },
	{ 0, "worst", OPT_INT, &pictured, "N", "volumes with pictures, the worst ones", 0, 10000, 0 },
	{ 0, "channel", OPT_INT, &channel, "N", "the one to show, -1: three as colours", -1, 65535, "" },
	{ 0, "common", OPT_FLAG, &common, 0, "leave out cases that only one of two folders has", 0, 0, 0 },
	{ 0, "by-voxel", OPT_FLAG, &by_voxel, 0, "compare volumes although their headers place them differently", 0, 0, 0 },
	{ 0, "guess-phases", OPT_FLAG, &guess, 0, "where no phase is known, take the largest left ventricle for ED", 0, 0, 0 },
	{ 0, "replicates", OPT_INT, &replicates, "N", "bootstrap replicates, 0 for no intervals", 0, 1000000, 0 },
	OPT_END
};

/* What is read: a stream, or images with their masks. */
static struct ten_reader in;
static struct case_images images;
static struct pairs pairs;
static int paired, has_truth;

struct run {
	struct evaluation x;
	struct names names;
	struct meta meta;
	struct worst worst;
	int truth;
};

/* Dies of what is wrong with a record. */
static void refuse(const struct record *r, const char *what, struct err *e) __attribute__((noreturn));

static void
refuse(const struct record *r, const char *what, struct err *e)
{
	if (!paired)
		in_die(&in, r, "%s%s", what, e->msg);
	pairs_blame(&pairs, e);
	die("%s%s", what, e->msg);
}

static int
next(struct record *r)
{
	struct err e;
	int rc;

	if (!paired)
		return in_read(&in, r);
	rc = pairs_next(&pairs, r, &e);
	if (rc < 0 || (rc && case_images_add(&images, r, &pairs, &e)))
		die("%s", e.msg);
	if (rc && !has_truth)
		record_remove(r, "mask");
	return rc;
}

/* Whether all predictions of a folder have a mask beside their image; dies if one has no image. */
static int
all_have_masks(const char *dir)
{
	struct dataset pred;
	struct err e;
	int i, all = 1;

	if (dataset_masks(&pred, dir, &e))
		die("%s", e.msg);
	for (i = 0; i < pred.n; i++) {
		const struct dataset_case *c = dataset_find(&images.set, pred.c[i].name);

		if (!c || !c->channels)
			die("'%s': no image of case '%s' of '%s'", images.path, pred.c[i].name, dir);
		all = all && c->mask;
	}
	dataset_free(&pred);
	return all;
}

/* Images, predictions and, unless NULL, truth. */
static void
open_files(const char *image, const char *pred, const char *truth)
{
	struct stat st;
	struct err e;
	int folder, beside = 0;

	if (stat(image, &st))
		die("cannot open '%s':", image);
	folder = S_ISDIR(st.st_mode);
	if (stat(pred, &st))
		die("cannot open '%s':", pred);
	if (folder != S_ISDIR(st.st_mode))
		die("'%s' is a folder, '%s' is none", folder ? image : pred, folder ? pred : image);
	if (case_images_open(&images, image, folder, &e))
		die("%s", e.msg);
	if (folder && !truth)
		beside = all_have_masks(pred);
	has_truth = truth || beside;
	if (pairs_open(&pairs, pred, truth ? truth : beside ? image : pred, beside || common, &e))
		die("%s", e.msg);
	pairs.by_voxel = by_voxel;
	images.channel = channel > 0 ? channel : 0;
	paired = 1;
}

static void
close_input(void)
{
	if (paired) {
		pairs_close(&pairs);
		case_images_close(&images);
	} else {
		in_close(&in);
	}
}

/* What the first record decides. */
static void
begin(struct run *run, const struct record *r)
{
	int64_t ignore = -1;
	struct err e;

	run->truth = record_find(r, "mask") != NULL;
	if (names_text ? names_parse(&run->names, names_text, 0, &e) : names_read(&run->names, &r->meta, &e))
		refuse(r, names_text ? "--names " : "", &e);
	if (!run->names.n) {
		err_set(&e, "nothing tells how many classes there are: give --names");
		refuse(r, "", &e);
	}
	if (meta_int(&r->meta, "ignore", &ignore, 0, 255, &e) < 0)
		refuse(r, "", &e);
	evaluation_init(&run->x, run->names.n, run->truth ? (int)ignore : -1);
	worst_init(&run->worst, &run->x, pictured, run->truth, paired && !pairs.picture ? 0 : channel); /* of volumes, that one is read */
	meta_copy(&run->meta, &r->meta);
}

static void
add(struct run *run, struct record *r)
{
	const struct tensor *pred = in_tensor(&in, r, "pred", 3);
	const struct volume *v;
	struct err e;

	if ((record_find(r, "mask") != NULL) != run->truth)
		in_die(&in, r, "%s 'mask', other records %s", run->truth ? "no" : "has", run->truth ? "have it" : "have none");
	if (!run->truth)
		memcpy(record_add(r, "mask", TEN_U8, 3, pred->dim)->data, record_find(r, "pred")->data,
		       tensor_bytes(record_find(r, "pred")));
	if (evaluation_add(&run->x, r, &e) || !(v = volume_list_at(&run->x.volumes, r, &e)))
		refuse(r, "", &e);
	if (worst_add(&run->worst, (int)(v - run->x.volumes.v), r, &e))
		refuse(r, "", &e);
}

static void
write_page(const struct run *run)
{
	struct cardiac_classes hearts;
	int any = cardiac_classes_named(&hearts, &run->names);
	struct patient_list patients;
	struct outfile out;
	struct report r = { title, &run->x, &run->names, &patients, any ? &hearts : NULL, run->truth, &run->worst,
		            replicates, opt_common.seed, &run->meta, opt_command() };

	patient_list_init(&patients, &run->x.volumes, r.hearts, guess);
	report_write(text_open(&out, opt_common.output), &r);
	text_close(&out);
	patient_list_free(&patients);
}

int
main(int argc, char *argv[])
{
	struct run run = { 0 };
	struct record r = { 0 };
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file | images predictions [truth]]", "one page about a prediction run", 0, 3);

	if (n < 2)
		in_open(&in, n ? argv[0] : NULL);
	else
		open_files(argv[0], argv[1], n > 2 ? argv[2] : NULL);
	while (next(&r)) {
		if (!run.names.n)
			begin(&run, &r);
		add(&run, &r);
	}
	if (!run.x.slices.parts)
		die("%s: no slices to report on", paired ? argv[0] : in.name);
	evaluation_end(&run.x);
	if (worst_end(&run.worst, &e))
		die("%s", e.msg);
	if (worst_late(&run.worst))
		note("volumes with slices that came apart, after the others were drawn: %d; these slices have no pictures",
		     worst_late(&run.worst));
	write_page(&run);
	worst_free(&run.worst);
	evaluation_free(&run.x);
	names_free(&run.names);
	meta_free(&run.meta);
	record_free(&r);
	close_input();
	return 0;
}
