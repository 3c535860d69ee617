/* cls-pretrain - pretrain an encoder as a classifier of labelled images */
#include <math.h>
#include <stdlib.h>

#include "eval/classify.h"
#include "model/weights.h"
#include "nn/loss.h"
#include "shared/computing.h"
#include "shared/loop.h"
#include "shared/tool.h"
#include "shared/training.h"

static int classes, total_steps;
static double lr = NAN, warmup = 5, smoothing = 0.1;
static const char *init, *val, *state, *history, *steps;

static const struct opt opts[] = {
	OPT_COMMON,
	OPT_TRAINING_DECAY(""),
	OPT_COMPUTING,
	{ 0, "classes", OPT_INT, &classes, "N", "classes, 0 for as many as the stream says", 0, 1000000, "" },
	{ 0, "lr", OPT_REAL, &lr, "X", "learning rate after the warm-up", 0, 1000, "sgd 0.1, lars 0.5 per 256 samples of a batch, adam 1e-3" },
	{ 0, "warmup", OPT_REAL, &warmup, "EPOCHS", "linear warm-up from a hundredth of it", 0, 1e6, "" },
	{ 0, "total-steps", OPT_INT, &total_steps, "N", "steps the schedule reckons with, 0 to ask the stream", 0, 2147483647, "" },
	{ 0, "smoothing", OPT_REAL, &smoothing, "X", "part of each label that all classes share", 0, 1, "" },
	{ 0, "init", OPT_FILE, &init, "FILE", "start from this encoder, or from a whole state", 0, 0, "random weights" },
	{ 0, "val", OPT_FILE, &val, "FILE", "measure on this stream after every epoch", 0, 0, "none" },
	{ 0, "state", OPT_OUT, &state, "FILE", "also write the network whole, with its last layer", 0, 0, "" },
	{ 0, "history", OPT_OUT, &history, "FILE", "write a line per epoch (TSV)", 0, 0, "" },
	{ 0, "steps", OPT_OUT, &steps, "FILE", "write a line per step (TSV)", 0, 0, "" },
	OPT_CHECKPOINT,
	OPT_END
};

struct run {
	struct loop loop;
	struct classifier *net;
	struct record source;       /* metadata of --init */
	float *logits;              /* [batch,classes] */
	struct classify validation;
	struct optim optim;
	struct schedule schedule;
	int64_t total;              /* steps of the schedule; 0: unknown */
	double loss_sum;            /* of the steps of this epoch */
	int64_t right;              /* samples of this epoch whose class had the largest logit */
};

/* --- setting up --- */

static void
open_samples(struct loop *l, const char *path)
{
	static const struct batch_tensor tensors[2] = { { .name = "image", .dtype = TEN_F32, .ndim = 4 },
		                                       { .name = "label", .dtype = TEN_I64, .ndim = 1 } };
	const struct batches *f = &l->in;
	const int64_t *d = f->t[0].dim;
	int64_t said;
	struct err e;
	int rc;

	loop_open(l, path, tensors, 2);
	if (d[1] < 1 || d[1] > 65535 || d[2] < 1 || d[3] < 1 || d[2] > 16384 || d[3] > 16384)
		die("%s: images of [%lld,%lld,%lld] are of an impossible size", batches_name(f), (long long)d[1],
		    (long long)d[2], (long long)d[3]);
	if (classes)
		return;
	rc = meta_int(&f->feed.meta, "classes", &said, 1, 1000000, &e);
	if (rc < 0)
		die("%s: %s", batches_name(f), e.msg);
	if (!rc)
		die("%s does not say how many classes there are: give --classes", batches_name(f));
	classes = (int)said;
}

static void
load_init(struct run *r)
{
	const struct tensor *fc = weights_find(&r->source, "encoder.fc.weight");
	int parts = WEIGHTS_ENCODER;
	struct weights_report report;
	char text[WEIGHTS_REPORT_LEN];
	struct err e;

	if (fc && fc->ndim == 2 && fc->dim[0] == classes)
		parts |= WEIGHTS_CLASSIFIER;
	if (weights_load(&r->net->ps, &r->source, parts, 0, &report, init, &e))
		die("%s", e.msg);
	note("%s", weights_report_text(text, &report, init));
	record_remove_all(&r->source);
}

static void
start_network(struct run *r)
{
	const int64_t *d = r->loop.in.t[0].dim;
	struct classifier_shape shape = { .arch = (enum resnet_arch)training.arch, .channels = (int)d[1],
		                          .height = (int)d[2], .width = (int)d[3], .batch = training.batch,
		                          .classes = classes };
	struct err e;

	r->net = classifier_new(&shape);
	training_memory(&r->loop, params_bytes(&r->net->ps), optim_bytes((enum optim_kind)training.optimizer, &r->net->ps),
	                classifier_bytes(r->net));
	r->logits = mem_aligned((size_t)training.batch * (size_t)classes * sizeof(float));
	classifier_init(r->net, opt_common.seed);
	if (init)
		load_init(r);
	if (opt_common.verbose)
		note("%lld parameters", (long long)params_count(&r->net->ps));
	if (val && classify_open(&r->validation, val, r->net, meta_get(&r->loop.in.feed.meta, "normalize"), &e))
		die("%s", e.msg);
	training_optimizer(&r->optim, &r->net->ps);
}

static void
start_schedule(struct run *r)
{
	static const double per_256[] = { [OPTIM_LARS] = 0.5, [OPTIM_SGD] = 0.1 };

	if (isnan(lr))
		lr = training.optimizer == OPTIM_ADAM ? 1e-3 : per_256[training.optimizer] * training.batch / 256;
	r->total = training_total(&r->loop.in, total_steps);
	training_schedule(&r->schedule, &r->loop.in, r->total, lr, lr / 100, warmup);
}

static void
start_tables(struct loop *l)
{
	loop_tables(l, history, steps);
	if (table_is_new(&l->history))
		table_print(&l->history, "epoch\tlr\tloss\ttop1\tsteps\tsamples_per_s%s\n",
		            val ? "\tval_loss\tval_top1\tval_top5" : "");
	if (table_is_new(&l->steps))
		table_print(&l->steps, "step\tepoch\tloss\tlr\tgrad_norm\n");
}

/* --- training --- */

static void
check_labels(const struct batches *f)
{
	const int64_t *label = f->t[1].data;
	int i;

	for (i = 0; i < f->size; i++)
		if (label[i] < 0 || label[i] >= classes)
			die("%s: label %lld, expected 0..%d (--classes?)", batches_name(f), (long long)label[i],
			    classes - 1);
}

static void
count_right(struct run *r)
{
	const int64_t *label = r->loop.in.t[1].data;
	int i;

	for (i = 0; i < training.batch; i++)
		r->right += classify_rank(r->logits + (int64_t)i * classes, classes, label[i]) < 1;
}

static void
train_step(void *run)
{
	struct run *r = run;
	struct loop *l = &r->loop;
	double rate = schedule_lr(&r->schedule, (double)l->step), loss, norm;

	check_labels(&l->in);
	loss = classifier_gradients(r->net, r->logits, l->in.t[0].data, l->in.t[1].data, smoothing);
	norm = params_grad_norm(&r->net->ps);
	training_check_finite(l, loss, norm, &r->net->ps);
	optim_step(&r->optim, &r->net->ps, rate);
	count_right(r);
	r->loss_sum += loss;
	progress_update(&l->progress, (uint64_t)(l->step + 1) * training.batch, "epoch %lld, loss %.4f",
	                (long long)l->in.feed.epoch + 1, loss);
	table_print(&l->steps, "%lld\t%lld\t%.9g\t%.9g\t%.9g\n", (long long)l->step + 1, (long long)l->in.feed.epoch, loss,
	            rate, norm);
}

static void
history_line(struct run *r, int64_t epoch, double seconds)
{
	double made = (double)(r->loop.step - r->loop.epoch_first);
	const struct classify *v = &r->validation;
	struct table *h = &r->loop.history;

	table_print(h, "%lld\t%.9g\t%.9g\t%.9g\t%.0f\t%.1f", (long long)epoch,
	            schedule_lr(&r->schedule, (double)r->loop.step - 1), r->loss_sum / made,
	            (double)r->right / made / training.batch, made, made * training.batch / seconds);
	if (val)
		table_print(h, "\t%.9g\t%.9g\t%.9g", v->loss, v->top1, v->top5);
	table_print(h, "\n");
}

static void
end_epoch(void *run, int64_t epoch, double seconds)
{
	struct run *r = run;
	const struct classify *v = &r->validation;
	struct err e;

	if (val && classify_run(&r->validation, &e))
		die("%s", e.msg);
	if (val)
		note("epoch %lld: loss %.4f, validation loss %.4f, top-1 %.4f, top-5 %.4f", (long long)epoch + 1,
		     r->loss_sum / (double)(r->loop.step - r->loop.epoch_first), v->loss, v->top1, v->top5);
	history_line(r, epoch, seconds);
	r->loss_sum = 0;
	r->right = 0;
}

static void
save(void *run, struct record *r)
{
	const struct run *q = run;
	struct err e;

	if (checkpoint_add_params(r, "net", &q->net->ps, &e))
		training_die_of_weights(&q->loop, &e);
	checkpoint_add_optim(r, "optim", &q->optim, &q->net->ps);
	checkpoint_add_real(r, "loss_sum", q->loss_sum);
	checkpoint_add_int(r, "right", q->right);
}

static void
load(void *run, const struct checkpoint *c)
{
	struct run *r = run;
	struct err e;

	if (checkpoint_get_params(&r->net->ps, c, "net", &e) ||
	    checkpoint_get_optim(&r->optim, &r->net->ps, c, "optim", &e) ||
	    checkpoint_get_real(&r->loss_sum, &c->rec->meta, "loss_sum", &e) ||
	    checkpoint_get_int(&r->right, &c->rec->meta, "right", &e))
		die("%s", e.msg);
}

static const struct trainer trainer = { train_step, end_epoch, save, load };

static void
write_weights(struct ten_writer *out, const struct run *r, int parts)
{
	struct record w = { 0 };

	weights_pack(&w, &r->net->ps, parts, 1);
	training_describe(&w.meta, &r->loop.in, &r->source, "init");
	meta_set(&w.meta, "method", "classification");
	meta_setf(&w.meta, "classes", "%d", classes);
	out_write(out, &w);
	out_end(out);
}

static void
run_free(struct run *r)
{
	if (val)
		classify_close(&r->validation);
	loop_close(&r->loop);
	classifier_delete(r->net);
	optim_free(&r->optim);
	record_free(&r->source);
	free(r->logits);
}

int
main(int argc, char *argv[])
{
	struct run r = { 0 };
	struct ten_writer out, whole;
	int n;

	training.batch = 64;
	training.optimizer = OPTIM_SGD;
	training.weight_decay = 1e-4;
	n = opt_parse(argc, &argv, opts, "[file]", "pretrain an encoder as a classifier of labelled images", 0, 1);
	computing_start();
	if (training.batch < 2)
		die("--batch: batch normalisation needs at least 2 samples");
	training_source(&r.source, init);
	open_samples(&r.loop, n ? argv[0] : NULL);
	start_schedule(&r);
	start_network(&r);
	out_open(&out);
	if (state)
		out_open_at(&whole, state);
	start_tables(&r.loop);
	loop_run(&r.loop, &trainer, &r, r.total);
	training_ended(&r.loop.in, r.loop.step, r.total);
	if (state)
		write_weights(&whole, &r, WEIGHTS_ENCODER | WEIGHTS_CLASSIFIER);
	write_weights(&out, &r, WEIGHTS_ENCODER);
	if (state)
		out_close(&whole);
	loop_close_tables(&r.loop);
	out_close(&out);
	run_free(&r);
	return 0;
}
