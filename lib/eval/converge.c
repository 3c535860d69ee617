#include "eval/converge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "eval/summary.h"

void
converge_init(struct converge *c, int last)
{
	memset(c, 0, sizeof *c);
	c->last = last;
}

void
converge_free(struct converge *c)
{
	int i;

	for (i = 0; i < c->curves; i++) {
		free(c->curve[i].seed);
		free(c->curve[i].score);
	}
	for (i = 0; i < c->arms; i++) {
		free(c->arm[i].name);
		free(c->arm[i].run);
	}
	free(c->curve);
	free(c->arm);
	memset(c, 0, sizeof *c);
}

int
converge_arm(const struct converge *c, const char *name)
{
	int i;

	for (i = c->arms - 1; i >= 0 && strcmp(c->arm[i].name, name); i--)
		;
	return i;
}

static int
find_or_add_arm(struct converge *c, const char *name)
{
	int i = converge_arm(c, name);

	if (i >= 0)
		return i;
	c->arm = mem_grow(c->arm, (size_t)c->arms + 1, sizeof *c->arm);
	c->arm[c->arms] = (struct arm){ mem_strdup(name), NULL, 0 };
	return c->arms++;
}

int
converge_add(struct converge *c, const char *arm, const char *seed, const double *score, int n)
{
	int at = find_or_add_arm(c, arm), i;
	struct arm *a = &c->arm[at];
	struct curve *new;

	for (i = 0; i < a->n; i++)
		if (!strcmp(c->curve[a->run[i]].seed, seed))
			return -1;
	if (n < 1)
		BUG("a curve of %d scores", n);
	a->run = mem_grow(a->run, (size_t)a->n + 1, sizeof *a->run);
	a->run[a->n++] = c->curves;
	c->curve = mem_grow(c->curve, (size_t)c->curves + 1, sizeof *c->curve);
	new = &c->curve[c->curves++];
	*new = (struct curve){ mem_strdup(seed), mem_array((size_t)n, sizeof *score), n, at, 0 };
	memcpy(new->score, score, (size_t)n * sizeof *score);
	i = n < c->last ? n : c->last;
	new->final = summary_mean(score + n - i, i);
	return 0;
}

int
curve_epochs(const struct curve *c, double threshold)
{
	int i;

	for (i = 0; i < c->n; i++)
		if (c->score[i] >= threshold)
			return i + 1;
	return 0;
}

/* The runs an arm stands for, as they are or drawn anew: that is all the bootstrap changes. */
static double
final_of(const struct converge *c, const struct arm *a)
{
	double sum = 0;
	int i;

	for (i = 0; i < a->n; i++)
		sum += c->curve[a->run[i]].final;
	return sum / a->n;
}

static int
best_of(const struct converge *c, const struct arm *arm)
{
	int i, best = 0;

	for (i = 1; i < c->arms; i++)
		if (final_of(c, &arm[i]) > final_of(c, &arm[best]))
			best = i;
	return best;
}

static struct converge_epochs
epochs_of(const struct converge *c, const struct arm *a, double threshold)
{
	double *epochs = mem_array((size_t)a->n, sizeof *epochs);
	struct converge_epochs r = { 0 };
	int i;

	for (i = 0; i < a->n; i++) {
		const struct curve *run = &c->curve[a->run[i]];
		int n = curve_epochs(run, threshold);

		r.censored += !n;
		epochs[i] = n ? n : run->n;
	}
	r.mean = summary_mean(epochs, a->n);
	r.sd = summary_sd(epochs, a->n);
	free(epochs);
	return r;
}

double
converge_final(const struct converge *c, int arm)
{
	return final_of(c, &c->arm[arm]);
}

int
converge_best(const struct converge *c)
{
	return best_of(c, c->arm);
}

double
converge_threshold(const struct converge *c, double share)
{
	return share * final_of(c, &c->arm[best_of(c, c->arm)]);
}

struct converge_epochs
converge_epochs(const struct converge *c, int arm, double threshold)
{
	return epochs_of(c, &c->arm[arm], threshold);
}

static void
draw(struct arm *drawn, const struct arm *a, uint64_t seed, int replicate)
{
	struct rng rng = rng_at(seed, RNG_RESAMPLE, crc_add(0, a->name, strlen(a->name)), (uint64_t)replicate);
	int i;

	for (i = 0; i < a->n; i++)
		drawn->run[i] = a->run[rng_below(&rng, (uint64_t)a->n)];
}

void
converge_bootstrap(double *epochs, const struct converge *c, double share, int replicates, uint64_t seed)
{
	struct arm *drawn = mem_array((size_t)c->arms, sizeof *drawn);
	int b, i;

	for (i = 0; i < c->arms; i++) {
		drawn[i].n = c->arm[i].n;
		drawn[i].run = mem_array((size_t)drawn[i].n, sizeof *drawn[i].run);
	}
	for (b = 0; b < replicates; b++) {
		double threshold;

		for (i = 0; i < c->arms; i++)
			draw(&drawn[i], &c->arm[i], seed, b);
		threshold = share * final_of(c, &drawn[best_of(c, drawn)]);
		for (i = 0; i < c->arms; i++)
			*epochs++ = epochs_of(c, &drawn[i], threshold).mean;
	}
	for (i = 0; i < c->arms; i++)
		free(drawn[i].run);
	free(drawn);
}

void
converge_interval(double interval[2], const struct converge *c, const double *epochs, int replicates, int arm,
                  int reference, double level)
{
	double *ratio = mem_array((size_t)replicates, sizeof *ratio);
	int b;

	for (b = 0; b < replicates; b++, epochs += c->arms)
		ratio[b] = epochs[reference] / epochs[arm];
	summary_sort(ratio, replicates);
	interval[0] = summary_quantile(ratio, replicates, (1 - level) / 2);
	interval[1] = summary_quantile(ratio, replicates, (1 + level) / 2);
	if (c->arm[arm].n < 2 || c->arm[reference].n < 2)
		interval[0] = interval[1] = NAN;
	free(ratio);
}
