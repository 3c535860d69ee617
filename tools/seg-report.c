/* seg-report - one page about a prediction run: figures, plots, tables, pictures */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/evaluation.h"
#include "page/report.h"
#include "shared/tool.h"

static const char *names_text, *title = "Segmentation report";
static int pictured = 12, replicates = 1000, guess;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "title", OPT_TEXT, &title, "TEXT", "heading of the page", 0, 0, "" },
	{ 0, "names", OPT_TEXT, &names_text, "NAMES", "names of the classes, from 0 on (NAME,NAME,...)", 0, 0,
	  "those in the stream" },
	{ 0, "worst", OPT_INT, &pictured, "N", "volumes with pictures, the worst ones", 0, 10000, 0 },
	{ 0, "guess-phases", OPT_FLAG, &guess, 0, "where no phase is known, take the largest left ventricle for ED", 0, 0, 0 },
	{ 0, "replicates", OPT_INT, &replicates, "N", "bootstrap replicates, 0 for no intervals", 0, 1000000, 0 },
	OPT_END
};

struct run {
	struct evaluation x;
	struct names names;
	struct meta meta;
	struct worst worst;
	int truth;
};

/* What the first record decides. */
static void
begin(struct run *run, const struct ten_reader *in, const struct record *r)
{
	int64_t ignore = -1;
	struct err e;

	run->truth = record_find(r, "mask") != NULL;
	if (names_text ? names_parse(&run->names, names_text, 0, &e) : names_read(&run->names, &r->meta, &e))
		in_die(in, r, "%s%s", names_text ? "--names " : "", e.msg);
	if (!run->names.n)
		in_die(in, r, "nothing tells how many classes there are: give --names");
	if (meta_int(&r->meta, "ignore", &ignore, 0, 255, &e) < 0)
		in_die(in, r, "%s", e.msg);
	evaluation_init(&run->x, run->names.n, run->truth ? (int)ignore : -1);
	worst_init(&run->worst, &run->x, pictured, run->truth);
	meta_copy(&run->meta, &r->meta);
}

static void
add(struct run *run, const struct ten_reader *in, struct record *r)
{
	const struct tensor *pred = in_tensor(in, r, "pred", 3);
	const struct volume *v;
	struct err e;

	if ((record_find(r, "mask") != NULL) != run->truth)
		in_die(in, r, "%s 'mask', other records %s", run->truth ? "no" : "has", run->truth ? "have it" : "have none");
	if (!run->truth)
		memcpy(record_add(r, "mask", TEN_U8, 3, pred->dim)->data, record_find(r, "pred")->data,
		       tensor_bytes(record_find(r, "pred")));
	if (evaluation_add(&run->x, r, &e) || !(v = volume_list_at(&run->x.volumes, r, &e)))
		in_die(in, r, "%s", e.msg);
	if (worst_add(&run->worst, (int)(v - run->x.volumes.v), r, &e))
		in_die(in, r, "%s", e.msg);
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
	struct ten_reader in;
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file]", "one page about a prediction run", 0, 1);

	in_open(&in, n ? argv[0] : NULL);
	while (in_read(&in, &r)) {
		if (!run.names.n)
			begin(&run, &in, &r);
		add(&run, &in, &r);
	}
	if (!run.x.slices.parts)
		die("%s: no slices to report on", in.name);
	evaluation_end(&run.x);
	if (worst_end(&run.worst, &e))
		die("%s: %s", in.name, e.msg);
	if (worst_late(&run.worst))
		note("volumes with slices that came apart, after the others were drawn: %d; these slices have no pictures",
		     worst_late(&run.worst));
	write_page(&run);
	worst_free(&run.worst);
	evaluation_free(&run.x);
	names_free(&run.names);
	meta_free(&run.meta);
	record_free(&r);
	in_close(&in);
	return 0;
}
