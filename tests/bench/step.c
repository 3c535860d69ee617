/* step - time one row of the benchmark: a network, a batch, an image size
 *
 *   step resnet|byol|unet|segment resnet18|resnet34|resnet50 BATCH SIZE
 *
 *   resnet   forward and backward of the encoder and its pooling; the loss is the sum of the features
 *   byol     two views: forward and backward, SGD with momentum, average of the target
 *   unet     forward, cross-entropy over four classes, backward, SGD with momentum
 *   segment  what seg-predict does with BATCH slices: segmenter and classes, no input or output
 *
 * Images are noise on three channels. Seconds and memory are printed as racer.h says; torch_step.py is PyTorch's
 * side of the same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "base/opt.h"
#include "base/progress.h"
#include "model/byol.h"
#include "model/segmenter.h"
#include "nn/compute.h"
#include "nn/loss.h"
#include "nn/optim.h"
#include "racer.h"

#define CHANNELS 3
#define CLASSES 4
#define RATE 0.01

enum { F32, BF16 };

static int steps = 5, warmup = 2, precision, compute, cpu_time;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'n', "steps", OPT_INT, &steps, "N", "steps to time, 0 for one per line of standard input", 0, 1000000, 0 },
	{ 'w', "warmup", OPT_INT, &warmup, "N", "steps before, which don't count", 0, 1000, 0 },
	{ 0, "compute", OPT_CHOICE, &compute, COMPUTE_NAMES, "whose products and convolutions", 0, 0, 0 },
	{ 0, "precision", OPT_CHOICE, &precision, "f32|bf16", "arithmetic", 0, 0, 0 },
	{ 0, "cpu", OPT_FLAG, &cpu_time, NULL, "seconds of the processors, which a busy machine changes less", 0, 0, 0 },
	OPT_END
};

struct bench {
	int arch, batch, size;
	float *view[2];          /* noise, [batch,CHANNELS,size,size] each */
	uint8_t *mask;           /* [batch,size,size] */
	struct params ps;
	struct optim optim;
	struct graph *graph;
	void *arena;
	int x, y;                /* nodes of graph: images; features or logits */
	struct byol *byol;
	struct segmenter segmenter;
	float *logits;           /* unet, segment: [batch,CLASSES,size,size]; a step makes them their gradient */
	const struct kind *kind;
};

struct kind {
	const char *name;
	void (*start)(struct bench *b);
	void (*step)(struct bench *b);
};

/* --- inputs --- */

static size_t
pixels(const struct bench *b)
{
	return (size_t)b->batch * (size_t)b->size * (size_t)b->size;
}

static float *
noise(const struct bench *b, uint64_t sample)
{
	struct rng rng = rng_at(opt_common.seed, RNG_TEST, 0, sample);
	size_t n = CHANNELS * pixels(b), i;
	float *x = mem_aligned(n * sizeof *x);

	for (i = 0; i < n; i++)
		x[i] = (float)rng_range(&rng, -1.7, 1.7);
	return x;
}

static uint8_t *
labels(const struct bench *b)
{
	struct rng rng = rng_at(opt_common.seed, RNG_TEST, 0, 2);
	size_t n = pixels(b), i;
	uint8_t *mask = mem_array(n, 1);

	for (i = 0; i < n; i++)
		mask[i] = (uint8_t)rng_below(&rng, CLASSES);
	return mask;
}

/* --- the rows --- */

static void
plan(struct bench *b)
{
	graph_plan(b->graph, GRAPH_TRAIN);
	b->arena = mem_aligned(graph_bytes(b->graph));
	graph_bind(b->graph, b->arena);
}

static void
forward(struct bench *b)
{
	graph_put(b->graph, b->x, b->view[0], b->batch);
	graph_forward(b->graph, &b->ps, b->batch, 1);
}

static void
resnet_start(struct bench *b)
{
	int taps[5];

	params_init(&b->ps, 1);
	b->graph = graph_new(b->batch);
	b->x = graph_input(b->graph, CHANNELS, b->size, b->size);
	resnet_build(taps, b->graph, b->x, &b->ps, (enum resnet_arch)b->arch);
	b->y = graph_gap(b->graph, taps[4]);
	graph_output(b->graph, b->y);
	plan(b);
	resnet_init(&b->ps, opt_common.seed);
}

static void
resnet_step(struct bench *b)
{
	int n = b->batch * resnet_features((enum resnet_arch)b->arch), i;
	float *grad;

	forward(b);
	grad = graph_grad(b->graph, b->y);
	for (i = 0; i < n; i++)
		grad[i] = 1;
	graph_backward(b->graph, &b->ps);
}

static void
unet_start(struct bench *b)
{
	params_init(&b->ps, 1);
	b->graph = graph_new(b->batch);
	b->x = graph_input(b->graph, CHANNELS, b->size, b->size);
	b->y = unet_build(b->graph, b->x, &b->ps, (enum resnet_arch)b->arch, CLASSES);
	plan(b);
	resnet_init(&b->ps, opt_common.seed);
	unet_init_decoder(&b->ps, opt_common.seed);
	optim_init(&b->optim, OPTIM_SGD, &b->ps);
	b->mask = labels(b);
	b->logits = mem_aligned(CLASSES * pixels(b) * sizeof *b->logits);
}

static void
unet_step(struct bench *b)
{
	params_zero_grad(&b->ps);
	forward(b);
	graph_get(b->logits, b->graph, b->y, b->batch);
	seg_loss(SEG_CE, b->logits, b->logits, b->mask, -1, b->batch, CLASSES, (int64_t)b->size * b->size);
	graph_put_grad(b->graph, b->y, b->logits, b->batch);
	graph_backward(b->graph, &b->ps);
	optim_step(&b->optim, &b->ps, RATE);
}

static void
byol_start(struct bench *b)
{
	struct byol_shape shape = { .arch = (enum resnet_arch)b->arch, .channels = CHANNELS, .height = b->size,
		                    .width = b->size, .batch = b->batch, .proj_hidden = 4096, .pred_hidden = 8192 };

	b->view[1] = noise(b, 1);
	b->byol = byol_new(&shape);
	resnet_init(&b->byol->online, opt_common.seed);
	byol_init_heads(b->byol, opt_common.seed);
	byol_copy_target(b->byol);
	optim_init(&b->optim, OPTIM_SGD, &b->byol->online);
}

static void
byol_step(struct bench *b)
{
	const float *const view[2] = { b->view[0], b->view[1] };
	struct byol_stats stats;

	byol_gradients(b->byol, &stats, view);
	optim_step(&b->optim, &b->byol->online, RATE);
	byol_average(b->byol, 0.99);
}

static void
segment_start(struct bench *b)
{
	const struct normalize none = { .kind = NORMALIZE_NONE };
	struct graph *g = graph_new(1);

	if (b->batch > SEGMENTER_BATCH)
		die("segment: BATCH is at most %d", SEGMENTER_BATCH);
	params_init(&b->ps, 0);
	unet_build(g, graph_input(g, CHANNELS, UNET_MULTIPLE, UNET_MULTIPLE), &b->ps, (enum resnet_arch)b->arch, CLASSES);
	graph_delete(g); /* it was there to create the parameters */
	resnet_init(&b->ps, opt_common.seed);
	unet_init_decoder(&b->ps, opt_common.seed);
	segmenter_init(&b->segmenter, (enum resnet_arch)b->arch, CHANNELS, CLASSES, &none, &b->ps);
	b->logits = mem_aligned(CLASSES * pixels(b) * sizeof *b->logits);
	b->mask = mem_array(pixels(b), 1);
}

static void
segment_step(struct bench *b)
{
	const struct tensor image = { .name = "image", .dtype = TEN_F32, .ndim = 4, .data = b->view[0],
		                      .dim = { b->batch, CHANNELS, b->size, b->size } };

	segmenter_run(&b->segmenter, b->logits, &image, 0, b->batch, 1);
	segmenter_classify(b->mask, b->logits, b->batch, CLASSES, (int64_t)b->size * b->size);
}

static void
bench_free(struct bench *b)
{
	if (b->byol)
		byol_delete(b->byol);
	segmenter_free(&b->segmenter);
	graph_delete(b->graph);
	optim_free(&b->optim);
	params_free(&b->ps);
	free(b->arena);
	free(b->view[0]);
	free(b->view[1]);
	free(b->mask);
	free(b->logits);
}

static const struct kind kinds[] = {
	{ "resnet", resnet_start, resnet_step },
	{ "byol", byol_start, byol_step },
	{ "unet", unet_start, unet_step },
	{ "segment", segment_start, segment_step },
};

/* --- timing --- */

static double
now(void)
{
	struct timespec t;

	if (!cpu_time)
		return clock_seconds();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
timed(void *ctx)
{
	struct bench *b = ctx;
	double start = now();

	b->kind->step(b);
	return now() - start;
}

static long
peak(void *ctx)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss / 1024;
}

static int
number(const char *what, const char *text, int least, int most)
{
	char *end;
	long x = strtol(text, &end, 10);

	if (*end || x < least || x > most)
		die("%s is '%s', expected %d..%d", what, text, least, most);
	return (int)x;
}

static int
arch_number(const char *name)
{
	int a;

	for (a = RESNET18; a <= RESNET50; a++)
		if (!strcmp(name, resnet_name((enum resnet_arch)a)))
			return a;
	die("ARCH is '%s', expected %s", name, RESNET_WORDS);
}

static const struct kind *
kind_named(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(name, kinds[i].name))
			return &kinds[i];
	die("KIND is '%s', expected resnet|byol|unet|segment", name);
}

/* A row that cannot be had is none: no falling back to f32. */
static void
set_arithmetic(void)
{
	compute_use((enum compute)compute);
	if (precision == F32)
		return;
	if (!compute_has(ELEM_BF16))
		die("--precision bf16: this processor multiplies it no sooner than f32");
	compute_use_elem(ELEM_BF16);
}

int
main(int argc, char *argv[])
{
	struct bench b = { 0 };

	opt_parse(argc, &argv, opts, "KIND ARCH BATCH SIZE", "time one row of the benchmark", 4, 4);
	b.kind = kind_named(argv[0]);
	b.arch = arch_number(argv[1]);
	b.batch = number("BATCH", argv[2], 2, 4096);
	b.size = number("SIZE", argv[3], 32, 4096);
	if (b.size % UNET_MULTIPLE)
		die("SIZE is %d, expected a multiple of %d", b.size, UNET_MULTIPLE);
	set_arithmetic();
	if (!compute_has((enum elem)precision))
		die("this processor has no products of bfloat16");
	compute_use_elem((enum elem)precision);
	b.view[0] = noise(&b, 0);
	b.kind->start(&b);
	racer_run(warmup, steps, timed, peak, &b);
	bench_free(&b);
	return 0;
}
