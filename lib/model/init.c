#include "model/init.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* FNV-1a, cut to the 56 bits that a position of the generator has room for */
static uint64_t
hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3u;
	return h >> 8;
}

static void
uniform(struct param *p, double bound, uint64_t seed)
{
	struct rng r = rng_at(seed, RNG_INIT, 0, hash(p->name));
	int64_t i;

	for (i = 0; i < p->n; i++)
		p->data[i] = (float)rng_range(&r, -bound, bound);
}

void
init_kaiming_normal(struct param *w, uint64_t seed)
{
	struct rng r = rng_at(seed, RNG_INIT, 0, hash(w->name));
	double std = sqrt(2.0 / (double)(w->dim[0] * w->dim[2] * w->dim[3]));
	int64_t i;

	for (i = 0; i < w->n; i++)
		w->data[i] = (float)(std * rng_normal(&r));
}

void
init_kaiming_uniform(struct param *w, uint64_t seed)
{
	uniform(w, sqrt(6.0 / (double)(w->dim[1] * w->dim[2] * w->dim[3])), seed);
}

void
init_xavier_uniform(struct param *w, uint64_t seed)
{
	uniform(w, sqrt(6.0 / (double)((w->dim[0] + w->dim[1]) * w->dim[2] * w->dim[3])), seed);
}

void
init_linear(struct param *p, int64_t fan_in, uint64_t seed)
{
	uniform(p, 1 / sqrt((double)fan_in), seed);
}

void
init_constant(struct param *p, float value)
{
	int64_t i;

	for (i = 0; i < p->n; i++)
		p->data[i] = value;
}

static void
set(struct params *ps, const char *stem, size_t len, const char *part, float value)
{
	char *name = mem_printf("%.*s%s", (int)len, stem, part);

	init_constant(&ps->p[params_find(ps, name)], value);
	free(name);
}

void
init_bnorms(struct params *ps, const char *prefix)
{
	static const char mark[] = "running_mean";
	int i;

	for (i = 0; i < ps->n; i++) {
		const char *name = ps->p[i].name;
		size_t len = strlen(name);

		if (strncmp(name, prefix, strlen(prefix)) || len < strlen(mark) ||
		    strcmp(name + len - strlen(mark), mark))
			continue;
		len -= strlen(mark);
		set(ps, name, len, "weight", 1);
		set(ps, name, len, "bias", 0);
		set(ps, name, len, "running_mean", 0);
		set(ps, name, len, "running_var", 1);
	}
}
