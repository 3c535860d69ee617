/* seg-predict - segment images with trained U-Nets */
#include "io/dataset.h"
#include "shared/computing.h"
#include "shared/predict_files.h"
#include "shared/predict_stream.h"
#include "shared/tool.h"

static struct predictor p = { .split = -1 };

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'm', "model", OPT_FILES, &p.files, "FILE", "the trained U-Net; several: the mean of their probabilities", 0, 0,
	  "required" },
	{ 0, "split", OPT_CHOICE, &p.split, DATASET_PARTS, "part of the folder to take", 0, 0, "all" },
	{ 'f', "flip", OPT_CHOICE, &p.flip, ENSEMBLE_FLIPS, "average over mirrored images too", 0, 0, "" },
	{ 'w', "window", OPT_INT, &p.window, "N", "look at larger images through overlapping windows of N pixels, 0 for none",
	  0, 65536, "" },
	{ 0, "logits", OPT_FLAG, &p.logits, NULL, "add the tensor 'logits' too", 0, 0, "" },
	{ 'p', "probabilities", OPT_FLAG, &p.probabilities, NULL, "the probabilities of the classes too", 0, 0, "" },
	{ 'e', "entropy", OPT_FLAG, &p.entropy, NULL, "how uncertain each pixel is too, in nats", 0, 0, "" },
	{ 0, "postprocess", OPT_FILE, &p.postprocess, "FILE", "keep the largest components that seg-eval chose", 0, 0, "none" },
	{ 0, "keep-largest", OPT_TEXT, &p.largest, "LIST", "keep the largest component of these classes", 0, 0, "none" },
	OPT_COMPUTING,
	OPT_END
};

static void
check_split(char *const *operand, int n)
{
	int i;

	for (i = 0; i < n && predict_kind(operand[i]) == PREDICT_FOLDER; i++)
		;
	if (p.split >= 0 && (!n || i < n))
		die("--split goes with a folder");
}

int
main(int argc, char *argv[])
{
	int n;

	opt_common.folder = 1; /* it may be */
	n = opt_parse(argc, &argv, opts, "[file | folder ...]", "segment images with trained U-Nets", 0, -1);
	computing_start();
	if (!p.files.n)
		die("--model is required (see %s -h)", prog_name);
	check_split(argv, n);
	predictor_start(&p);
	if (n > 1 || (n && predict_kind(argv[0]) != PREDICT_STREAM))
		predict_files(&p, argv, n);
	else
		predict_stream(&p, n ? argv[0] : NULL);
	predictor_free(&p);
	return 0;
}
