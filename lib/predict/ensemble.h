/* ensemble.h - probabilities of classes from one or several U-Nets, mirrored images, windows, and pixels of another size
 *
 * For an image x and the networks f_1..f_M (logits), with the mirrorings T_1..T_F that --flip asks for (T_1 = identity):
 *
 *   p = 1/M sum_m R_m^-1( 1/F sum_t T_t^-1 softmax(f_m(T_t(N_m(R_m(x))))) )
 *
 * R_m resamples to the grid that model m was trained on (image/grid.h), if it was, R_m^-1 back, both linearly, so that
 * probabilities still sum to 1; N_m normalises. Through windows (predict/window.h), softmax(f) is the weighted mean over
 * windows of the softmax within each. The class is the most probable one, the lowest among equals. Where nothing is
 * averaged (one model, one look, its own pixels) it is that of the largest logit, which rounding cannot make equal.
 *
 * Uncertainty is the entropy of p in nats: H = -sum_c p_c ln p_c, from 0 (certain) to ln K (no idea).
 *
 * Everything is summed in a fixed order: results do not depend on threads, nor on which images are given together.
 */
#ifndef PREDICT_ENSEMBLE_H
#define PREDICT_ENSEMBLE_H

#include "image/resample.h"
#include "model/segmenter.h"
#include "predict/window.h"
#include "ten/names.h"

#define ENSEMBLE_BATCH SEGMENTER_BATCH /* images run together at most */
#define ENSEMBLE_FLIPS "none|x|y|both"

enum ensemble_flip { FLIP_NONE, FLIP_X, FLIP_Y, FLIP_BOTH }; /* x: left and right change places; both: x, y, x and y */

struct ensemble_member {
	struct segmenter net;
	char *file;
	double grid[2]; /* mm x y; 0: none */
};

struct ensemble {
	struct ensemble_member **member;
	int n;
	int channels, classes;
	struct names names;       /* of the classes; n 0: none of the models says */
	enum ensemble_flip flip;  /* set by the caller */
	int window;               /* the same; 0: images are looked at as a whole */

	struct windows windows;
	struct resampler resampler;
	struct ensemble_room {
		float *x;
		size_t bytes;
	} room[8];
};

/* All zero at first. Adds a model; models must have the same channels and classes, and the same names where they have any. */
int ensemble_add(struct ensemble *m, const struct record *model, const char *file, struct err *e);
void ensemble_free(struct ensemble *m);

/* Can such images be given to every member? As segmenter_fits. */
int ensemble_fits(const struct ensemble *m, const struct tensor *image, const char *normalize, struct err *e);

/* n images (n,channels,h,w) of finite values. */
struct ensemble_images {
	const float *x;
	int n, h, w;
	int normalized;        /* as the model wants it, and on its grid: they are given to the networks as they are */
	const double *spacing; /* of their pixels in mm, x and y; NULL: unknown, which is an error for models with a grid */
};

/* Whether such an image is looked at once, as it is, so that there are logits. */
int ensemble_is_plain(const struct ensemble *m, const struct ensemble_images *in);

/* How many of them to give together at most: large ones, looked at through windows, one by one. */
int ensemble_batch(const struct ensemble *m, const struct ensemble_images *in);

/* What is wanted, for each of n images; those that are NULL are not. */
struct ensemble_result {
	uint8_t *pred;        /* [n,h,w]; always wanted */
	float *logits;        /* [n,K,h,w]; only if ensemble_is_plain */
	float *probabilities; /* [n,K,h,w] */
	float *entropy;       /* [n,h,w] */
};

/* At most ENSEMBLE_BATCH images. Outputs of a network that are not finite are an error. */
int ensemble_run(struct ensemble *m, const struct ensemble_result *out, const struct ensemble_images *in, struct err *e);

#endif
