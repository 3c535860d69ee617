#include "training.h"

#include <math.h>

#include "base/par.h"
#include "base/room.h"
#include "model/weights.h"
#include "tool.h"

struct training training = { .arch = -1, .batch = 32, .momentum = 0.9, .weight_decay = NAN };

void
training_source(struct record *r, const char *file)
{
	enum resnet_arch found = RESNET50;
	struct err e;

	if (file) {
		weights_read(r, file);
		if (weights_arch(&found, r, &e))
			die("weights '%s': %s", file, e.msg);
		if (training.arch >= 0 && training.arch != (int)found)
			die("weights '%s' are of a %s, --arch says %s", file, resnet_name(found),
			    resnet_name((enum resnet_arch)training.arch));
	}
	if (training.arch < 0)
		training.arch = (int)found;
}

void
training_optimizer(struct optim *o, const struct params *ps)
{
	optim_init(o, (enum optim_kind)training.optimizer, ps);
	o->momentum = training.momentum;
	if (!isnan(training.weight_decay))
		o->weight_decay = training.weight_decay;
}

#define MIB(bytes) ((double)(bytes) / (1 << 20))
#define PROGRAM ((size_t)16 << 20) /* with its libraries */
#define ASIDE ((size_t)8 << 20)    /* what a thread of ours computes on the side */

void
training_memory(const struct loop *l, size_t taken, size_t state, size_t activations)
{
	size_t coming = state + activations + batches_bytes(&l->in) + PROGRAM + (size_t)par_threads() * ASIDE;
	struct room room = room_left();

	note("needs %.0f MiB of memory: %.0f for weights and their state, %.0f for activations", MIB(taken + coming),
	     MIB(taken + state), MIB(activations));
	if (coming > room.bytes)
		die("training takes %.0f MiB of memory more, but %s leaves %.0f (a smaller --batch or size of the views may do)",
		    MIB(coming), room.says, MIB(room.bytes));
}

int64_t
training_total(const struct batches *in, int given)
{
	int64_t total = given ? given : in->steps;

	if (!total && training.schedule == SCHEDULE_COSINE)
		die("%s does not say how many samples will come: give --total-steps, or --schedule constant",
		    batches_name(in));
	return total;
}

void
training_schedule(struct schedule *s, const struct batches *in, int64_t total, double base, double start, double warmup)
{
	if (warmup > 0 && !in->steps_per_epoch)
		die("%s does not say how many samples an epoch has: give --warmup 0", batches_name(in));
	*s = (struct schedule){ .kind = (enum schedule_kind)training.schedule, .base = base, .start = start,
		                .warmup = warmup * (double)in->steps_per_epoch, .total = (double)total };
}

/* --- what is not finite --- */

#define ADVICE "a lower --lr, a longer --warmup or --precision f32 may help"

static int64_t
first_bad(const float *x, int64_t n)
{
	int64_t i;

	for (i = 0; x && i < n; i++)
		if (!isfinite(x[i]))
			return i;
	return -1;
}

static void
look_at_batch(const struct batches *in)
{
	int i;

	for (i = 0; i < in->n; i++) {
		const struct batch_tensor *t = &in->t[i];
		int64_t at = t->dtype == TEN_F32 ? first_bad(t->data, in->size * t->size) : -1;

		if (at >= 0)
			die("%s: '%s' holds values that are not finite, in sample %llu of epoch %llu", batches_name(in), t->name,
			    (unsigned long long)(in->feed.first + (uint64_t)(at / t->size)),
			    (unsigned long long)in->feed.epoch);
	}
}

/* Gradients come from behind: the last tensor with a bad one is where it began. */
static const char *
bad_gradient(const struct params *ps)
{
	int i;

	for (i = ps->n - 1; i >= 0; i--)
		if (first_bad(ps->p[i].grad, ps->p[i].n) >= 0)
			return ps->p[i].name;
	return NULL;
}

static void
look_at_weights(int64_t step, const struct params *ps)
{
	int i;

	for (i = 0; i < ps->n; i++)
		if (first_bad(ps->p[i].data, ps->p[i].n) >= 0)
			die("step %lld: '%s' holds values that are not finite (" ADVICE ")", (long long)step, ps->p[i].name);
}

static void
note_checkpoint(const struct loop *l)
{
	if (loop_options.checkpoint && l->saved)
		note("checkpoint '%s' holds the state after step %lld", loop_options.checkpoint, (long long)l->saved);
}

void
training_check_finite(const struct loop *l, double loss, double norm, const struct params *ps)
{
	const char *name;

	if (isfinite(loss) && isfinite(norm))
		return;
	note_checkpoint(l);
	look_at_batch(&l->in);
	look_at_weights(l->step + 1, ps);
	name = bad_gradient(ps);
	if (!name)
		die("step %lld: the loss is %g, the norm of the gradient %g (" ADVICE ")", (long long)l->step + 1, loss, norm);
	die("step %lld: the gradient of '%s' is not finite, the loss is %g (" ADVICE ")", (long long)l->step + 1, name, loss);
}

void
training_die_of_weights(const struct loop *l, const struct err *e)
{
	note_checkpoint(l);
	die("step %lld: %s (" ADVICE ")", (long long)l->step, e->msg);
}

/* --- the end --- */

void
training_ended(const struct batches *in, int64_t steps, int64_t total)
{
	if (total && steps != total)
		note("%lld steps were made where %lld were expected: the schedules ended elsewhere", (long long)steps,
		     (long long)total);
	if (in->dropped)
		note("%lld samples at the ends of epochs did not fill a batch", (long long)in->dropped);
}

void
training_describe(struct meta *m, const struct batches *in, const struct record *source, const char *as)
{
	const char *normalize = meta_get(&in->feed.meta, "normalize");

	provenance_include(m, &in->feed.meta, "");
	provenance_include(m, &source->meta, as);
	meta_set(m, "arch", resnet_name((enum resnet_arch)training.arch));
	meta_setf(m, "channels", "%lld", (long long)in->t[0].dim[1]);
	if (normalize)
		meta_set(m, "normalize", normalize);
}
