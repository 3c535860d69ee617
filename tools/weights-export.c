/* weights-export - weights as other packages load them */
#include "model/weights.h"
#include "shared/tool.h"

enum { SMP, TORCHVISION, TIMM };

static int layout = -1, channels;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'c', "channels", OPT_INT, &channels, "N", "adapt the first convolution to images of N channels, 0: leave it", 0, 1024, "" },
	{ 0, "layout", OPT_CHOICE, &layout, "smp|torchvision|timm", "whose names and parts", 0, 0, "smp for a U-Net, torchvision for an encoder" },
	OPT_END
};

/* A U-Net, or its encoder, or one that is nothing else */
static int
choose_parts(const struct record *model, const char *file)
{
	int has_decoder = weights_classes(model) > 0;

	if (layout < 0)
		layout = has_decoder ? SMP : TORCHVISION;
	if (layout == SMP && !has_decoder)
		die("weights '%s': no decoder for --layout smp (an encoder, not a U-Net?)", file);
	return layout == SMP ? WEIGHTS_ENCODER | WEIGHTS_DECODER : WEIGHTS_ENCODER;
}

/* "format" is what Hugging Face's readers ask for. */
static void
describe(struct meta *meta, const struct record *model, enum resnet_arch arch)
{
	const char *normalize = meta_get(&model->meta, "normalize");

	provenance_include(meta, &model->meta, "");
	meta_set(meta, "format", "pt");
	meta_set(meta, "arch", resnet_name(arch));
	meta_setf(meta, "channels", "%d", channels);
	if (normalize && channels == weights_channels(model)) /* it is said channel by channel */
		meta_set(meta, "normalize", normalize);
}

int
main(int argc, char *argv[])
{
	struct record model = { 0 }, w = { 0 };
	struct weights_report report;
	char text[WEIGHTS_REPORT_LEN];
	enum resnet_arch arch;
	struct ten_writer out;
	struct params ps;
	struct err e;
	int n = opt_parse(argc, &argv, opts, "[file]", "weights as other packages load them", 0, 1), parts;
	const char *file = n ? argv[0] : "-";

	weights_read(&model, file);
	if (weights_arch(&arch, &model, &e))
		die("weights '%s': %s", file, e.msg);
	if (!weights_channels(&model))
		die("weights '%s': no first convolution", file);
	parts = choose_parts(&model, file);
	channels = channels ? channels : weights_channels(&model);
	weights_params(&ps, arch, channels, layout == SMP ? weights_classes(&model) : 0);
	if (weights_load(&ps, &model, parts, 0, &report, file, &e))
		die("%s", e.msg);
	note("%s", weights_report_text(text, &report, file));
	out_open(&out);
	weights_pack(&w, &ps, parts, layout != SMP);
	describe(&w.meta, &model, arch);
	out_write(&out, &w);
	out_close(&out);
	params_free(&ps);
	record_free(&model);
	return 0;
}
