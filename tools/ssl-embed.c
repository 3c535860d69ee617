/* ssl-embed - pooled encoder features of images, or which images have similar ones */
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "image/normalize.h"
#include "model/weights.h"
#include "shared/computing.h"
#include "shared/nearest.h"
#include "shared/tool.h"

#define TOGETHER 8 /* images run together */

static const char *weights, *unlike;
static int neighbours;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'w', "weights", OPT_FILE, &weights, "FILE", "encoder, or a U-Net whose encoder is meant", 0, 0, "required" },
	{ 'k', "neighbours", OPT_INT, &neighbours, "K", "write each image and the K whose features are most similar instead", 0,
	  1000, "" },
	{ 'u', "unlike", OPT_TEXT, &unlike, "KEY", "with -k: only neighbours whose metadata KEY differs", 0, 0, "" },
	OPT_COMPUTING,
	OPT_END
};

struct embedder {
	struct params ps;
	struct graph *graph;
	struct normalize norm;
	enum resnet_arch arch;
	struct meta trained; /* of the weights */
	int channels, height, width, x, features;
	void *arena;
	float *images; /* of a batch, (N,C,H,W) */
};

static void
build(struct embedder *m, int height, int width)
{
	int taps[5];

	graph_delete(m->graph);
	free(m->arena);
	free(m->images);
	m->graph = graph_new(TOGETHER);
	m->x = graph_input(m->graph, m->channels, height, width);
	resnet_build(taps, m->graph, m->x, &m->ps, m->arch);
	m->features = graph_gap(m->graph, taps[4]);
	graph_keep(m->graph, m->features);
	graph_plan(m->graph, GRAPH_INFER);
	m->arena = mem_aligned(graph_bytes(m->graph));
	graph_bind(m->graph, m->arena);
	m->images = mem_aligned((size_t)TOGETHER * m->channels * height * width * sizeof(float));
	m->height = height;
	m->width = width;
}

/* The images decide how many channels the network has: the weights are adapted to them. */
static void
load(struct embedder *m, int channels)
{
	struct record r = { 0 };
	struct weights_report report;
	char text[WEIGHTS_REPORT_LEN];
	struct err e;

	weights_read(&r, weights);
	m->channels = channels;
	if (weights_arch(&m->arch, &r, &e) || normalize_parse(&m->norm, meta_get(&r.meta, "normalize"), &e))
		die("weights '%s': %s", weights, e.msg);
	params_init(&m->ps, 0);
	build(m, 32, 32);
	if (weights_load(&m->ps, &r, WEIGHTS_ENCODER, 0, &report, weights, &e))
		die("%s", e.msg);
	note("%s", weights_report_text(text, &report, weights));
	meta_copy(&m->trained, &r.meta);
	record_free(&r);
}

static void
embed(struct embedder *m, float *features, const struct tensor *image, int normalized)
{
	int dim = resnet_features(m->arch), n, k;
	int64_t size = tensor_stride0(image), i;

	if (m->height != image->dim[2] || m->width != image->dim[3])
		build(m, (int)image->dim[2], (int)image->dim[3]);
	for (i = 0; i < image->dim[0]; i += n) {
		n = image->dim[0] - i < TOGETHER ? (int)(image->dim[0] - i) : TOGETHER;
		tensor_to_f32(m->images, image, i * size, n * size);
		for (k = 0; !normalized && k < n; k++)
			normalize_apply(&m->norm, m->images + k * size, m->channels, size / m->channels);
		graph_put(m->graph, m->x, m->images, n);
		graph_forward(m->graph, &m->ps, n, 0);
		memcpy(features + i * dim, graph_data(m->graph, m->features), (size_t)n * dim * sizeof *features);
	}
}

/* Images and weights that are finite don't make the features so. */
static void
check_features(const struct ten_reader *in, const struct record *r, const struct tensor *features)
{
	int64_t odd = tensor_odd(features);

	if (odd >= 0)
		in_die(in, r, "the features of sample %lld are not finite (weights of a training that diverged, or meant for other "
		       "intensities?)", (long long)(odd / features->dim[1]));
}

static void
embed_record(struct embedder *m, const struct ten_reader *in, struct record *r)
{
	const struct tensor *image = in_tensor(in, r, "image", 4);
	const char *normalize = meta_get(&r->meta, "normalize");
	struct record out = { 0 };
	char shape[TENSOR_SHAPE_LEN];
	struct tensor *label;
	struct err e;
	int i;

	for (i = 1; i < 4; i++)
		if (image->dim[i] < 1 || image->dim[i] > 65536)
			in_die(in, r, "'image' is %s", tensor_shape(shape, image));
	if (!m->graph)
		load(m, (int)image->dim[1]);
	if (image->dim[1] != m->channels)
		in_die(in, r, "'image' is %s, the first record had %d channels", tensor_shape(shape, image), m->channels);
	if (!normalize && normalize_fits(&m->norm, m->channels, &e))
		in_die(in, r, "%s", e.msg);
	in_check_finite(in, r, image);
	record_add(&out, "features", TEN_F32, 2, (int64_t[]){ image->dim[0], resnet_features(m->arch) });
	embed(m, record_find(&out, "features")->data, image, normalize != NULL);
	check_features(in, r, record_find(&out, "features"));
	if ((label = record_find(r, "label"))) {
		struct tensor *copy = record_add(&out, "label", label->dtype, label->ndim, label->dim);

		memcpy(copy->data, label->data, tensor_bytes(label));
	}
	meta_copy(&out.meta, &r->meta);
	provenance_include(&out.meta, &m->trained, "weights");
	record_move(r, &out);
}

int
main(int argc, char *argv[])
{
	struct embedder m = { 0 };
	struct ten_reader in;
	struct ten_writer out;
	struct record r = { 0 };
	struct progress progress;
	struct nearest nearest;
	uint64_t done = 0;
	int records = 0;
	int n = opt_parse(argc, &argv, opts, "[file]", "pooled encoder features of images", 0, 1);

	computing_start();
	if (!weights)
		die("--weights is required (see %s -h)", prog_name);
	if (unlike && !neighbours)
		die("--unlike goes with --neighbours");
	if (neighbours)
		nearest_open(&nearest, n ? argv[0] : NULL, neighbours, unlike);
	in_open(&in, n ? argv[0] : NULL);
	out_open(&out);
	progress_start(&progress, "images", 0, opt_common.quiet);
	while (in_read(&in, &r)) {
		embed_record(&m, &in, &r);
		done += (uint64_t)record_samples(&r, "features");
		if (neighbours)
			nearest_gather(&nearest, &r, records++);
		else
			out_write(&out, &r);
		progress_update(&progress, done, "%s", "");
	}
	progress_end(&progress);
	in_close(&in);
	if (neighbours) {
		nearest_write(&nearest, &out, &m.trained);
		nearest_close(&nearest);
	}
	out_close(&out);
	graph_delete(m.graph);
	params_free(&m.ps);
	meta_free(&m.trained);
	free(m.arena);
	free(m.images);
	return 0;
}
