/* seg-finetune - train a U-Net on labelled slices, from a pretrained encoder or from scratch */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "eval/validate.h"
#include "model/weights.h"
#include "shared/computing.h"
#include "shared/tool.h"
#include "train/batches.h"
#include "shared/training.h"

static int classes = 4, loss_kind = SEG_JACCARD, freeze, lenient;
static double lr = 1e-4, warmup = 10, start = 1e-6, clip = 5;
static const char *encoder, *init, *val, *last, *history, *steps;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'e', "encoder", OPT_FILE, &encoder, "FILE", "start from this encoder", 0, 0, "random weights" },
	{ 0, "init", OPT_FILE, &init, "FILE", "start from this whole U-Net", 0, 0, "random weights" },
	{ 0, "lenient", OPT_FLAG, &lenient, NULL, "let tensors of --encoder or --init that don't match pass", 0, 0, "" },
	OPT_TRAINING,
	OPT_COMPUTING,
	{ 0, "classes", OPT_INT, &classes, "N", "classes, the background included", 2, 255, "" },
	{ 0, "lr", OPT_REAL, &lr, "X", "learning rate after the warm-up", 0, 1000, "" },
	{ 0, "warmup", OPT_REAL, &warmup, "EPOCHS", "linear warm-up", 0, 1e6, "" },
	{ 0, "warmup-lr", OPT_REAL, &start, "X", "learning rate the warm-up starts from", 0, 1000, "" },
	{ 0, "loss", OPT_CHOICE, &loss_kind, SEG_LOSS_WORDS, "loss", 0, 0, "" },
	{ 0, "clip", OPT_REAL, &clip, "X", "largest norm of the gradient, 0 for no limit", 0, 1e9, "" },
	{ 0, "freeze-encoder", OPT_INT, &freeze, "EPOCHS", "epochs in which only the decoder learns", 0, 1000000, "" },
	{ 0, "val", OPT_FILE, &val, "FILE", "validate on this stream after every epoch; -o is then the best epoch", 0, 0, "none" },
	{ 0, "last", OPT_OUT, &last, "FILE", "also write the weights of the last step", 0, 0, "" },
	{ 0, "history", OPT_OUT, &history, "FILE", "write a line per epoch (TSV)", 0, 0, "" },
	{ 0, "steps", OPT_OUT, &steps, "FILE", "write a line per step (TSV)", 0, 0, "" },
	OPT_END
};

struct run {
	struct batches in;
	struct params ps, best;      /* best: NULL parameters until an epoch was validated */
	struct record source;        /* metadata of --encoder or --init */
	struct graph *graph;
	int x, logits;
	void *arena;
	float *scores, *gradient; /* logits and their gradient, (N,classes,H,W) */
	struct normalize norm;
	struct segmenter segmenter;
	struct validator validator;
	struct optim optim;
	struct schedule schedule;
	struct outfile history, steps;
	struct progress progress;
	int64_t step, epoch_first;   /* steps made; those made before this epoch */
	double loss_sum, best_dice, epoch_started;
};

/* --- setting up --- */

static void
open_samples(struct batches *f, const char *path)
{
	static const struct batch_tensor tensors[2] = { { .name = "image", .dtype = TEN_F32, .ndim = 4 },
		                                       { .name = "mask", .dtype = TEN_U8, .ndim = 3 } };
	struct err e;
	const int64_t *d = f->t[0].dim;

	if (batches_open(f, path, training.batch, tensors, 2, &e))
		die("%s", e.msg);
	if (d[2] != f->t[1].dim[1] || d[3] != f->t[1].dim[2])
		die("%s: image is %lldx%lld, mask %lldx%lld", batches_name(f), (long long)d[2], (long long)d[3],
		    (long long)f->t[1].dim[1], (long long)f->t[1].dim[2]);
	if (d[1] < 1 || d[2] < 1 || d[3] < 1 || d[2] > 16384 || d[3] > 16384 || d[2] % UNET_MULTIPLE ||
	    d[3] % UNET_MULTIPLE)
		die("%s: images are %lldx%lld, height and width must be multiples of %d (ssl-augment --size)", batches_name(f),
		    (long long)d[2], (long long)d[3], UNET_MULTIPLE);
}

static void
build(struct run *r)
{
	const int64_t *d = r->in.t[0].dim;
	size_t scores = (size_t)training.batch * classes * d[2] * d[3];

	params_init(&r->ps, 1);
	r->graph = graph_new(training.batch);
	r->x = graph_input(r->graph, (int)d[1], (int)d[2], (int)d[3]);
	r->logits = unet_build(r->graph, r->x, &r->ps, (enum resnet_arch)training.arch, classes);
	graph_plan(r->graph, GRAPH_TRAIN);
	r->arena = mem_aligned(graph_bytes(r->graph));
	graph_bind(r->graph, r->arena);
	r->scores = mem_aligned(scores * sizeof(float));
	r->gradient = mem_aligned(scores * sizeof(float));
	if (opt_common.verbose)
		note("%lld parameters, %.0f MiB for activations", (long long)params_count(&r->ps),
		     (double)graph_bytes(r->graph) / (1 << 20));
}

static void
start_weights(struct run *r)
{
	const char *file = init ? init : encoder;
	struct weights_report report;
	char text[WEIGHTS_REPORT_LEN];
	struct err e;
	int parts = init ? WEIGHTS_ENCODER | WEIGHTS_DECODER : WEIGHTS_ENCODER;

	resnet_init(&r->ps, opt_common.seed);
	unet_init_decoder(&r->ps, opt_common.seed);
	if (!file)
		return;
	if (weights_load(&r->ps, &r->source, parts, lenient, &report, file, &e))
		die("%s", e.msg);
	note("%s", weights_report_text(text, &report, file));
}

static void
start_training(struct run *r)
{
	struct err e;

	if (!r->in.steps && training.schedule == SCHEDULE_COSINE)
		die("%s does not say how many samples will come: give --schedule constant", batches_name(&r->in));
	r->schedule = (struct schedule){ .kind = (enum schedule_kind)training.schedule, .base = lr, .start = start,
		                         .warmup = warmup, .total = (double)r->in.epochs };
	training_optimizer(&r->optim, &r->ps);
	r->best_dice = -1;
	if (normalize_parse(&r->norm, meta_get(&r->in.feed.meta, "normalize"), &e))
		die("%s: %s", batches_name(&r->in), e.msg);
	segmenter_init(&r->segmenter, (enum resnet_arch)training.arch, (int)r->in.t[0].dim[1], classes, &r->norm, &r->ps);
	if (val && validator_open(&r->validator, val, &r->segmenter, (enum seg_loss)loss_kind, &e))
		die("%s", e.msg);
}

/* --- training --- */

static void
check_mask(const struct batches *f)
{
	const uint8_t *m = f->t[1].data;
	int64_t n = f->size * f->t[1].size, i;

	for (i = 0; i < n; i++)
		if (m[i] >= classes && m[i] != SEG_IGNORE)
			die("%s: mask has label %d, expected 0..%d (--classes?)", batches_name(f), m[i], classes - 1);
}

static void
freeze_encoder(struct params *ps, int frozen)
{
	int i;

	for (i = 0; i < ps->n; i++)
		if (!strncmp(ps->p[i].name, "encoder.", 8))
			ps->p[i].frozen = frozen;
}

static void
train_step(struct run *r)
{
	double rate = schedule_lr(&r->schedule, (double)r->in.feed.epoch), loss, norm;
	struct batch_tensor *image = &r->in.t[0], *mask = &r->in.t[1];

	check_mask(&r->in);
	freeze_encoder(&r->ps, (int64_t)r->in.feed.epoch < freeze);
	params_zero_grad(&r->ps);
	graph_put(r->graph, r->x, image->data, training.batch);
	graph_forward(r->graph, &r->ps, training.batch, 1);
	graph_get(r->scores, r->graph, r->logits, training.batch);
	loss = seg_loss((enum seg_loss)loss_kind, r->gradient, r->scores, mask->data, training.batch, classes, mask->size);
	graph_put_grad(r->graph, r->logits, r->gradient, training.batch);
	graph_backward(r->graph, &r->ps);
	norm = clip > 0 ? params_clip(&r->ps, clip) : params_grad_norm(&r->ps);
	training_check_finite(r->step + 1, loss, norm);
	optim_step(&r->optim, &r->ps, rate);
	r->step++;
	r->loss_sum += loss;
	progress_update(&r->progress, (uint64_t)r->step * training.batch, "epoch %lld, loss %.4f",
	                (long long)r->in.feed.epoch + 1, loss);
	if (steps)
		fprintf(r->steps.f, "%lld\t%lld\t%.9g\t%.9g\t%.9g\n", (long long)r->step, (long long)r->in.feed.epoch, loss,
		        rate, norm);
}

static void
history_head(FILE *f)
{
	int c;

	fprintf(f, "epoch\tlr\tloss\tsteps\tsamples_per_s");
	if (val) {
		fprintf(f, "\tval_loss\tdice_mean\tiou_mean\tslice_iou");
		for (c = 0; c < classes; c++)
			fprintf(f, "\tdice_%d", c);
		for (c = 0; c < classes; c++)
			fprintf(f, "\tiou_%d", c);
	}
	fprintf(f, "\n");
}

static void
history_line(const struct run *r, int64_t epoch, double seconds)
{
	const struct confusion *pooled = &r->validator.pooled;
	int64_t made = r->step - r->epoch_first;
	FILE *f = r->history.f;
	int c;

	fprintf(f, "%lld\t%.9g\t%.9g\t%lld\t%.1f", (long long)epoch, schedule_lr(&r->schedule, (double)epoch),
	        r->loss_sum / (double)made, (long long)made, (double)made * training.batch / seconds);
	if (val) {
		fprintf(f, "\t%.9g\t%.9g\t%.9g\t%.9g", r->validator.loss, confusion_mean_dice(pooled, 1, ABSENT_SKIP),
		        confusion_mean_iou(pooled, 1, ABSENT_SKIP), overlap_mean_macro_iou(&r->validator.mean));
		for (c = 0; c < classes; c++)
			fprintf(f, "\t%.9g", confusion_dice(pooled, c));
		for (c = 0; c < classes; c++)
			fprintf(f, "\t%.9g", confusion_iou(pooled, c));
	}
	fprintf(f, "\n");
	fflush(f);
}

static void
keep_best(struct run *r, double dice)
{
	if (!(dice > r->best_dice))
		return;
	r->best_dice = dice;
	params_free(&r->best);
	params_clone(&r->best, &r->ps, 0);
}

static void
end_epoch(struct run *r, int64_t epoch)
{
	double seconds = clock_seconds() - r->epoch_started, dice = 0;
	struct err e;

	if (val) {
		if (validator_run(&r->validator, &e))
			die("%s", e.msg);
		dice = confusion_mean_dice(&r->validator.pooled, 1, ABSENT_SKIP);
		keep_best(r, isnan(dice) ? 0 : dice);
		note("epoch %lld: loss %.4f, validation loss %.4f, foreground Dice %.4f%s", (long long)epoch + 1,
		     r->loss_sum / (double)(r->step - r->epoch_first), r->validator.loss, dice,
		     dice >= r->best_dice ? " (best so far)" : "");
	}
	if (history)
		history_line(r, epoch, seconds);
	r->loss_sum = 0;
	r->epoch_first = r->step;
	r->epoch_started = clock_seconds();
}

static void
train(struct run *r)
{
	int64_t epoch = 0;
	struct err e;
	int rc;

	r->epoch_started = clock_seconds();
	while ((rc = batches_next(&r->in, &e)) > 0) {
		if (r->step > r->epoch_first && (int64_t)r->in.feed.epoch != epoch)
			end_epoch(r, epoch);
		epoch = (int64_t)r->in.feed.epoch;
		train_step(r);
	}
	if (rc < 0)
		die("%s", e.msg);
	if (r->step == 0)
		die("%s: not one full batch of %d", batches_name(&r->in), training.batch);
	end_epoch(r, epoch);
	training_ended(&r->in, r->step, 0);
}

static void
write_model(struct ten_writer *out, const struct run *r, const struct params *ps)
{
	struct record w = { 0 };

	weights_pack(&w, ps, WEIGHTS_ENCODER | WEIGHTS_DECODER, 0);
	training_describe(&w.meta, &r->in, &r->source, init ? "init" : "encoder");
	meta_setf(&w.meta, "classes", "%d", classes);
	out_write(out, &w);
	out_close(out);
}

static void
run_free(struct run *r)
{
	if (val)
		validator_close(&r->validator);
	segmenter_free(&r->segmenter);
	batches_close(&r->in);
	params_free(&r->ps);
	params_free(&r->best);
	record_free(&r->source);
	graph_delete(r->graph);
	free(r->arena);
	free(r->scores);
	free(r->gradient);
	optim_free(&r->optim);
}

int
main(int argc, char *argv[])
{
	struct run r = { 0 };
	struct ten_writer out, out_last;
	int n;

	training.optimizer = OPTIM_ADAM;
	n = opt_parse(argc, &argv, opts, "[file]", "train a U-Net on labelled slices", 0, 1);
	computing_start();
	if (init && encoder)
		die("--init is a whole U-Net: --encoder has no place beside it");
	training_source(&r.source, init ? init : encoder);
	open_samples(&r.in, n ? argv[0] : NULL);
	build(&r);
	start_weights(&r);
	start_training(&r);
	out_open(&out);
	if (last)
		out_open_at(&out_last, last);
	if (history)
		history_head(text_open(&r.history, history));
	if (steps)
		fprintf(text_open(&r.steps, steps), "step\tepoch\tloss\tlr\tgrad_norm\n");
	progress_start(&r.progress, "samples", (uint64_t)(r.in.steps * training.batch), opt_common.quiet);
	train(&r);
	progress_end(&r.progress);
	if (last)
		write_model(&out_last, &r, &r.ps);
	if (history)
		text_close(&r.history);
	if (steps)
		text_close(&r.steps);
	write_model(&out, &r, val ? &r.best : &r.ps);
	run_free(&r);
	return 0;
}
