#include "nn/param.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

#define BLOCK (256 * 1024) /* values of one piece of work */

void
params_init(struct params *ps, int with_grad)
{
	memset(ps, 0, sizeof *ps);
	ps->with_grad = with_grad;
}

void
params_free(struct params *ps)
{
	int i;

	for (i = 0; i < ps->n; i++) {
		free(ps->p[i].name);
		free(ps->p[i].data);
		free(ps->p[i].grad);
	}
	free(ps->p);
	memset(ps, 0, sizeof *ps);
}

static float *
zeros(int64_t n)
{
	size_t bytes = (size_t)n * sizeof(float);

	return memset(mem_aligned(bytes), 0, bytes);
}

int
params_add(struct params *ps, enum param_kind kind, const char *name, int ndim, const int64_t *dim)
{
	struct param *p;
	int i;

	if (params_find(ps, name) >= 0)
		BUG("parameter '%s' added twice", name);
	ps->p = mem_grow(ps->p, (size_t)ps->n + 1, sizeof *ps->p);
	p = &ps->p[ps->n];
	memset(p, 0, sizeof *p);
	p->name = mem_strdup(name);
	p->kind = kind;
	p->ndim = ndim;
	p->n = 1;
	for (i = 0; i < ndim; i++) {
		p->dim[i] = dim[i];
		p->n *= dim[i];
	}
	p->data = zeros(p->n);
	if (ps->with_grad && kind == PARAM_TRAINED)
		p->grad = zeros(p->n);
	return ps->n++;
}

int
params_find(const struct params *ps, const char *name)
{
	int i;

	for (i = 0; i < ps->n; i++)
		if (!strcmp(ps->p[i].name, name))
			return i;
	return -1;
}

static void
zero_block(void *ctx, int i, int worker)
{
	const struct param *p = ctx;
	int64_t first = (int64_t)i * BLOCK, n = p->n - first < BLOCK ? p->n - first : BLOCK;

	(void)worker;
	memset(p->grad + first, 0, (size_t)n * sizeof *p->grad);
}

void
params_zero_grad(struct params *ps)
{
	int i;

	for (i = 0; i < ps->n; i++)
		if (ps->p[i].grad)
			par_for((int)((ps->p[i].n + BLOCK - 1) / BLOCK), zero_block, &ps->p[i]);
}

void
params_clone(struct params *dst, const struct params *src, int with_grad)
{
	int i;

	params_init(dst, with_grad);
	for (i = 0; i < src->n; i++) {
		const struct param *s = &src->p[i];
		int k = params_add(dst, s->kind, s->name, s->ndim, s->dim);

		memcpy(dst->p[k].data, s->data, (size_t)s->n * sizeof(float));
	}
}

size_t
params_bytes(const struct params *ps)
{
	size_t bytes = 0;
	int i;

	for (i = 0; i < ps->n; i++)
		bytes += (size_t)ps->p[i].n * sizeof(float) * (ps->p[i].grad ? 2 : 1);
	return bytes;
}

int64_t
params_count(const struct params *ps)
{
	int64_t n = 0;
	int i;

	for (i = 0; i < ps->n; i++)
		if (ps->p[i].kind == PARAM_TRAINED)
			n += ps->p[i].n;
	return n;
}
