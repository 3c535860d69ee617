/* init.h - initial values of parameters
 *
 * Each parameter draws from its own place, (seed, its name): adding or leaving out a part of a network does not
 * change the rest.
 */
#ifndef MODEL_INIT_H
#define MODEL_INIT_H

#include "nn/param.h"

/* Kaiming (He et al. 2015) normal, fan out: N(0, 2 / (cout k k)). w[cout,cin,k,k] */
void init_kaiming_normal(struct param *w, uint64_t seed);

/* Kaiming uniform, fan in, gain sqrt 2: U(+-sqrt(6 / (cin k k))) */
void init_kaiming_uniform(struct param *w, uint64_t seed);

/* Xavier (Glorot & Bengio 2010) uniform: U(+-sqrt(6 / ((cin + cout) k k))) */
void init_xavier_uniform(struct param *w, uint64_t seed);

/* U(+-1/sqrt(fan_in)), for linear layers: weight and bias, which needs the weight's fan in. */
void init_linear(struct param *p, int64_t fan_in, uint64_t seed);

void init_constant(struct param *p, float value);

/* The batch norms among the parameters whose names begin with prefix: weight 1, bias 0, running mean 0 and
 * variance 1. Recognised by their running_mean. */
void init_bnorms(struct params *ps, const char *prefix);

#endif
