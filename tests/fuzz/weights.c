/* weights: a safetensors file as the weights of a network of a few numbers, and as a model that describes itself */
#include "base/mem.h"
#include "fuzz.h"
#include "model/segmenter.h"
#include "model/weights.h"
#include "ten/ten.h"

static void
make_params(struct params *ps)
{
	params_init(ps, 0);
	params_add(ps, PARAM_TRAINED, "encoder.conv1.weight", 4, (int64_t[]){ 2, 1, 1, 2 });
	params_add(ps, PARAM_TRAINED, "encoder.bn1.weight", 1, (int64_t[]){ 2 });
	params_add(ps, PARAM_STAT, "encoder.bn1.running_mean", 1, (int64_t[]){ 2 });
	params_add(ps, PARAM_COUNT, "encoder.bn1.num_batches_tracked", 0, NULL);
	params_add(ps, PARAM_TRAINED, "encoder.fc.bias", 1, (int64_t[]){ 1 });
	params_add(ps, PARAM_TRAINED, "segmentation_head.0.weight", 4, (int64_t[]){ 2, 1, 1, 1 });
	params_add(ps, PARAM_TRAINED, "projector.0.bias", 1, (int64_t[]){ 1 });
}

static void
check_finite(const struct params *ps)
{
	int64_t k;
	int i;

	for (i = 0; i < ps->n; i++)
		for (k = 0; k < ps->p[i].n; k++)
			FUZZ_CHECK(ps->p[i].data[k] - ps->p[i].data[k] == 0);
}

static void
load(const struct record *r, int parts, int lenient)
{
	struct weights_report report;
	char said[WEIGHTS_REPORT_LEN];
	struct params ps;
	struct record packed = { 0 };
	struct err e = { "" };

	make_params(&ps);
	if (weights_load(&ps, r, parts, lenient, &report, "file", &e)) {
		FUZZ_CHECK(*e.msg);
	} else {
		FUZZ_CHECK(strlen(weights_report_text(said, &report, "file")) < sizeof said);
		FUZZ_CHECK(report.matched > 0);
		check_finite(&ps);
		weights_pack(&packed, &ps, parts, 1);
		FUZZ_CHECK(lenient || !weights_load(&ps, &packed, parts, 0, &report, "file", &e));
	}
	record_free(&packed);
	params_free(&ps);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int parts = (int)fuzz_choose(&data, &size, 16), lenient = (int)fuzz_choose(&data, &size, 2);
	struct record r = { 0 };
	struct segmenter s;
	enum resnet_arch arch;
	struct err e;

	if (!ten_read_weights(&r, fuzz_file(data, size), &e)) {
		weights_arch(&arch, &r, &e);
		weights_parts(&r);
		load(&r, parts, lenient);
		FUZZ_CHECK(segmenter_load(&s, &r, "file", &e)); /* no room for 11 million numbers */
	}
	record_free(&r);
	return 0;
}
