/* ssl-pretrain - pretrain an encoder without labels (BYOL) */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/byol.h"
#include "model/weights.h"
#include "shared/computing.h"
#include "shared/keep.h"
#include "shared/loop.h"
#include "shared/tool.h"
#include "shared/training.h"

#define COLLAPSE_STEPS 50

enum { TARGET, ONLINE };

static int which = TARGET, proj_hidden, pred_hidden, total_steps;
static double lr = NAN, warmup = 10, tau = 0.99, least_spread = 0.005;
static const char *init, *state, *history, *kept;

static const struct opt opts[] = {
	OPT_COMMON,
	OPT_TRAINING,
	OPT_COMPUTING,
	{ 0, "lr", OPT_REAL, &lr, "X", "learning rate after the warm-up", 0, 1000, "lars 0.5, sgd 0.06 per 256 samples of a batch, adam 3e-4" },
	{ 0, "warmup", OPT_REAL, &warmup, "EPOCHS", "linear warm-up from 3e-5", 0, 1e6, "" },
	{ 0, "tau", OPT_REAL, &tau, "X", "momentum of the target network at the start; rises to 1", 0, 1, "" },
	{ 0, "total-steps", OPT_INT, &total_steps, "N", "steps the schedules reckon with, 0 to ask the stream", 0, 2147483647, "" },
	{ 0, "proj-hidden", OPT_INT, &proj_hidden, "N", "hidden units of the projector, 0 for those of --init, else 4096", 0, 65536, "" },
	{ 0, "pred-hidden", OPT_INT, &pred_hidden, "N", "hidden units of the predictor, 0 for those of --init, else 8192", 0, 65536, "" },
	{ 0, "init", OPT_FILE, &init, "FILE", "start from this encoder, or from a whole state", 0, 0, "random weights" },
	{ 0, "which", OPT_CHOICE, &which, "target|online", "network whose encoder is written", 0, 0, "" },
	{ 0, "state", OPT_OUT, &state, "FILE", "also write the online network whole, with its heads", 0, 0, "" },
	{ 0, "keep", OPT_TEXT, &kept, "N[,N...]", "also write the encoder after these epochs, to FILE-epochN", 0, 0, "none" },
	{ 0, "history", OPT_OUT, &history, "FILE", "write a line per step (TSV)", 0, 0, "" },
	{ 0, "collapse", OPT_REAL, &least_spread, "X", "stop when the collapse monitor stays below, 0 for never", 0, 1, "" },
	OPT_CHECKPOINT,
	OPT_END
};

struct run {
	struct loop loop;
	struct byol *byol;
	struct optim optim;
	struct schedule schedule;
	int64_t total;           /* steps of the schedules */
	int64_t low;             /* steps in a row with the monitor below --collapse */
	struct keep keep;
	struct record init;      /* metadata of --init */
};

/* --- setting up --- */

static void
open_views(struct loop *l, const char *path)
{
	static const struct batch_tensor views[2] = { { .name = "view.1", .dtype = TEN_F32, .ndim = 4 },
		                                     { .name = "view.2", .dtype = TEN_F32, .ndim = 4 } };
	const struct batches *f = &l->in;
	int i;

	loop_open(l, path, views, 2);
	for (i = 1; i < 4; i++)
		if (f->t[0].dim[i] != f->t[1].dim[i] || f->t[0].dim[i] < 1 || f->t[0].dim[i] > 16384)
			die("%s: view.1 and view.2 are of different or impossible sizes", batches_name(f));
}

/* Rows of a linear layer of --init; `otherwise` without it. */
static int
hidden_units(const struct record *r, const char *name, int otherwise)
{
	const struct tensor *t = weights_find(r, name);

	return t && t->ndim == 2 && t->dim[0] >= 1 && t->dim[0] <= 65536 ? (int)t->dim[0] : otherwise;
}

/* What the options leave open is as in --init, or as in the paper. */
static void
choose_shape(struct run *r)
{
	training_source(&r->init, init);
	if (!proj_hidden)
		proj_hidden = hidden_units(&r->init, "projector.0.weight", 4096);
	if (!pred_hidden)
		pred_hidden = hidden_units(&r->init, "predictor.0.weight", 8192);
}

static void
load_init(struct run *r)
{
	struct weights_report report;
	char text[WEIGHTS_REPORT_LEN];
	struct err e;
	int parts = WEIGHTS_ENCODER;

	if (weights_parts(&r->init) & WEIGHTS_HEADS)
		parts |= WEIGHTS_HEADS;
	if (weights_load(&r->byol->online, &r->init, parts, 0, &report, init, &e))
		die("%s", e.msg);
	note("%s", weights_report_text(text, &report, init));
	record_remove_all(&r->init);
}

static void
start_network(struct run *r)
{
	const int64_t *dim = r->loop.in.t[0].dim;
	struct byol_shape shape = { .arch = (enum resnet_arch)training.arch, .channels = (int)dim[1], .height = (int)dim[2],
		                    .width = (int)dim[3], .batch = training.batch, .proj_hidden = proj_hidden,
		                    .pred_hidden = pred_hidden };

	r->byol = byol_new(&shape);
	training_memory(&r->loop, params_bytes(&r->byol->online) + params_bytes(&r->byol->target),
	                optim_bytes((enum optim_kind)training.optimizer, &r->byol->online), byol_bytes(r->byol));
	resnet_init(&r->byol->online, opt_common.seed);
	byol_init_heads(r->byol, opt_common.seed);
	if (init)
		load_init(r);
	byol_copy_target(r->byol);
	if (opt_common.verbose)
		note("%lld parameters", (long long)params_count(&r->byol->online));
}

/* Steps in all, for the schedules: --total-steps, or what the stream says or shows. */
static void
start_schedules(struct run *r)
{
	r->total = training_total(&r->loop.in, total_steps);
	if (!r->total)
		note("length of the stream unknown: tau stays at %g", tau);
	if (isnan(lr))
		lr = training.optimizer == OPTIM_ADAM ? 3e-4 : (training.optimizer == OPTIM_SGD ? 0.06 : 0.5) * training.batch / 256;
	training_schedule(&r->schedule, &r->loop.in, r->total, lr, 3e-5, warmup);
}

static void
describe(struct meta *m, const struct run *r, const char *network)
{
	training_describe(m, &r->loop.in, &r->init, "init");
	meta_set(m, "method", "byol");
	meta_set(m, "network", network);
}

/* The encoder that --which asks for, as it is now; epochs trained, or -1 if that is all of them. */
static void
write_encoder(struct ten_writer *out, const struct run *r, int64_t epochs)
{
	struct record w = { 0 };

	weights_pack(&w, which == TARGET ? &r->byol->target : &r->byol->online, WEIGHTS_ENCODER, 1);
	describe(&w.meta, r, which == TARGET ? "target" : "online");
	if (epochs >= 0)
		meta_setf(&w.meta, "after", "%lld epochs", (long long)epochs);
	out_write(out, &w);
	out_end(out);
}

static void
keep_encoder(const struct run *r, int64_t epochs)
{
	struct ten_writer out;
	char *path;

	if (!keep_wants(&r->keep, epochs))
		return;
	path = keep_name(epochs);
	out_open_at(&out, path);
	write_encoder(&out, r, epochs);
	out_close(&out);
	free(path);
}

/* --- training --- */

/* All images on their way to one point: the monitor near 0 for so long does not come back. */
static void
check_collapse(struct run *r, double spread)
{
	r->low = spread < least_spread ? r->low + 1 : 0;
	if (r->low >= COLLAPSE_STEPS)
		die("step %lld: collapse: the monitor, of the projector's output, was below %g for %d steps (a larger --tau, a "
		    "lower --lr, a longer --warmup or larger batches may help; --collapse sets the limit)",
		    (long long)r->loop.step + 1, least_spread, COLLAPSE_STEPS);
}

static void
train_step(void *run)
{
	struct run *r = run;
	struct loop *l = &r->loop;
	const float *const view[2] = { l->in.t[0].data, l->in.t[1].data };
	double rate = schedule_lr(&r->schedule, (double)l->step);
	double momentum = r->total ? schedule_tau(tau, l->step < r->total ? l->step : r->total, r->total) : tau;
	struct byol_stats stats;

	byol_gradients(r->byol, &stats, view);
	training_check_finite(l, stats.loss, params_grad_norm(&r->byol->online), &r->byol->online);
	check_collapse(r, stats.collapse);
	optim_step(&r->optim, &r->byol->online, rate);
	byol_average(r->byol, momentum);
	progress_update(&l->progress, (uint64_t)(l->step + 1) * training.batch, "epoch %lld, loss %.4f, collapse monitor %.4f",
	                (long long)l->in.feed.epoch + 1, stats.loss, stats.collapse);
	table_print(&l->history, "%lld\t%lld\t%.9g\t%.9g\t%.9g\t%.9g\t%.1f\n", (long long)l->step + 1,
	            (long long)l->in.feed.epoch, stats.loss, rate, momentum, stats.collapse, progress_rate(&l->progress));
}

static void
end_epoch(void *run, int64_t epoch, double seconds)
{
	keep_encoder(run, epoch + 1);
}

static void
save(void *run, struct record *r)
{
	const struct run *q = run;
	struct err e;

	if (checkpoint_add_params(r, "online", &q->byol->online, &e) ||
	    checkpoint_add_params(r, "target", &q->byol->target, &e))
		training_die_of_weights(&q->loop, &e);
	checkpoint_add_optim(r, "optim", &q->optim, &q->byol->online);
	checkpoint_add_int(r, "low", q->low);
}

static void
load(void *run, const struct checkpoint *c)
{
	struct run *r = run;
	struct err e;

	if (checkpoint_get_params(&r->byol->online, c, "online", &e) ||
	    checkpoint_get_params(&r->byol->target, c, "target", &e) ||
	    checkpoint_get_optim(&r->optim, &r->byol->online, c, "optim", &e) ||
	    checkpoint_get_int(&r->low, &c->rec->meta, "low", &e))
		die("%s", e.msg);
}

static const struct trainer trainer = { train_step, end_epoch, save, load };

static void
run_free(struct run *r)
{
	loop_close(&r->loop);
	byol_delete(r->byol);
	optim_free(&r->optim);
	record_free(&r->init);
	keep_free(&r->keep);
}

int
main(int argc, char *argv[])
{
	struct run r = { 0 };
	struct ten_writer out, whole;
	struct record w = { 0 };
	int n;

	training.batch = 64;
	n = opt_parse(argc, &argv, opts, "[file]", "pretrain an encoder without labels (BYOL)", 0, 1);
	computing_start();
	if (training.batch < 2)
		die("--batch: batch normalisation needs at least 2 samples");
	keep_parse(&r.keep, kept);
	choose_shape(&r);
	open_views(&r.loop, n ? argv[0] : NULL);
	keep_check(&r.keep, r.loop.in.steps ? r.loop.in.epochs : 0);
	start_schedules(&r);
	out_open(&out);
	if (state)
		out_open_at(&whole, state);
	loop_tables(&r.loop, history, NULL);
	if (table_is_new(&r.loop.history))
		table_print(&r.loop.history, "step\tepoch\tloss\tlr\ttau\tcollapse\tsamples_per_s\n");
	start_network(&r);
	training_optimizer(&r.optim, &r.byol->online);
	if (!r.loop.from.rec)
		keep_encoder(&r, 0);
	loop_run(&r.loop, &trainer, &r, r.total);
	training_ended(&r.loop.in, r.loop.step, r.total);
	if (state) {
		weights_pack(&w, &r.byol->online, WEIGHTS_ENCODER | WEIGHTS_HEADS, 1);
		describe(&w.meta, &r, "online");
		out_write(&whole, &w);
		out_end(&whole);
	}
	write_encoder(&out, &r, -1);
	if (state)
		out_close(&whole);
	loop_close_tables(&r.loop);
	out_close(&out);
	run_free(&r);
	return 0;
}
