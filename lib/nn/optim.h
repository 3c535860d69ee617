/* optim.h - optimisers: what moves the parameters, given their gradients
 *
 * With parameter p, gradient g, state m (and v), scheduled rate lr, each element for itself:
 *
 *   SGD   d = g + wd p;  m = mu m + d;  p -= lr m
 *         torch.optim.SGD with dampening 0, no Nesterov.
 *   LARS  the same with d = r (g + wd p), r = min(eta |p| / (|g| + wd |p| + eps) / lr, 1) for a tensor of
 *         two or more dimensions with |p| > 0 and |g| > 0 (Euclidean norms of the tensor); otherwise, biases
 *         and batch norms among them, d = g. You et al. 2017 with the clipping of LARC.
 *   Adam  d = g + wd p;  m = b1 m + (1-b1) d;  v = b2 v + (1-b2) d d;
 *         p -= lr / (1-b1^t) m / (sqrt(v / (1-b2^t)) + eps)
 *         torch.optim.Adam (Kingma & Ba 2015); t counts the steps of this parameter, so one that was frozen
 *         at first starts at 1 when it is released.
 *
 * State starts at 0. Norms are summed in double, in an order fixed by the problem: results don't depend on
 * threads.
 */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H

#include "nn/param.h"

enum optim_kind { OPTIM_LARS, OPTIM_SGD, OPTIM_ADAM };
#define OPTIM_WORDS "lars|sgd|adam" /* in the order of the enum, for an option table */

/* What a checkpoint must keep, beside the parameters, to go on as if nothing had happened. */
struct optim_state {
	float *m;      /* [n of the parameter]; NULL for one without gradient */
	float *v;      /* the same; Adam only, otherwise NULL */
	int64_t steps; /* this parameter has made */
};

struct optim {
	enum optim_kind kind;
	double momentum;      /* mu: 0.9; SGD and LARS */
	double weight_decay;  /* wd: 1e-5 for LARS, otherwise 0 */
	double beta1, beta2;  /* b1, b2: 0.9, 0.999; Adam */
	double eps;           /* 1e-8; Adam and LARS */
	double eta;           /* 0.02; LARS */
	struct optim_state *state; /* [n], in the order of the params */
	int n;
};

/* Sets the defaults above, which the caller may then change, and makes zeroed state for every parameter of ps
 * that has a gradient, frozen or not. */
void optim_init(struct optim *o, enum optim_kind kind, const struct params *ps);
void optim_free(struct optim *o);
size_t optim_bytes(enum optim_kind kind, const struct params *ps); /* that such state takes */

/* One step of every parameter that has a gradient and is not frozen. ps is the list given to optim_init. */
void optim_step(struct optim *o, struct params *ps, double lr);

/* The Euclidean norm of all gradients taken together, those of frozen parameters left out. */
double params_grad_norm(const struct params *ps);

/* Scales these gradients by max_norm / (norm + 1e-6) if that is below 1 (torch.nn.utils.clip_grad_norm_).
 * Returns the norm before. */
double params_clip(struct params *ps, double max_norm);

#endif
