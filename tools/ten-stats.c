/* ten-stats - mean, deviation and range of a stream's pixels, per channel; or the pixels of each class */
#include "shared/tool.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/par.h"
#include "image/stats.h"

static const char *name = "image";
static int mask;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 't', "tensor", OPT_TEXT, &name, "NAME", "the tensor to measure", 0, 0, 0 },
	{ 'm', "mask", OPT_FLAG, &mask, 0, "count the pixels of each class of 'mask' instead", 0, 0, 0 },
	OPT_END
};

struct table {
	struct stats *channel;
	int64_t channels;
	uint64_t class[256], pixels;
};

struct planes {
	const struct tensor *t;
	int64_t size;         /* elements of a plane */
	struct stats *stats;  /* of each */
};

static void
measure_plane(void *ctx, int i, int worker)
{
	struct planes *p = ctx;

	stats_add_tensor(&p->stats[i], p->t, i * p->size, p->size);
}

/* Planes are measured by themselves and merged in order. */
static void
add_channels(struct table *s, const struct ten_reader *in, const struct record *r)
{
	const struct tensor *t = in_tensor(in, r, name, 0);
	int64_t c = t->ndim == 2 || t->ndim > 3 ? t->dim[1] : 1, n = !t->ndim ? 1 : tensor_count(t) ? t->dim[0] * c : 0, i;
	struct planes p = { .t = t, .size = n ? tensor_count(t) / n : 0 };

	if (s->channel && c != s->channels)
		in_die(in, r, "'%s' has %" PRId64 " channels, before it were %" PRId64, name, c, s->channels);
	if (c > 1 << 20 || n > 1 << 30)
		in_die(in, r, "'%s' has %" PRId64 " channels, too many", name, c);
	if (!s->channel)
		s->channel = mem_array((size_t)c, sizeof *s->channel);
	s->channels = c;
	p.stats = mem_array((size_t)n, sizeof *p.stats);
	par_for((int)n, measure_plane, &p);
	for (i = 0; i < n; i++) {
		if (!isfinite(p.stats[i].m2))
			in_die(in, r, "'%s' has values in sample %" PRId64 ", channel %" PRId64 " that are not finite, or too large to be"
			       " squared (see ten-info --stats)", name, i / c, i % c);
		stats_merge(&s->channel[i % c], &p.stats[i]);
	}
	free(p.stats);
}

static void
add_classes(struct table *s, const struct ten_reader *in, const struct record *r)
{
	const struct tensor *t = in_tensor(in, r, "mask", 3);
	int64_t n = tensor_count(t), i;

	if (t->dtype != TEN_U8)
		in_die(in, r, "'mask' is %s, expected U8", ten_dtype_name(t->dtype));
	for (i = 0; i < n; i++)
		s->class[((const uint8_t *)t->data)[i]]++;
	s->pixels += (uint64_t)n;
}

static void
print_channels(FILE *f, const struct table *s)
{
	int64_t c;

	fprintf(f, "channel\tcount\tmean\tstd\tmin\tmax\n");
	for (c = 0; c < s->channels; c++) {
		const struct stats *x = &s->channel[c];

		if (x->n)
			fprintf(f, "%" PRId64 "\t%" PRIu64 "\t%.9g\t%.9g\t%.9g\t%.9g\n", c, x->n, x->mean, stats_deviation(x),
			        x->min, x->max);
		else
			fprintf(f, "%" PRId64 "\t0\tnan\tnan\tnan\tnan\n", c);
	}
}

static void
print_classes(FILE *f, const struct table *s)
{
	int i;

	fprintf(f, "class\tcount\tpart\n");
	for (i = 0; i < 256; i++)
		if (s->class[i])
			fprintf(f, "%d\t%" PRIu64 "\t%.9g\n", i, s->class[i], (double)s->class[i] / (double)s->pixels);
}

int
main(int argc, char *argv[])
{
	struct table s = { 0 };
	struct ten_reader in;
	struct outfile out;
	struct record r = { 0 };
	FILE *f;
	int i, n;

	n = opt_parse(argc, &argv, opts, "[file ...]", "mean, deviation and range of pixels, per channel", 0, -1);
	f = text_open(&out, opt_common.output);
	for (i = 0; i < (n ? n : 1); i++) {
		in_open(&in, n ? argv[i] : NULL);
		while (in_read(&in, &r))
			(mask ? add_classes : add_channels)(&s, &in, &r);
		in_close(&in);
	}
	(mask ? print_classes : print_channels)(f, &s);
	text_close(&out);
	record_free(&r);
	free(s.channel);
	return 0;
}
