#include "eval/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/components.h"

void
choice_init(struct choice *c, int k)
{
	c->k = k;
	c->volumes = 0;
	c->before = mem_array((size_t)k, sizeof *c->before);
	c->after = mem_array((size_t)k, sizeof *c->after);
}

void
choice_free(struct choice *c)
{
	free(c->before);
	free(c->after);
	memset(c, 0, sizeof *c);
}

static double
dice(const uint8_t *truth, const uint8_t *pred, size_t n, int class, int ignore)
{
	size_t i, t = 0, p = 0, both = 0;

	for (i = 0; i < n; i++) {
		if (truth[i] == ignore)
			continue;
		t += truth[i] == class;
		p += pred[i] == class;
		both += truth[i] == class && pred[i] == class;
	}
	return t + p ? 2 * (double)both / (double)(t + p) : 1;
}

void
choice_add(struct choice *c, const uint8_t *truth, const uint8_t *pred, const int64_t dim[3], int ignore)
{
	size_t n = (size_t)(dim[0] * dim[1] * dim[2]);
	uint8_t *kept = memcpy(mem_array(n + 1, 1), pred, n);
	int k;

	for (k = 1; k < c->k; k++) {
		double before = dice(truth, pred, n, k, ignore);

		c->before[k] += before;
		if (components_keep_largest(kept, dim, k, k, COMPONENTS_NEIGHBOURS))
			before = dice(truth, kept, n, k, ignore);
		c->after[k] += before;
	}
	c->volumes++;
	free(kept);
}

double
choice_before(const struct choice *c, int class)
{
	return c->volumes ? c->before[class] / (double)c->volumes : NAN;
}

double
choice_after(const struct choice *c, int class)
{
	return c->volumes ? c->after[class] / (double)c->volumes : NAN;
}

int
choice_pays(const struct choice *c, int class)
{
	return class > 0 && c->after[class] > c->before[class];
}
