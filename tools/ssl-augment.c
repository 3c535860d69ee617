/* ssl-augment - random views of images: two to pretrain with, or one with its mask or label to learn these from */
#include "shared/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "image/views.h"
#include "train/checkpoint.h"

#define BY "by policy"

static int policy = -1, views_n, epochs = 1, samples, size = 224, batch = 32, skip, no_shuffle, channels, filter = -1;
static int kind = NORMALIZE_IMAGE;
static const char *mean, *std, *stats, *resume;
static int64_t passed; /* samples left out, by --skip or --resume */

/* What overrides the policy: NAN leaves it. */
static double scale[2] = { NAN }, ratio[2] = { NAN }, jitter_p = NAN, brightness = NAN, contrast = NAN, saturation = NAN;
static double hue = NAN, grey_p = NAN, blur_p = NAN, blur_p2 = NAN, sigma[2] = { NAN }, solarize_p = NAN;
static double solarize_p2 = NAN, flip_p = NAN;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'p', "policy", OPT_CHOICE, &policy, POLICY_WORDS, "what to do, and how much of it", 0, 0,
	  "byol-mri, or finetune for one view" },
	{ 0, "views", OPT_INT, &views_n, "1|2", "two views, or one with mask and label; 0: as suits the policy", 0, 2, 0 },
	{ 'S', "size", OPT_INT, &size, "PIXELS", "side of the views", 1, 4096, 0 },
	{ 'e', "epochs", OPT_INT, &epochs, "N", "times to go through a file", 1, 1e9, 0 },
	{ 0, "samples", OPT_INT, &samples, "N", "samples in an epoch, repeating or cutting a file; 0: as it has", 0,
	  2147483647, 0 },
	{ 'b', "batch", OPT_INT, &batch, "N", "samples in an output record", 1, 65536, 0 },
	{ 0, "skip", OPT_INT, &skip, "N", "leave out the first N samples", 0, 2147483647, 0 },
	{ 0, "resume", OPT_ASIDE, &resume, "FILE", "leave out what the training of this checkpoint has seen, if it is there", 0, 0, 0 },
	{ 0, "no-shuffle", OPT_FLAG, &no_shuffle, 0, "keep the order of a file", 0, 0, 0 },
	{ 0, "channels", OPT_INT, &channels, "1|3", "make RGB grey, or repeat grey; 0: as they come", 0, 3, 0 },
	{ 'n', "normalize", OPT_CHOICE, &kind, "dataset|released|image|none", "which mean and deviation to remove", 0, 0, 0 },
	{ 0, "mean", OPT_TEXT, &mean, "M[,M...]", "mean of each channel, for dataset and released", 0, 0, "measured" },
	{ 0, "std", OPT_TEXT, &std, "S[,S...]", "deviation of each channel", 0, 0, "measured" },
	{ 0, "stats", OPT_FILE, &stats, "FILE", "take both from the table of ten-stats", 0, 0, 0 },
	{ 0, "scale", OPT_PAIR, scale, "LO,HI", "area of the crop, as a part of the image's", 1e-6, 1, BY },
	{ 0, "ratio", OPT_PAIR, ratio, "LO,HI", "width/height of the crop", 0.01, 100, BY },
	{ 0, "interpolation", OPT_CHOICE, &filter, "bilinear|bicubic", "how pixels are resampled", 0, 0, BY },
	{ 0, "flip-p", OPT_REAL, &flip_p, "P", "probability of a mirrored view", 0, 1, BY },
	{ 0, "jitter-p", OPT_REAL, &jitter_p, "P", "probability of jitter", 0, 1, BY },
	{ 0, "brightness", OPT_REAL, &brightness, "X", "brightness changes by up to X", 0, 100, BY },
	{ 0, "contrast", OPT_REAL, &contrast, "X", "contrast changes by up to X", 0, 100, BY },
	{ 0, "saturation", OPT_REAL, &saturation, "X", "saturation changes by up to X", 0, 100, BY },
	{ 0, "hue", OPT_REAL, &hue, "X", "hue turns by up to X of the circle", 0, 0.5, BY },
	{ 0, "grey-p", OPT_REAL, &grey_p, "P", "probability of a grey view", 0, 1, BY },
	{ 0, "blur-p", OPT_REAL, &blur_p, "P", "probability of blur in the first view", 0, 1, BY },
	{ 0, "blur-p2", OPT_REAL, &blur_p2, "P", "and in the second", 0, 1, BY },
	{ 0, "blur-sigma", OPT_PAIR, sigma, "LO,HI", "its deviation in pixels", 0.01, 100, BY },
	{ 0, "solarize-p", OPT_REAL, &solarize_p, "P", "probability of solarising in the first view", 0, 1, BY },
	{ 0, "solarize-p2", OPT_REAL, &solarize_p2, "P", "and in the second", 0, 1, BY },
	OPT_END
};

static void
override(double *value, double given)
{
	if (!isnan(given))
		*value = given;
}

static void
override_pair(double value[2], const double given[2])
{
	if (!isnan(given[0]))
		memcpy(value, given, 2 * sizeof *value);
}

static void
choose_policy(struct policy *p)
{
	if (policy < 0)
		policy = views_n == 1 ? POLICY_FINETUNE : POLICY_BYOL_MRI;
	if (!views_n)
		views_n = policy_views((enum policy_name)policy);
	policy_init(p, (enum policy_name)policy);
	override_pair(p->scale, scale);
	override_pair(p->ratio, ratio);
	override_pair(p->blur_sigma, sigma);
	override(&p->flip_p, flip_p);
	override(&p->jitter_p, jitter_p);
	override(&p->brightness, brightness);
	override(&p->contrast, contrast);
	override(&p->saturation, saturation);
	override(&p->hue, hue);
	override(&p->grey_p, grey_p);
	override(&p->blur_p[0], blur_p);
	override(&p->blur_p[1], blur_p2);
	override(&p->solarize_p[0], solarize_p);
	override(&p->solarize_p[1], solarize_p2);
	p->filter = filter < 0 ? p->filter : filter;
}

/* Mean and deviation of all pixels of the input, which must be a file. */
static void
measure(struct normalize *n, struct views *v, const struct feed *input, const char *path)
{
	struct feed_opt opt = { .tensor = "image", .epochs = 1, .batch = 64 };
	struct stats st[NORMALIZE_MAXC] = { 0 };
	struct feed s;
	struct err e;
	int c, rc;

	if (!input->mapped)
		die("%s is a pipe: --normalize %s needs --stats, or --mean and --std", feed_name(input),
		    kind == NORMALIZE_DATASET ? "dataset" : "released");
	if (feed_open(&s, path, &opt, &e))
		die("%s", e.msg);
	while ((rc = feed_next(&s, &e)) > 0)
		views_stats(v, st, s.sample, s.n);
	if (rc < 0)
		die("%s", e.msg);
	feed_close(&s);
	n->c = v->c;
	for (c = 0; c < n->c; c++) {
		if (!isfinite(st[c].m2))
			die("%s: pixels that are not finite (NaN or infinity)", feed_name(input));
		n->mean[c] = st[c].mean;
		n->std[c] = st[c].m2 > 0 ? stats_deviation(&st[c]) : 1;
	}
}

/* Through its text, so that views and models have the same digits. An empty input needs no numbers. */
static void
choose_normalize(struct views *v, const struct feed *input, const char *path)
{
	struct normalize n = { .kind = (enum normalize_kind)kind };
	char buf[NORMALIZE_LEN];
	struct err e;

	if (kind == NORMALIZE_IMAGE || kind == NORMALIZE_NONE) {
		if (mean || std || stats)
			die("--mean, --std and --stats are for --normalize dataset or released");
		return;
	}
	if (stats ? mean || std : !mean != !std)
		die("expected --stats, or --mean and --std together");
	if (stats ? normalize_read(&n, stats, &e) : mean ? normalize_lists(&n, mean, std, &e) : 0)
		die("%s", e.msg);
	if (!stats && !mean && v->seen)
		measure(&n, v, input, path);
	if (v->seen && (normalize_parse(&v->normalize, normalize_format(buf, &n), &e) ||
	                normalize_fits(&v->normalize, v->c, &e)))
		die("%s: %s", feed_name(input), e.msg);
}

/* The input's metadata, but for what belongs to one record of it, and what the views add. */
static void
describe(struct meta *m, const struct feed *s, const struct views *v)
{
	static const char *const single[] = { "case", "patient", "frame", "slice", "slices", "spacing", "group", "phase",
		"file", "class", "epoch", "epochs", "first", "samples" };
	char buf[NORMALIZE_LEN];
	size_t i;

	meta_copy(m, &s->meta);
	for (i = 0; i < ARRAY_LEN(single); i++)
		meta_unset(m, single[i]);
	meta_setf(m, "epoch", "%llu", (unsigned long long)s->epoch);
	meta_setf(m, "epochs", "%llu", (unsigned long long)s->epochs);
	meta_setf(m, "first", "%llu", (unsigned long long)s->first);
	if (s->count)
		meta_setf(m, "samples", "%llu", (unsigned long long)s->count);
	meta_setf(m, "size", "%d", v->size);
	meta_set(m, "policy", policy_name((enum policy_name)policy));
	if (v->normalize.kind != NORMALIZE_NONE)
		meta_set(m, "normalize", normalize_format(buf, &v->normalize));
}

/* The batch before is written while the next one is made. */
struct writing {
	struct ten_writer out;
	struct record spare; /* its memory, when it has been written */
	struct err e;
	int failed;
};

static void
write_before(void *ctx)
{
	struct writing *w = ctx;

	w->failed = ten_push(&w->out, &w->spare, &w->e);
}

static void
augment(struct feed *s, struct views *v)
{
	uint64_t total = s->count ? s->count * s->epochs - (uint64_t)passed : 0, done = 0;
	struct writing w = { 0 };
	struct record r = { 0 };
	struct progress progress;
	struct err e;
	int rc;

	v->beside = write_before;
	v->ctx = &w;
	out_open(&w.out);
	progress_start(&progress, "images", total, opt_common.quiet);
	while ((rc = feed_next(s, &e)) > 0) {
		if (views_make(v, &r, s->sample, s->n, s->epoch, &e))
			die("%s %s", feed_name(s), e.msg);
		if (w.failed)
			die("%s", w.e.msg);
		describe(&r.meta, s, v);
		out_write(&w.out, &r);
		record_move(&r, &w.spare);
		progress_update(&progress, done += (uint64_t)s->n, "%s", "");
	}
	if (rc < 0)
		die("%s", e.msg);
	progress_end(&progress);
	out_close(&w.out);
	record_free(&r);
	v->beside = NULL;
	v->ctx = NULL;
}

/* A training goes on where it stood; one that has no checkpoint yet starts. */
static void
choose_start(void)
{
	struct meta m;
	struct err e;
	int rc;

	passed = skip;
	if (!resume)
		return;
	if (skip)
		die("--skip and --resume both say where to begin");
	rc = checkpoint_read_meta(&m, resume, &e);
	if (rc < 0 || (!rc && checkpoint_get_int(&passed, &m, "place.seen", &e)))
		die("%s", e.msg);
	meta_free(&m);
}

int
main(int argc, char *argv[])
{
	struct views v = { 0 };
	struct feed_opt so = { .tensor = "image", .check = views_check, .ctx = &v };
	struct feed s;
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file]", "random views of images, to pretrain or to fine-tune with", 0, 1);

	if (channels == 2)
		die("--channels: 2 is neither 1 nor 3");
	choose_start();
	choose_policy(&v.policy);
	v.normalize.kind = (enum normalize_kind)kind;
	v.count = views_n;
	v.size = size;
	v.channels = channels;
	v.seed = so.seed = opt_common.seed;
	views_init(&v);
	so.epochs = (uint32_t)epochs;
	so.samples = (uint64_t)samples;
	so.batch = batch;
	so.shuffle = !no_shuffle;
	if (feed_open(&s, n ? argv[0] : NULL, &so, &e))
		die("%s", e.msg);
	choose_normalize(&v, &s, n ? argv[0] : NULL);
	if (feed_skip(&s, (uint64_t)passed, &e))
		die("%s: %s", feed_name(&s), e.msg);
	augment(&s, &v);
	feed_close(&s);
	views_free(&v);
	return 0;
}
