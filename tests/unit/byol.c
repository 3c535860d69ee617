/* byol: what the moving average touches, and what it leaves to the target itself; a step by all ways of computing */
#include "model/byol.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check.h"
#include "model/init.h"
#include "modes.h"
#include "numeric.h"

static void
set_all(struct params *ps, float value)
{
	int64_t k;
	int i;

	for (i = 0; i < ps->n; i++)
		for (k = 0; k < ps->p[i].n; k++)
			ps->p[i].data[k] = value;
}

/* Number of parameters of one kind whose elements are not all `value` */
static int
count_others(const struct params *ps, enum param_kind kind, float value)
{
	int i, bad = 0;
	int64_t k;

	for (i = 0; i < ps->n; i++)
		for (k = 0; k < ps->p[i].n; k++)
			if (ps->p[i].kind == kind && ps->p[i].data[k] != value) {
				bad++;
				break;
			}
	return bad;
}

static void
averages(struct byol *b)
{
	set_all(&b->online, 8);
	set_all(&b->target, 4);
	byol_average(b, 0.75);
	CHECK(count_others(&b->target, PARAM_TRAINED, 5) == 0, "every parameter becomes tau target + (1 - tau) online");
	CHECK(count_others(&b->target, PARAM_STAT, 4) == 0, "running statistics stay the target's own");
	CHECK(count_others(&b->target, PARAM_COUNT, 4) == 0, "and so do the counts of batches");
	CHECK(count_others(&b->online, PARAM_TRAINED, 8) == 0, "the online network is left alone");
	byol_copy_target(b);
	CHECK(count_others(&b->target, PARAM_TRAINED, 8) + count_others(&b->target, PARAM_STAT, 8) == 0,
	      "at the start everything is copied, statistics too");
}

/* --- a step --- */

static struct byol *network;
static struct byol_stats expected;
static float **gradient; /* of each parameter, by reference; NULL where there is none to speak of */

static void
step(struct byol_stats *stats)
{
	const struct byol_shape *s = &network->shape;
	size_t size = (size_t)s->batch * s->height * s->width;
	float *view[2] = { random_floats(size, 3), random_floats(size, 4) };

	byol_gradients(network, stats, (const float *const[2]){ view[0], view[1] });
	free(view[0]);
	free(view[1]);
}

/* Weights as they are after some training: every branch takes part. */
static void
start_network(const struct byol_shape *shape)
{
	struct params *ps;
	int64_t k;
	int i;

	network = byol_new(shape);
	ps = &network->online;
	resnet_init(ps, 3);
	byol_init_heads(network, 3);
	for (i = 0; i < ps->n; i++)
		for (k = 0; strstr(ps->p[i].name, "bn2.weight") && k < ps->p[i].n; k++)
			ps->p[i].data[k] = 0.3f;
	byol_copy_target(network);
}

/* Biases before a batch norm have no gradient but rounding errors: matrices only. */
static void
keep_gradients(void)
{
	const struct params *ps = &network->online;
	int i;

	gradient = mem_array((size_t)ps->n, sizeof *gradient);
	for (i = 0; i < ps->n; i++)
		if (ps->p[i].grad && ps->p[i].ndim > 1) {
			gradient[i] = mem_array((size_t)ps->p[i].n, sizeof **gradient);
			memcpy(gradient[i], ps->p[i].grad, (size_t)ps->p[i].n * sizeof **gradient);
		}
}

/* Where rounding moves a unit over the kink of its ReLU, gradients of the layers before it differ by up to a hundredth
 * (tests/golden/README.md). */
static void
same_step(void)
{
	struct byol_stats stats;
	double worst = 0;
	int i;

	step(&stats);
	for (i = 0; i < network->online.n; i++)
		if (gradient[i])
			worst = fmax(worst, distance(network->online.p[i].grad, gradient[i], (size_t)network->online.p[i].n));
	CHECK_NEAR(stats.loss, expected.loss, 1e-6 * expected.loss, "the loss of a step is that of the reference");
	CHECK_NEAR(stats.collapse, expected.collapse, 1e-5 * expected.collapse, "and the collapse monitor");
	CHECK_NEAR(worst, 0, 3e-2, "and every gradient, but for ReLUs at their kink");
	printf("# gradients differ by %.2g\n", worst);
}

static void
steps(void)
{
	struct byol_shape shape = { .arch = RESNET18, .channels = 1, .height = 64, .width = 64, .batch = 4,
		                    .proj_hidden = 32, .pred_hidden = 32 };
	int i;

	start_network(&shape);
	compute_use(COMPUTE_REFERENCE);
	step(&expected);
	keep_gradients();
	each_mode(same_step);
	for (i = 0; i < network->online.n; i++)
		free(gradient[i]);
	free(gradient);
	byol_delete(network);
}

int
main(void)
{
	struct byol_shape shape = { .arch = RESNET18, .channels = 1, .height = 32, .width = 32, .batch = 2,
		                    .proj_hidden = 8, .pred_hidden = 8 };
	struct byol *b = byol_new(&shape);

	averages(b);
	byol_delete(b);
	steps();
	return check_done();
}
