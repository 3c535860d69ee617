/* seg-finetune - train a U-Net on labelled slices, from a pretrained encoder or from scratch */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/mask.h"
#include "eval/validate.h"
#include "image/grid.h"
#include "model/weights.h"
#include "shared/computing.h"
#include "shared/loop.h"
#include "shared/tool.h"
#include "shared/training.h"
#include "ten/names.h"

static int classes, loss_kind = SEG_JACCARD, freeze, lenient;
static double lr = 1e-4, warmup = 10, start = 1e-6, clip = 5;
static const char *encoder, *init, *val, *last, *history, *steps;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'e', "encoder", OPT_FILE, &encoder, "FILE", "start from this encoder", 0, 0, "random weights" },
	{ 0, "init", OPT_FILE, &init, "FILE", "start from this whole U-Net", 0, 0, "random weights" },
	{ 0, "lenient", OPT_FLAG, &lenient, NULL, "let tensors of --encoder or --init that don't match pass", 0, 0, "" },
	OPT_TRAINING,
	OPT_COMPUTING,
	{ 0, "classes", OPT_INT, &classes, "N", "classes, the background included; 0: as the stream says, else 4", 0, 255, "" },
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
	OPT_CHECKPOINT,
	OPT_END
};

struct run {
	struct loop loop;
	struct params ps, best;      /* best: NULL parameters until an epoch was validated */
	struct record source;        /* metadata of --encoder or --init */
	struct graph *graph;
	int x, logits;
	void *arena;
	float *scores;               /* logits, then their gradient, (N,classes,H,W) */
	int ignore;               /* label of pixels without truth, -1: none */
	struct normalize norm;
	struct segmenter segmenter;
	struct validator validator;
	struct optim optim;
	struct schedule schedule;
	double loss_sum;             /* of the steps of this epoch */
	double best_dice;
};

/* --- setting up --- */

/* As many as the option says, or the stream; of images with a class of their own it says how many of those there are. */
static void
settle_classes(const struct batches *f)
{
	int64_t said = 4;
	struct err e;

	if (!classes && !meta_get(&f->feed.meta, "class") && meta_int(&f->feed.meta, "classes", &said, 2, 255, &e) < 0)
		die("%s: %s", batches_name(f), e.msg);
	if (!classes)
		classes = (int)said;
	if (classes == 1)
		die("--classes: 1 is the background alone, expected 2 or more");
}

static void
open_samples(struct run *r, const char *path)
{
	static const struct batch_tensor tensors[2] = { { .name = "image", .dtype = TEN_F32, .ndim = 4 },
		                                       { .name = "mask", .dtype = TEN_U8, .ndim = 3 } };
	const struct batches *f = &r->loop.in;
	const int64_t *d = f->t[0].dim;
	const char *grid;
	double pixel[2];
	struct err e;

	loop_open(&r->loop, path, tensors, 2);
	settle_classes(f);
	if (mask_ignore(&r->ignore, &f->feed.meta, classes, &e))
		die("%s: %s (--classes?)", batches_name(f), e.msg);
	if ((grid = meta_get(&f->feed.meta, "grid")) && grid_parse(pixel, grid, &e)) /* or the model could not be used */
		die("%s: metadata 'grid': %s", batches_name(f), e.msg);
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
	const int64_t *d = r->loop.in.t[0].dim;
	size_t scores = (size_t)training.batch * classes * d[2] * d[3];

	params_init(&r->ps, 1);
	r->graph = graph_new(training.batch);
	r->x = graph_input(r->graph, (int)d[1], (int)d[2], (int)d[3]);
	r->logits = unet_build(r->graph, r->x, &r->ps, (enum resnet_arch)training.arch, classes);
	graph_plan(r->graph, GRAPH_TRAIN);
	training_memory(&r->loop, params_bytes(&r->ps), optim_bytes((enum optim_kind)training.optimizer, &r->ps) +
	                (val ? params_bytes(&r->ps) / 2 : 0), graph_bytes(r->graph) + scores * sizeof(float));
	r->arena = mem_aligned(graph_bytes(r->graph));
	graph_bind(r->graph, r->arena);
	r->scores = mem_aligned(scores * sizeof(float));
	if (opt_common.verbose)
		note("%lld parameters", (long long)params_count(&r->ps));
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
	record_remove_all(&r->source);
}

/* Whether the classes of two records are the same, where both name them. */
static int
check_names(const struct meta *now, const struct meta *trained, struct err *e)
{
	const char *a = meta_get(now, "names"), *b = meta_get(trained, "names");

	return a && b && strcmp(a, b) ? err_set(e, "the classes are '%.200s', those trained on '%.200s'", a, b) : 0;
}

/* What the model learns from and what it is judged by have pixels of one size and the same classes, as far as that is
 * known, and are normalised alike, by the validator if need be. */
static void
check_validation(const struct run *r)
{
	const struct meta *trained = &r->loop.in.feed.meta, *other;
	const char *grid = meta_get(trained, "grid"), *text;
	const struct ten_map *m = &r->validator.map;
	struct err e;
	int i;

	for (i = 0; i < m->n; i++) {
		other = &m->entry[i].rec.meta;
		text = meta_get(other, "grid");
		if (strcmp(grid ? grid : "", text ? text : ""))
			die("%s record %d: grid is '%s', that of the training images '%s' (ten-resample)", m->name, i,
			    text ? text : "", grid ? grid : "");
		if ((text = meta_get(other, "normalize")) && !meta_get(trained, "normalize"))
			die("%s record %d: images are normalised by '%s', those trained on are not", m->name, i, text);
		if (check_names(other, trained, &e))
			die("%s record %d: %s", m->name, i, e.msg);
	}
}

static void
start_training(struct run *r)
{
	struct err e;

	if (!r->loop.in.steps && training.schedule == SCHEDULE_COSINE)
		die("%s does not say how many samples will come: give --schedule constant", batches_name(&r->loop.in));
	r->schedule = (struct schedule){ .kind = (enum schedule_kind)training.schedule, .base = lr, .start = start,
		                         .warmup = warmup, .total = (double)r->loop.in.epochs };
	training_optimizer(&r->optim, &r->ps);
	r->best_dice = -1;
	if (normalize_parse(&r->norm, meta_get(&r->loop.in.feed.meta, "normalize"), &e))
		die("%s: %s", batches_name(&r->loop.in), e.msg);
	segmenter_init(&r->segmenter, (enum resnet_arch)training.arch, (int)r->loop.in.t[0].dim[1], classes, &r->norm, &r->ps);
	if (val && validator_open(&r->validator, val, &r->segmenter, (enum seg_loss)loss_kind, &e))
		die("%s", e.msg);
	if (val)
		check_validation(r);
}

/* --- training --- */

static void
check_masks(const struct batches *f, int ignore)
{
	const char *hint = " (--classes?)";
	int i, own;
	struct err e;

	for (i = 0; i < f->size; i++) {
		const struct sample *s = &f->feed.sample[i];
		int rc = mask_ignore(&own, &s->rec->meta, classes, &e);

		if (!rc && own != ignore)
			rc = err_set(&e, "the ignore label is %d, before it was %d (-1: none)", own, ignore);
		if (!rc)
			rc = mask_check(record_find(s->rec, "mask"), s->at, classes, ignore, &e);
		if (!rc && (rc = check_names(&s->rec->meta, &f->feed.meta, &e)))
			hint = "";
		if (rc)
			die("%s record %lld at byte %llu: %s%s", batches_name(f), (long long)s->rec->seq,
			    (unsigned long long)s->rec->offset, e.msg, hint);
	}
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
train_step(void *run)
{
	struct run *r = run;
	struct loop *l = &r->loop;
	double rate = schedule_lr(&r->schedule, (double)l->in.feed.epoch), loss, norm;
	struct batch_tensor *image = &l->in.t[0], *mask = &l->in.t[1];

	check_masks(&l->in, r->ignore);
	freeze_encoder(&r->ps, (int64_t)l->in.feed.epoch < freeze);
	params_zero_grad(&r->ps);
	graph_put(r->graph, r->x, image->data, training.batch);
	graph_forward(r->graph, &r->ps, training.batch, 1);
	graph_get(r->scores, r->graph, r->logits, training.batch);
	loss = seg_loss((enum seg_loss)loss_kind, r->scores, r->scores, mask->data, r->ignore, training.batch, classes,
	                mask->size);
	graph_put_grad(r->graph, r->logits, r->scores, training.batch);
	graph_backward(r->graph, &r->ps);
	norm = clip > 0 ? params_clip(&r->ps, clip) : params_grad_norm(&r->ps);
	training_check_finite(l, loss, norm, &r->ps);
	optim_step(&r->optim, &r->ps, rate);
	r->loss_sum += loss;
	progress_update(&l->progress, (uint64_t)(l->step + 1) * training.batch, "epoch %lld, loss %.4f",
	                (long long)l->in.feed.epoch + 1, loss);
	table_print(&l->steps, "%lld\t%lld\t%.9g\t%.9g\t%.9g\n", (long long)l->step + 1, (long long)l->in.feed.epoch, loss,
	            rate, norm);
}

static void
start_tables(struct loop *l)
{
	struct table *h = &l->history;
	int c;

	loop_tables(l, history, steps);
	if (table_is_new(&l->steps))
		table_print(&l->steps, "step\tepoch\tloss\tlr\tgrad_norm\n");
	if (!table_is_new(h))
		return;
	table_print(h, "epoch\tlr\tloss\tsteps\tsamples_per_s");
	if (val) {
		table_print(h, "\tval_loss\tdice_mean\tiou_mean\tslice_iou");
		for (c = 0; c < classes; c++)
			table_print(h, "\tdice_%d", c);
		for (c = 0; c < classes; c++)
			table_print(h, "\tiou_%d", c);
	}
	table_print(h, "\n");
}

static void
history_line(struct run *r, int64_t epoch, double seconds)
{
	const struct confusion *pooled = &r->validator.pooled;
	int64_t made = r->loop.step - r->loop.epoch_first;
	struct table *h = &r->loop.history;
	int c;

	table_print(h, "%lld\t%.9g\t%.9g\t%lld\t%.1f", (long long)epoch, schedule_lr(&r->schedule, (double)epoch),
	            r->loss_sum / (double)made, (long long)made, (double)made * training.batch / seconds);
	if (val) {
		table_print(h, "\t%.9g\t%.9g\t%.9g\t%.9g", r->validator.loss, confusion_mean_dice(pooled, 1, ABSENT_SKIP),
		            confusion_mean_iou(pooled, 1, ABSENT_SKIP), overlap_mean_macro_iou(&r->validator.mean));
		for (c = 0; c < classes; c++)
			table_print(h, "\t%.9g", confusion_dice(pooled, c));
		for (c = 0; c < classes; c++)
			table_print(h, "\t%.9g", confusion_iou(pooled, c));
	}
	table_print(h, "\n");
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
validate(struct run *r, int64_t epoch)
{
	double dice;
	struct err e;

	if (validator_run(&r->validator, &e))
		die("%s", e.msg);
	dice = confusion_mean_dice(&r->validator.pooled, 1, ABSENT_SKIP);
	keep_best(r, isnan(dice) ? 0 : dice);
	note("epoch %lld: loss %.4f, validation loss %.4f, foreground Dice %.4f%s", (long long)epoch + 1,
	     r->loss_sum / (double)(r->loop.step - r->loop.epoch_first), r->validator.loss, dice,
	     dice >= r->best_dice ? " (best so far)" : "");
}

static void
end_epoch(void *run, int64_t epoch, double seconds)
{
	struct run *r = run;

	if (val)
		validate(r, epoch);
	history_line(r, epoch, seconds);
	r->loss_sum = 0;
}

static void
save(void *run, struct record *r)
{
	const struct run *q = run;
	struct err e;

	if (checkpoint_add_params(r, "net", &q->ps, &e) || checkpoint_add_params(r, "best", &q->best, &e))
		training_die_of_weights(&q->loop, &e);
	checkpoint_add_optim(r, "optim", &q->optim, &q->ps);
	checkpoint_add_real(r, "loss_sum", q->loss_sum);
	checkpoint_add_real(r, "best_dice", q->best_dice);
}

static void
load(void *run, const struct checkpoint *c)
{
	struct run *r = run;
	struct err e;

	if (checkpoint_get_params(&r->ps, c, "net", &e) || checkpoint_get_optim(&r->optim, &r->ps, c, "optim", &e) ||
	    checkpoint_get_real(&r->loss_sum, &c->rec->meta, "loss_sum", &e) ||
	    checkpoint_get_real(&r->best_dice, &c->rec->meta, "best_dice", &e))
		die("%s", e.msg);
	if (r->best_dice < 0)
		return;
	params_clone(&r->best, &r->ps, 0);
	if (checkpoint_get_params(&r->best, c, "best", &e))
		die("%s", e.msg);
}

static const struct trainer trainer = { train_step, end_epoch, save, load };

/* What a prediction is to know of the images learnt from: their classes' names, if there is one for each, and their grid. */
static void
describe_images(struct meta *m, const struct meta *images)
{
	const char *text = meta_get(images, "names"), *grid = meta_get(images, "grid");
	struct names names;
	struct err e;

	meta_setf(m, "classes", "%d", classes);
	if (text && !names_parse(&names, text, classes, &e)) {
		meta_set(m, "names", text);
		names_free(&names);
	}
	if (grid)
		meta_set(m, "grid", grid);
}

static void
write_model(struct ten_writer *out, const struct run *r, const struct params *ps)
{
	struct record w = { 0 };

	weights_pack(&w, ps, WEIGHTS_ENCODER | WEIGHTS_DECODER, 0);
	training_describe(&w.meta, &r->loop.in, &r->source, init ? "init" : "encoder");
	describe_images(&w.meta, &r->loop.in.feed.meta);
	if (val) /* it chose the epoch */
		provenance_include(&w.meta, &r->validator.map.entry[0].rec.meta, "val");
	out_write(out, &w);
	out_end(out);
}

static void
run_free(struct run *r)
{
	if (val)
		validator_close(&r->validator);
	segmenter_free(&r->segmenter);
	loop_close(&r->loop);
	params_free(&r->ps);
	params_free(&r->best);
	record_free(&r->source);
	graph_delete(r->graph);
	free(r->arena);
	free(r->scores);
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
	open_samples(&r, n ? argv[0] : NULL);
	build(&r);
	start_weights(&r);
	start_training(&r);
	out_open(&out);
	if (last)
		out_open_at(&out_last, last);
	start_tables(&r.loop);
	loop_run(&r.loop, &trainer, &r, r.loop.in.steps);
	training_ended(&r.loop.in, r.loop.step, 0);
	if (last)
		write_model(&out_last, &r, &r.ps);
	write_model(&out, &r, val ? &r.best : &r.ps);
	if (last)
		out_close(&out_last);
	loop_close_tables(&r.loop);
	out_close(&out);
	run_free(&r);
	return 0;
}
