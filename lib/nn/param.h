/* param.h - the parameters of a network: named tensors with a gradient beside each
 *
 * Names and shapes are those of torchvision and segmentation_models.pytorch, so a params list written as a
 * safetensors file loads there. Order is that of creation and never changes: it is the order of every sum
 * over parameters.
 */
#ifndef NN_PARAM_H
#define NN_PARAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"

#define PARAM_MAXDIM 4

enum param_kind {
	PARAM_TRAINED,  /* has a gradient, moves under the optimiser and the EMA */
	PARAM_STAT,     /* running statistic of a batch norm: part of the weights, without gradient */
	PARAM_COUNT     /* num_batches_tracked: one number, an I64 scalar on disk (ndim 0) */
};

struct param {
	char *name;
	enum param_kind kind;
	int ndim;
	int64_t dim[PARAM_MAXDIM];
	int64_t n;      /* elements */
	float *data;    /* [n] */
	float *grad;    /* [n], zeroed; NULL unless PARAM_TRAINED, and in lists made without gradients */
	int frozen;     /* the optimiser leaves it alone */
};

struct params {
	struct param *p;
	int n;
	int with_grad;
};

void params_init(struct params *ps, int with_grad);
void params_free(struct params *ps);

/* Adds a zeroed parameter and returns its index. */
int params_add(struct params *ps, enum param_kind kind, const char *name, int ndim, const int64_t *dim);
int params_find(const struct params *ps, const char *name); /* -1: absent */

void params_zero_grad(struct params *ps);

/* A list of the same parameters with the same values. */
void params_clone(struct params *dst, const struct params *src, int with_grad);

/* Memory their values and gradients take, in bytes. */
size_t params_bytes(const struct params *ps);

/* Number of trained elements: what is quoted as "parameters". */
int64_t params_count(const struct params *ps);

#endif
