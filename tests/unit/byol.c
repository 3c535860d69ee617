/* byol: what the moving average touches, and what it leaves to the target itself */
#include "model/byol.h"

#include "check.h"

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

int
main(void)
{
	struct byol_shape shape = { .arch = RESNET18, .channels = 1, .height = 32, .width = 32, .batch = 2,
		                    .proj_hidden = 8, .pred_hidden = 8 };
	struct byol *b = byol_new(&shape);

	averages(b);
	byol_delete(b);
	return check_done();
}
