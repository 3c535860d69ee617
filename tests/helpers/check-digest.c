/* check-digest - is what training changed in the weights what it should have changed?
 *
 *   check-digest --tolerance X BEFORE AFTER DIGEST
 *
 * DIGEST is a table made by tests/golden/measure.py, a line per tensor of AFTER - BEFORE: sum, sum with signs
 * word("sign", 0, 0, i) & 1, Euclidean norm, elements 0, (n-1)/3, 2(n-1)/3, n-1. The norm may be off by X
 * times itself, the sum by X norm sqrt(n), the most it could be. Where rounding moves a unit over the kink of
 * its ReLU, single elements change at random: 10 X norm is allowed for the signed sum, 50 X times the root
 * mean square for an element. All may be off by a millionth of the tensor's largest weight, for rounding.
 * Every tensor of AFTER must be in DIGEST and the other way round. Exit status 0, 1 (off), 2 (trouble).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "formula.h"
#include "ten/ten.h"

enum { SUM, SIGNED, NORM, FIRST_ELEMENT, FIGURES = FIRST_ELEMENT + 4 };

static const char *const column[FIGURES] = { "sum", "signed", "norm", "e0", "e1", "e2", "e3" };
static double tolerance = 0.005;
static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "tolerance", OPT_REAL, &tolerance, "X", "how far a figure may be off", 0, 1e9, 0 },
	OPT_END
};

/* Returns the largest |before|. */
static double
digest(double figure[FIGURES], const struct tensor *before, const struct tensor *after)
{
	const float *b = before->data, *a = after->data;
	int64_t i, n = tensor_count(after);
	uint32_t *sign = mem_array((size_t)n, sizeof *sign);
	double square = 0, largest = 0;

	memset(figure, 0, FIGURES * sizeof *figure);
	formula_words(sign, "sign", 0, 0, (size_t)n);
	for (i = 0; i < n; i++) {
		double d = (double)a[i] - (double)b[i];

		figure[SUM] += d;
		figure[SIGNED] += sign[i] & 1 ? -d : d;
		square += d * d;
		largest = fmax(largest, fabs((double)b[i]));
	}
	figure[NORM] = sqrt(square);
	for (i = 0; i < 4; i++)
		figure[FIRST_ELEMENT + i] = (double)a[i * (n - 1) / 3] - (double)b[i * (n - 1) / 3];
	free(sign);
	return largest;
}

/* How far off figure k may be, for a tolerance of 1 and a change of this norm */
static double
unit(int k, double n)
{
	return k == SUM ? sqrt(n) : k == SIGNED ? 10 : k == NORM ? 1 : 50 / sqrt(n);
}

/* Prints what is off by more than the tolerance; returns the largest |off|, as a multiple of it. */
static double
judge(const struct tensor *before, const struct tensor *after, const double want[FIGURES])
{
	double got[FIGURES], largest = digest(got, before, after), n = (double)tensor_count(after), worst = 0;
	int k;

	for (k = 0; k < FIGURES; k++) {
		double allowed = (tolerance * want[NORM] + 1e-6 * largest * sqrt(n)) * unit(k, n);
		double off = fabs(got[k] - want[k]) / fmax(allowed, 1e-300);

		if (!(off <= 1))
			printf("%s: %s is %.7g, expected %.7g: %.3g times what is allowed\n", after->name, column[k],
			       got[k], want[k], off);
		worst = off <= worst ? worst : off;
	}
	return worst;
}

static struct tensor *
counterpart(const struct record *r, const char *name, const struct tensor *like, const char *file)
{
	struct tensor *t = record_find(r, name);

	if (!t || t->dtype != TEN_F32 || (like && !tensor_same_shape(t, like)))
		die("'%s' has no F32 tensor '%s' of the right shape", file, name);
	return t;
}

static int
count_f32(const struct record *r)
{
	int i, n = 0;

	for (i = 0; i < r->n; i++)
		n += r->t[i].dtype == TEN_F32;
	return n;
}

int
main(int argc, char *argv[])
{
	struct record before = { 0 }, after = { 0 };
	struct tensor *t;
	double want[FIGURES], worst = 0;
	char name[256];
	struct err e;
	int rows = 0;
	FILE *f;

	opt_parse(argc, &argv, opts, "BEFORE AFTER DIGEST", "compare what training changed with a digest", 3, 3);
	if (ten_read_weights(&before, argv[0], &e) || ten_read_weights(&after, argv[1], &e))
		die("%s", e.msg);
	f = fopen(argv[2], "r");
	if (!f || fscanf(f, "%*[^\n]"))
		die("cannot read '%s':", argv[2]);
	while (fscanf(f, "%255s %lf %lf %lf %lf %lf %lf %lf", name, &want[0], &want[1], &want[2], &want[3], &want[4],
	              &want[5], &want[6]) == 8) {
		t = counterpart(&after, name, NULL, argv[1]);
		worst = fmax(worst, judge(counterpart(&before, name, t, argv[0]), t, want));
		rows++;
	}
	if (!feof(f) || rows != count_f32(&after))
		die("'%s' tells of %d tensors, '%s' has %d", argv[2], rows, argv[1], count_f32(&after));
	fclose(f);
	record_free(&before);
	record_free(&after);
	printf("worst: %.3g of what is allowed\n", worst);
	return worst > 1;
}
