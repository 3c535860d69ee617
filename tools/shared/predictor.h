/* predictor.h - what seg-predict does with images, wherever they come from */
#ifndef PREDICTOR_H
#define PREDICTOR_H

#include "base/opt.h"
#include "base/progress.h"
#include "predict/ensemble.h"
#include "predict/postprocess.h"

struct predictor {
	/* options */
	struct opt_files files;
	int split; /* enum dataset_part; -1: all that a folder lists */
	int flip, window;
	int logits, probabilities, entropy;
	const char *postprocess, *largest;

	struct ensemble models;
	struct meta *trained; /* [files.n] */
	struct postprocess keep;
	struct progress progress;
	uint64_t done;        /* images */
};

/* Loads the models; dies where they, or the options, do not go together. */
void predictor_start(struct predictor *p);
void predictor_free(struct predictor *p);

/* Fills out (room for all images) from image (N,C,H,W), of finite values, a few at a time; counts them. */
int predictor_run(struct predictor *p, const struct ensemble_result *out, const struct tensor *image,
                  const double *spacing, int normalized, struct err *e);

#endif
