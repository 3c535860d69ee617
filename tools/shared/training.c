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
