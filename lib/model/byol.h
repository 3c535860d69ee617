/* byol.h - Bootstrap Your Own Latent (Grill et al. 2020)
 *
 *   online:  encoder f -> global average pool -> projector g -> predictor q
 *   target:  encoder f' -> pool -> projector g', an exponential moving average of the online parameters
 *
 *   loss = L(q(g(f(v1))), g'(f'(v2))) + L(q(g(f(v2))), g'(f'(v1))),  L(p, z) = 2 - 2 mean_b cos(p_b, z_b)
 *
 * with no gradient into the target. Each view is a forward pass of its own, with its own batch statistics, online
 * and target alike; the target's running statistics are its own and no average. Projector: Linear(D,hidden),
 * BN, ReLU, Linear(hidden,256); predictor: the same from 256. Named projector.0|1|3, predictor.0|1|3.
 */
#ifndef MODEL_BYOL_H
#define MODEL_BYOL_H

#include "model/resnet.h"

#define BYOL_DIM 256

struct byol_shape {
	enum resnet_arch arch;
	int channels, height, width;  /* of a view */
	int batch;
	int proj_hidden, pred_hidden; /* 4096, 8192 */
};

struct byol {
	struct byol_shape shape;
	struct params online, target; /* target: the first parameters of online, without the predictor */
	struct graph *train, *infer;
	int x, z, p;                  /* nodes of train: view, projection, prediction */
	int tx, tz;                   /* nodes of infer */
	void *arena;                  /* the graphs take turns in it */
	float *targets[2];            /* [batch,BYOL_DIM] target projections of view 1 and 2 */
};

struct byol_stats {
	double loss;     /* of both terms, in [0,8] */
	double collapse; /* embedding_spread of the online projections, mean over the views */
};

/* Parameters are zero until byol_init_heads and resnet_init, or weights_load, fill `online`; byol_copy_target
 * then starts the target. */
struct byol *byol_new(const struct byol_shape *shape);
void byol_delete(struct byol *b);
size_t byol_bytes(const struct byol *b); /* memory for activations, taken with the first step */

void byol_init_heads(struct byol *b, uint64_t seed);
void byol_copy_target(struct byol *b);

/* Forward and backward of one batch, view[2] (batch,channels,height,width) each: gradients of b->online are
 * zeroed, then filled; running statistics move. */
void byol_gradients(struct byol *b, struct byol_stats *s, const float *const view[2]);

/* target = tau target + (1 - tau) online, over parameters, not statistics. */
void byol_average(struct byol *b, double tau);

#endif
