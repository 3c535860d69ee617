#include "nn/conv_weights.h"

#include "base/kernel.h"
#include "base/par.h"

struct reorder {
	float *to;
	const float *from;
	int inner, area, turn;
	size_t outer_step, area_step;
};

/* to[i*outer_step + k*area_step + o] = from[i][o][k], with `turn` the last k first */
KERNEL static void
reorder_one(void *ctx, int i, int worker)
{
	const struct reorder *r = ctx;
	const float *from = r->from + (size_t)i * r->inner * r->area;
	int k, o;

	for (k = 0; k < r->area; k++) {
		float *to = r->to + i * r->outer_step + (size_t)(r->turn ? r->area - 1 - k : k) * r->area_step;

		for (o = 0; o < r->inner; o++)
			to[o] = from[(size_t)o * r->area + k];
	}
}

static const float *
reorder(struct reorder *r, const float *w, const struct conv *c)
{
	r->from = w;
	r->inner = c->cin;
	r->area = c->k * c->k;
	if (r->area == 1)
		return w;
	par_for(c->cout, reorder_one, r);
	return r->to;
}

const float *
conv_weights_kernel_first(float *room, const float *w, const struct conv *c)
{
	struct reorder r = { .to = room, .outer_step = (size_t)c->cin * c->k * c->k, .area_step = (size_t)c->cin };

	return reorder(&r, w, c);
}

const float *
conv_weights_turned(float *room, const float *w, const struct conv *c)
{
	struct reorder r = { .to = room, .turn = 1, .outer_step = (size_t)c->cin,
	                     .area_step = (size_t)c->cout * c->cin };

	return reorder(&r, w, c);
}

struct sum {
	float *dw, *sums;
	int parts;
	const struct conv *c;
};

KERNEL static void
sum_channel(void *ctx, int o, int worker)
{
	const struct sum *s = ctx;
	int cin = s->c->cin, area = s->c->k * s->c->k, d = cin * area, i, k, ch;
	float *dw = s->dw + (size_t)o * d, *sum = s->sums + (size_t)o * d;

	for (i = 1; i < s->parts; i++)
		elem_write(sum, 0, sum + (size_t)i * s->c->cout * d, d, 1, ELEM_F32);
	if (area == 1)
		elem_write(dw, 0, sum, d, 1, ELEM_F32);
	else
		for (ch = 0; ch < cin; ch++)
			for (k = 0; k < area; k++)
				dw[(size_t)ch * area + k] += sum[(size_t)k * cin + ch];
}

void
conv_weights_add(float *dw, float *sums, int parts, const struct conv *c)
{
	struct sum s = { dw, sums, parts, c };

	par_for(c->cout, sum_channel, &s);
}
