/* weights-import - an encoder from other people's weights files */
#include <string.h>

#include "model/import.h"
#include "model/weights.h"
#include "base/crc.h"
#include "shared/tool.h"

static struct foreign_choice choice;
static const char *prefix;
static int which = -1, channels;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'c', "channels", OPT_INT, &channels, "N", "adapt the first convolution to images of N channels, 0: leave it", 0, 1024, "" },
	{ 0, "from", OPT_TEXT, &choice.from, "KEY", "dictionary in the file, A/B for B in A", 0, 0, "state_dict, model, ... or the only one" },
	{ 0, "prefix", OPT_TEXT, &prefix, "P", "what the encoder's names begin with", 0, 0, "found" },
	{ 0, "which", OPT_CHOICE, &which, "target|online", "which of two networks, if there are two", 0, 0, "target" },
	{ 0, "ignore-objects", OPT_FLAG, &choice.ignore_objects, NULL, "pass over objects of unknown classes (nothing is ever called)", 0, 0, "" },
	OPT_END
};

static void
list(const struct import *m, const struct foreign *c)
{
	int i;

	for (i = 0; i < c->n; i++) {
		const struct foreign_tensor *t = &c->t[i];
		struct tensor like = { .ndim = t->ndim };
		char shape[TENSOR_SHAPE_LEN];

		memcpy(like.dim, t->dim, sizeof like.dim);
		tensor_shape(shape, &like);
		if (m->inside[i])
			note("took %s %s %s as %s", t->name, ten_dtype_name(t->dtype), shape, m->inside[i] + strlen("encoder."));
		else
			note("left %s %s %s", t->name, ten_dtype_name(t->dtype), shape);
	}
}

static void
report(const struct import *m, const struct foreign *c, const char *file)
{
	if (opt_common.verbose)
		list(m, c);
	note("%s of '%s'%s%s%s: took %d tensors (%s names%s%s%s), renamed %d, left %d", resnet_name(m->arch), file,
	     *c->from ? " '" : "", c->from, *c->from ? "'" : "", m->taken, m->names, *m->prefix ? " behind '" : "",
	     m->prefix, *m->prefix ? "'" : "", m->renamed, c->n - m->taken);
	if (channels && channels != m->channels)
		note("adapted the first convolution from %d channels to %d", m->channels, channels);
}

static void
describe(struct meta *meta, const struct import *m, const struct foreign *c, const char *file)
{
	const char *slash = strrchr(file, '/'), *normalize = meta_get(&c->safe.meta, "normalize");

	char crc[9];
	uint32_t sum;

	provenance_include(meta, &c->safe.meta, "source");
	if (!crc_file(&sum, file)) {
		snprintf(crc, sizeof crc, "%08x", sum);
		provenance_source(meta, "source", crc);
	}
	meta_set(meta, "arch", resnet_name(m->arch));
	meta_setf(meta, "channels", "%d", channels ? channels : m->channels);
	meta_set(meta, "source", slash ? slash + 1 : file);
	if (*c->from)
		meta_set(meta, "source.from", c->from);
	if (*m->prefix)
		meta_set(meta, "source.prefix", m->prefix);
	if (normalize && (!channels || channels == m->channels)) /* it is said channel by channel */
		meta_set(meta, "normalize", normalize);
}

int
main(int argc, char *argv[])
{
	struct foreign c;
	struct import m;
	struct params ps;
	struct record w = { 0 };
	struct ten_writer out;
	struct err e;

	opt_parse(argc, &argv, opts, "FILE", "an encoder from other people's weights files", 1, 1);
	if (foreign_open(&c, argv[0], &choice, &e))
		die("%s", e.msg);
	if (import_find(&m, &c, prefix, which < 0 ? IMPORT_EITHER : (enum import_which)which, &e))
		die("weights '%s': %s", argv[0], e.msg);
	if (import_read(&ps, &m, &c, channels, argv[0], &e))
		die("%s", e.msg);
	out_open(&out);
	report(&m, &c, argv[0]);
	weights_pack(&w, &ps, WEIGHTS_ENCODER, 1);
	describe(&w.meta, &m, &c, argv[0]);
	out_write(&out, &w);
	out_close(&out);
	params_free(&ps);
	import_free(&m);
	foreign_close(&c);
	return 0;
}
