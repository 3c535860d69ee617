/* ssl-pretrain - pretrain an encoder without labels (BYOL) */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "model/byol.h"
#include "model/weights.h"
#include "shared/computing.h"
#include "shared/keep.h"
#include "shared/tool.h"
#include "train/batches.h"
#include "shared/training.h"

enum { TARGET, ONLINE };

static int which = TARGET, proj_hidden, pred_hidden, total_steps;
static double lr = NAN, warmup = 10, tau = 0.99;
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
	OPT_END
};

struct run {
	struct batches in;
	struct byol *byol;
	struct optim optim;
	struct schedule schedule;
	int64_t total;           /* steps of the schedules */
	struct keep keep;
	struct record init;      /* metadata of --init */
	struct outfile history;
	struct progress progress;
};

static void
open_views(struct batches *f, const char *path)
{
	static const struct batch_tensor views[2] = { { .name = "view.1", .dtype = TEN_F32, .ndim = 4 },
		                                     { .name = "view.2", .dtype = TEN_F32, .ndim = 4 } };
	struct err e;
	int i;

	if (batches_open(f, path, training.batch, views, 2, &e))
		die("%s", e.msg);
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
}

static void
start_network(struct run *r)
{
	const int64_t *dim = r->in.t[0].dim;
	struct byol_shape shape = { .arch = (enum resnet_arch)training.arch, .channels = (int)dim[1], .height = (int)dim[2],
		                    .width = (int)dim[3], .batch = training.batch, .proj_hidden = proj_hidden,
		                    .pred_hidden = pred_hidden };

	r->byol = byol_new(&shape);
	resnet_init(&r->byol->online, opt_common.seed);
	byol_init_heads(r->byol, opt_common.seed);
	if (init)
		load_init(r);
	byol_copy_target(r->byol);
	if (opt_common.verbose)
		note("%lld parameters, %.0f MiB for activations", (long long)params_count(&r->byol->online),
		     (double)byol_bytes(r->byol) / (1 << 20));
}

/* Steps in all, for the schedules: --total-steps, or what the stream says or shows. */
static void
start_schedules(struct run *r)
{
	r->total = training_total(&r->in, total_steps);
	if (!r->total)
		note("length of the stream unknown: tau stays at %g", tau);
	if (isnan(lr))
		lr = training.optimizer == OPTIM_ADAM ? 3e-4 : (training.optimizer == OPTIM_SGD ? 0.06 : 0.5) * training.batch / 256;
	training_schedule(&r->schedule, &r->in, r->total, lr, 3e-5, warmup);
}

static void
describe(struct meta *m, const struct run *r, const char *network)
{
	training_describe(m, &r->in, &r->init, "init");
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
	out_close(out);
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
	free(path);
}

static void
train(struct run *r)
{
	int64_t epochs = 0; /* behind us */
	const float *const view[2] = { r->in.t[0].data, r->in.t[1].data };
	struct byol_stats stats;
	struct err e;
	int64_t k;
	int rc;

	for (k = 0; (rc = batches_next(&r->in, &e)) > 0; k++) {
		double rate = schedule_lr(&r->schedule, (double)k);
		double momentum = r->total ? schedule_tau(tau, k < r->total ? k : r->total, r->total) : tau;

		while (epochs < (int64_t)r->in.feed.epoch)
			keep_encoder(r, ++epochs);
		byol_gradients(r->byol, &stats, view);
		training_check_finite(k + 1, stats.loss, params_grad_norm(&r->byol->online));
		optim_step(&r->optim, &r->byol->online, rate);
		byol_average(r->byol, momentum);
		progress_update(&r->progress, (uint64_t)(k + 1) * training.batch, "epoch %lld, loss %.4f, collapse monitor %.4f",
		                (long long)r->in.feed.epoch + 1, stats.loss, stats.collapse);
		if (history)
			fprintf(r->history.f, "%lld\t%lld\t%.9g\t%.9g\t%.9g\t%.9g\t%.1f\n", (long long)k + 1,
			        (long long)r->in.feed.epoch, stats.loss, rate, momentum, stats.collapse,
			        progress_rate(&r->progress));
	}
	if (rc < 0)
		die("%s", e.msg);
	keep_encoder(r, ++epochs);
	training_ended(&r->in, k, r->total);
}

static void
run_free(struct run *r)
{
	batches_close(&r->in);
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
	open_views(&r.in, n ? argv[0] : NULL);
	keep_check(&r.keep, r.in.steps ? r.in.epochs : 0);
	start_schedules(&r);
	out_open(&out);
	if (state)
		out_open_at(&whole, state);
	if (history)
		fprintf(text_open(&r.history, history), "step\tepoch\tloss\tlr\ttau\tcollapse\tsamples_per_s\n");
	start_network(&r);
	training_optimizer(&r.optim, &r.byol->online);
	keep_encoder(&r, 0);
	progress_start(&r.progress, "samples", (uint64_t)(r.total * training.batch), opt_common.quiet);
	train(&r);
	progress_end(&r.progress);
	if (state) {
		weights_pack(&w, &r.byol->online, WEIGHTS_ENCODER | WEIGHTS_HEADS, 1);
		describe(&w.meta, &r, "online");
		out_write(&whole, &w);
		out_close(&whole);
	}
	if (history)
		text_close(&r.history);
	write_encoder(&out, &r, -1);
	run_free(&r);
	return 0;
}
