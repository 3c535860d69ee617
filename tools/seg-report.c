/* seg-report - one page about a prediction run: figures, plots, tables, pictures */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/evaluation.h"
#include "page/report.h"
#include "shared/tool.h"

static const char *names_text, *title = "Segmentation report";
static int worst = 12, replicates = 1000, guess;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "title", OPT_TEXT, &title, "TEXT", "heading of the page", 0, 0, "" },
	{ 0, "names", OPT_TEXT, &names_text, "NAMES", "names of the classes, from 0 on (NAME,NAME,...)", 0, 0,
	  "those in the stream" },
	{ 0, "worst", OPT_INT, &worst, "N", "volumes with pictures, the worst ones", 0, 10000, 0 },
	{ 0, "guess-phases", OPT_FLAG, &guess, 0, "where no phase is known, take the largest left ventricle for ED", 0, 0, 0 },
	{ 0, "replicates", OPT_INT, &replicates, "N", "bootstrap replicates, 0 for no intervals", 0, 1000000, 0 },
	OPT_END
};

struct run {
	struct evaluation x;
	struct names names;
	struct meta meta;
	struct slice_list *pictures; /* [volumes] */
	unsigned char *passed;       /* [volumes] was not among the worst, so its pictures are gone */
	int rooms, truth;
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
	meta_copy(&run->meta, &r->meta);
}

/* The volume with pictures that is the least bad, if there are more than wanted; -1: none is too many. */
static int
too_good(const struct run *run)
{
	const struct volume_list *l = &run->x.volumes;
	double most = -1;
	int i, n = 0, at = -1;

	for (i = 0; i < l->n; i++) {
		double dice = run->truth ? report_dice(&l->v[i], run->x.k) : 0;

		n += run->pictures[i].n > 0;
		if (run->pictures[i].n && !(dice < most)) {
			most = dice;
			at = i;
		}
	}
	return n > worst ? at : -1;
}

static void
add(struct run *run, const struct ten_reader *in, struct record *r)
{
	const struct tensor *pred = in_tensor(in, r, "pred", 3);
	const struct volume *v;
	struct err e;
	int at;

	if ((record_find(r, "mask") != NULL) != run->truth)
		in_die(in, r, "%s 'mask', other records %s", run->truth ? "no" : "has", run->truth ? "have it" : "have none");
	if (!run->truth)
		memcpy(record_add(r, "mask", TEN_U8, 3, pred->dim)->data, record_find(r, "pred")->data,
		       tensor_bytes(record_find(r, "pred")));
	if (evaluation_add(&run->x, r, &e) || !(v = volume_list_at(&run->x.volumes, r, &e)))
		in_die(in, r, "%s", e.msg);
	at = (int)(v - run->x.volumes.v);
	for (; run->rooms < run->x.volumes.n; run->rooms++) {
		run->pictures = mem_grow(run->pictures, (size_t)run->rooms + 1, sizeof *run->pictures);
		run->passed = mem_grow(run->passed, (size_t)run->rooms + 1, 1);
		run->pictures[run->rooms] = (struct slice_list){ 0 };
		run->passed[run->rooms] = 0;
	}
	if (worst && !run->passed[at] && slices_draw(&run->pictures[at], r, run->truth, run->x.ignore, &e))
		in_die(in, r, "%s", e.msg);
	while ((at = too_good(run)) >= 0) {
		slices_free(&run->pictures[at]);
		run->passed[at] = 1;
	}
}

/* Volumes with pictures, the worst first. */
static int
order(int *to, const struct run *run)
{
	const struct volume_list *l = &run->x.volumes;
	int n = 0, i, k, at;

	for (i = 0; i < l->n; i++) {
		at = l->sorted[i];
		if (!run->pictures[at].n)
			continue;
		for (k = n++; run->truth && k > 0 && report_dice(&l->v[to[k - 1]], l->k) > report_dice(&l->v[at], l->k); k--)
			to[k] = to[k - 1];
		to[k] = at;
	}
	return n;
}

static void
write_page(const struct run *run)
{
	struct cardiac_classes hearts;
	int any = cardiac_classes_named(&hearts, &run->names), *worst_first;
	struct patient_list patients;
	struct outfile out;
	struct report r = { title, &run->x, &run->names, &patients, any ? &hearts : NULL, run->truth, run->pictures, NULL, 0,
		            replicates, opt_common.seed, &run->meta, opt_command() };

	patient_list_init(&patients, &run->x.volumes, r.hearts, guess);
	worst_first = mem_array((size_t)run->x.volumes.n, sizeof *worst_first);
	r.shown = order(worst_first, run);
	r.order = worst_first;
	report_write(text_open(&out, opt_common.output), &r);
	text_close(&out);
	free(worst_first);
	patient_list_free(&patients);
}

int
main(int argc, char *argv[])
{
	struct run run = { 0 };
	struct record r = { 0 };
	struct ten_reader in;
	int n = opt_parse(argc, &argv, opts, "[file]", "one page about a prediction run", 0, 1), i;

	in_open(&in, n ? argv[0] : NULL);
	while (in_read(&in, &r)) {
		if (!run.names.n)
			begin(&run, &in, &r);
		add(&run, &in, &r);
	}
	if (!run.x.slices.parts)
		die("%s: no slices to report on", in.name);
	evaluation_end(&run.x);
	write_page(&run);
	for (i = 0; i < run.rooms; i++)
		slices_free(&run.pictures[i]);
	free(run.pictures);
	free(run.passed);
	evaluation_free(&run.x);
	names_free(&run.names);
	meta_free(&run.meta);
	record_free(&r);
	in_close(&in);
	return 0;
}
