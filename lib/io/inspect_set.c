/* The cases of a set beside each other */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "io/inspect.h"

#define BLOCK 64 /* cases between two calls of progress */

struct block {
	struct inspection *x;
	int first;
};

static void
inspect_one(void *ctx, int i, int worker)
{
	const struct block *b = ctx;

	inspect_files(b->x, &b->x->c[b->first + i]);
}

static void
read_all(struct inspection *x)
{
	struct block b = { x, 0 };

	for (; b.first < x->set->n; b.first += BLOCK) {
		int left = x->set->n - b.first;

		par_for(left < BLOCK ? left : BLOCK, inspect_one, &b);
		if (x->progress)
			x->progress(left < BLOCK ? x->set->n : b.first + BLOCK);
	}
}

static void
tell(struct inspection *x, const char *name, char *text)
{
	x->other = mem_grow(x->other, (size_t)x->others + 1, sizeof *x->other);
	x->other[x->others++] = (struct inspect_other){ mem_strdup(name), text };
}

/* What dataset_survey found belongs to its case, where that could be taken. */
static void
take_survey(struct inspection *x)
{
	const struct dataset *d = x->set;
	int i;

	for (i = 0; i < d->findings; i++) {
		const struct dataset_case *c = dataset_find(d, d->finding[i].name);

		if (c)
			inspect_find(&x->c[c - d->c], "%s", d->finding[i].text);
		else
			tell(x, d->finding[i].name, mem_strdup(d->finding[i].text));
	}
}

/* --- masks and labels --- */

static void
find_unlabelled(struct inspection *x)
{
	const struct dataset *d = x->set;
	int i, labelled = 0;

	for (i = 0; i < d->n; i++)
		labelled += d->c[i].mask != NULL;
	for (i = 0; labelled && i < d->n; i++)
		if (!d->c[i].mask && !d->c[i].unlabelled && d->c[i].part != DATASET_TEST)
			inspect_find(&x->c[i], "no mask");
}

static void
find_unused(struct inspection *x)
{
	const struct dataset *d = x->set;
	int64_t used[256] = { 0 };
	int i, k, masks = 0;

	for (i = 0; i < d->n; i++) {
		masks += x->c[i].mask.whole;
		for (k = 0; k < 256; k++)
			used[k] += x->c[i].label[k];
	}
	for (k = 0; masks && k < d->classes; k++)
		if (!used[k])
			tell(x, "(all)", mem_printf("class %d (%s) is in no mask", k, d->class_name[k]));
}

/* --- channels --- */

/* What dataset.json says, else what most cases have; of two that as many have the smaller. */
static int
usual_channels(const struct inspection *x)
{
	int count[INSPECT_PLANES * DATASET_CHANNELS + 1] = { 0 }, best = 0, i;

	if (x->set->channels)
		return x->set->channels;
	for (i = 0; i < x->set->n; i++)
		count[inspect_channels(&x->c[i])]++;
	for (i = 1; i < (int)ARRAY_LEN(count); i++)
		if (!best || count[i] > count[best])
			best = i;
	return best;
}

static void
find_channels(struct inspection *x)
{
	int usual = usual_channels(x), i, n;

	for (i = 0; i < x->set->n; i++) {
		n = inspect_channels(&x->c[i]);
		if (n && n != usual)
			inspect_find(&x->c[i], "%d %s, expected %d", n, n == 1 ? "channel" : "channels", usual);
	}
}

/* --- the same image twice --- */

struct print {
	const struct inspect_file *f;
	int of, channel;
};

static int
by_content(const void *a, const void *b)
{
	const struct inspect_file *f = ((const struct print *)a)->f, *g = ((const struct print *)b)->f;

	if (f->crc != g->crc)
		return f->crc < g->crc ? -1 : 1;
	if (f->values != g->values)
		return f->values < g->values ? -1 : 1;
	return f->range[0].mean < g->range[0].mean ? -1 : f->range[0].mean > g->range[0].mean;
}

static int
by_content_and_place(const void *a, const void *b)
{
	const struct print *p = a, *q = b;
	int order = by_content(a, b);

	return order ? order : p->of != q->of ? p->of - q->of : p->channel - q->channel;
}

static int
is_varied(const struct inspect_file *f)
{
	return f->range[0].min < f->range[0].max || f->range[1].min < f->range[1].max || f->range[2].min < f->range[2].max;
}

/* Images alone: two masks may well be alike. Those that are all one value were told already. */
static int
list_prints(struct print **list, const struct inspection *x)
{
	struct print *p = mem_array((size_t)x->set->n * DATASET_CHANNELS, sizeof *p);
	int i, k, n = 0;

	for (i = 0; i < x->set->n; i++)
		for (k = 0; k < x->c[i].of->channels; k++)
			if (x->c[i].image[k].whole && is_varied(&x->c[i].image[k]))
				p[n++] = (struct print){ &x->c[i].image[k], i, k };
	qsort(p, (size_t)n, sizeof *p, by_content_and_place);
	*list = p;
	return n;
}

static void
find_duplicates(struct inspection *x)
{
	struct print *p;
	int n = list_prints(&p, x), i, first = 0;

	for (i = 1; i < n; i++) {
		if (by_content(&p[i], &p[first]))
			first = i;
		else if (p[i].of != p[i - 1].of)
			inspect_find(&x->c[p[i].of], "image: the same values as that of %s", x->c[p[first].of].of->name);
	}
	free(p);
}

/* --- far from the others --- */

static int
by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_number);
	return n ? (v[n / 2] + v[(n - 1) / 2]) / 2 : 0;
}

static void
take_medians(struct inspection *x)
{
	double *size = mem_array((size_t)x->set->n, sizeof *size), *spacing = mem_array((size_t)x->set->n, sizeof *spacing);
	int axis, i;

	for (axis = 0; axis < 3; axis++) {
		x->sized = 0;
		for (i = 0; i < x->set->n; i++) {
			const struct inspect_file *f = inspect_first(&x->c[i]);

			if (!f)
				continue;
			size[x->sized] = (double)f->at.dim[axis];
			spacing[x->sized++] = f->at.spacing[axis];
		}
		x->median_size[axis] = median(size, x->sized);
		x->median_spacing[axis] = median(spacing, x->sized);
	}
	free(size);
	free(spacing);
}

static int
is_far(double value, double middle, double far)
{
	return value > middle * far || value * far < middle;
}

static void
find_far(struct inspection *x)
{
	int axis, i;

	for (i = 0; i < x->set->n; i++) {
		const struct inspect_file *f = inspect_first(&x->c[i]);

		for (axis = 0; f && axis < 3; axis++) {
			if (is_far((double)f->at.dim[axis], x->median_size[axis], x->far))
				inspect_find(&x->c[i], "size %c is %lld, the median %g", "xyz"[axis], (long long)f->at.dim[axis],
				             x->median_size[axis]);
			if (is_far(f->at.spacing[axis], x->median_spacing[axis], x->far))
				inspect_find(&x->c[i], "spacing %c is %g mm, the median %g", "xyz"[axis], f->at.spacing[axis],
				             x->median_spacing[axis]);
		}
	}
}

void
inspect_set(struct inspection *x, const struct dataset *set)
{
	int i;

	x->set = set;
	x->c = mem_array((size_t)set->n, sizeof *x->c);
	for (i = 0; i < set->n; i++)
		x->c[i].of = &set->c[i];
	take_survey(x);
	read_all(x);
	find_unlabelled(x);
	find_unused(x);
	find_channels(x);
	find_duplicates(x);
	take_medians(x);
	find_far(x);
}

int64_t
inspect_findings(const struct inspection *x)
{
	int64_t all = x->others;
	int i;

	for (i = 0; i < x->set->n; i++)
		all += x->c[i].findings;
	return all;
}

void
inspect_free(struct inspection *x)
{
	int i, k;

	for (i = 0; x->c && i < x->set->n; i++) {
		for (k = 0; k < x->c[i].findings; k++)
			free(x->c[i].finding[k]);
		free(x->c[i].finding);
	}
	for (i = 0; i < x->others; i++) {
		free(x->other[i].name);
		free(x->other[i].text);
	}
	free(x->other);
	free(x->c);
	x->c = NULL;
	x->other = NULL;
}
