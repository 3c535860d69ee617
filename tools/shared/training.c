#include "training.h"

#include <math.h>

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

void
training_check_finite(int64_t step, double loss, double norm)
{
	if (!isfinite(loss) || !isfinite(norm))
		die("step %lld: loss %g, gradient norm %g: not finite (a lower --lr or a longer --warmup may help)",
		    (long long)step, loss, norm);
}

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
