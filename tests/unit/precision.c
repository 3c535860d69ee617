/* bfloat16: a network's outputs and gradients are those of single precision, but for what eight bits round away. PyTorch's
 * autocast strays by 0.035 and 0.23 in such a network. */
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "check.h"
#include "model/init.h"
#include "model/unet.h"
#include "nn/compute.h"
#include "numeric.h"

enum { BATCH = 3, SIZE = 64, CLASSES = 4, CHANNELS = 1 };

struct result {
	struct params ps;
	float *logits;
	size_t bytes;
};

static struct result
run(enum elem elem, enum resnet_arch arch)
{
	struct result r = { .logits = mem_array(BATCH * CLASSES * SIZE * SIZE, sizeof(float)) };
	float *image = random_floats(BATCH * CHANNELS * SIZE * SIZE, 1), *dy;
	struct graph *g;
	void *arena;
	int x, y;

	dy = mem_array(BATCH * CLASSES * SIZE * SIZE, sizeof *dy);
	for (x = 0; x < BATCH * CLASSES * SIZE * SIZE; x++) /* smooth: noise would cancel, and rounding not */
		dy[x] = (float)sin(x / 900.0);
	compute_use_elem(elem);
	params_init(&r.ps, 1);
	g = graph_new(BATCH);
	x = graph_input(g, CHANNELS, SIZE, SIZE);
	y = unet_build(g, x, &r.ps, arch, CLASSES);
	graph_plan(g, GRAPH_TRAIN);
	r.bytes = graph_bytes(g);
	arena = mem_aligned(r.bytes);
	memset(arena, 0xff, r.bytes); /* NaN: memory read before it is written shows */
	graph_bind(g, arena);
	resnet_init(&r.ps, 1);
	unet_init_decoder(&r.ps, 1);
	graph_put(g, x, image, BATCH);
	graph_forward(g, &r.ps, BATCH, 1);
	graph_get(r.logits, g, y, BATCH);
	graph_put_grad(g, y, dy, BATCH);
	graph_backward(g, &r.ps);
	graph_delete(g);
	free(arena);
	free(image);
	free(dy);
	return r;
}

/* Of all gradients together, and of the worst tensor */
static void
compare(const struct result *a, const struct result *b)
{
	double wrong = 0, size = 0, worst = 0;
	int i;

	for (i = 0; i < a->ps.n; i++) {
		const struct param *p = &a->ps.p[i], *q = &b->ps.p[i];
		double d;

		if (!p->grad || norm(q->grad, (size_t)q->n) == 0)
			continue;
		d = distance(p->grad, q->grad, (size_t)p->n);
		worst = d > worst ? d : worst;
		wrong += pow(d * norm(q->grad, (size_t)q->n), 2);
		size += pow(norm(q->grad, (size_t)q->n), 2);
	}
	printf("# logits %.2g, gradients %.2g, of one tensor %.2g\n",
	       distance(a->logits, b->logits, BATCH * CLASSES * SIZE * SIZE), sqrt(wrong / size), worst);
	CHECK(distance(a->logits, b->logits, BATCH * CLASSES * SIZE * SIZE) < 0.06, "logits agree");
	CHECK(sqrt(wrong / size) < 0.4, "gradients agree");
	CHECK(worst < 0.5, "each of them");
}

static void
one(enum resnet_arch arch)
{
	struct result exact = run(ELEM_F32, arch), rounded = run(ELEM_BF16, arch);

	printf("# %s\n", resnet_name(arch));
	compare(&rounded, &exact);
	CHECK((double)rounded.bytes < 0.75 * (double)exact.bytes, "in less memory");
	params_free(&exact.ps);
	params_free(&rounded.ps);
	free(exact.logits);
	free(rounded.logits);
}

int
main(void)
{
	par_init(2);
	if (!compute_has(ELEM_BF16)) {
		puts("ok 1 - # skip this processor has no products of bfloat16\n1..1");
		return 0;
	}
	one(RESNET18);
	one(RESNET50);
	return check_done();
}
