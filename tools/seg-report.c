/* seg-report - one page about a prediction run: figures, plots, tables, pictures */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eval/evaluation.h"
#include "io/case_images.h"
#include "page/report.h"
#include "shared/compared.h"
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

static struct compared input;
static struct case_images images; /* of what is read from files */
static int has_truth;

struct run {
	struct evaluation x;
	struct names names;
	struct meta meta;
	struct worst worst;
	int truth;
};

static int
next(struct record *r)
{
	int rc = compared_next(&input, r);
	struct err e;

	if (!rc || !input.paired)
		return rc;
	if (case_images_add(&images, r, &input.pairs, &e))
		die("%s", e.msg);
	if (!has_truth)
		record_remove(r, "mask");
	return 1;
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
	compared_open_files(&input, pred, truth ? truth : beside ? image : pred, beside || common, by_voxel);
	images.channel = channel > 0 ? channel : 0;
}

/* What the first record decides. */
static void
begin(struct run *run, const struct record *r)
{
	int64_t ignore = -1;
	int read_alone;
	struct err e;

	run->truth = record_find(r, "mask") != NULL;
	if (names_text ? names_parse(&run->names, names_text, 0, &e) : names_read(&run->names, &r->meta, &e))
		names_text ? die("--names %s", e.msg) : compared_refuse(&input, r, &e);
	if (!run->names.n) {
		err_set(&e, "nothing tells how many classes there are: give --names");
		compared_refuse(&input, r, &e);
	}
	if (meta_int(&r->meta, "ignore", &ignore, 0, 255, &e) < 0)
		compared_refuse(&input, r, &e);
	evaluation_init(&run->x, run->names.n, run->truth ? (int)ignore : -1);
	read_alone = input.paired && !input.pairs.picture; /* of volumes the channel wanted */
	worst_init(&run->worst, &run->x, pictured, run->truth, read_alone ? 0 : channel);
	meta_copy(&run->meta, &r->meta);
}

static void
add(struct run *run, struct record *r)
{
	const struct tensor *pred = in_tensor(&input.in, r, "pred", 3);
	const struct volume *v;
	struct err e;

	if ((record_find(r, "mask") != NULL) != run->truth)
		in_die(&input.in, r, "%s 'mask', other records %s", run->truth ? "no" : "has", run->truth ? "have it" : "have none");
	if (!run->truth)
		memcpy(record_add(r, "mask", TEN_U8, 3, pred->dim)->data, record_find(r, "pred")->data,
		       tensor_bytes(record_find(r, "pred")));
	if (evaluation_add(&run->x, r, &e) || !(v = volume_list_at(&run->x.volumes, r, &e)))
		compared_refuse(&input, r, &e);
	if (worst_add(&run->worst, (int)(v - run->x.volumes.v), r, &e))
		compared_refuse(&input, r, &e);
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
		compared_open_stream(&input, n ? argv[0] : NULL, "images go with predictions, and with truth if there is any");
	else
		open_files(argv[0], argv[1], n > 2 ? argv[2] : NULL);
	while (next(&r)) {
		if (!run.names.n)
			begin(&run, &r);
		add(&run, &r);
	}
	if (!run.x.slices.parts)
		die("%s: no slices to report on", input.name);
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
	compared_close(&input);
	case_images_close(&images);
	return 0;
}
