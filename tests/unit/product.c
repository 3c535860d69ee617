/* product: every height, width and depth of a product against plain sums in double, for every set of loops */
#include "cpu/product.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"
#include "cpu/cpu.h"

#define GUARD 12345.0f
#define MAX_M (2 * CPU_MAX_MR + 1)
#define MAX_N (2 * CPU_MAX_NR + 1)
#define MAX_K 1300
#define PAD 3 /* unused columns of A and C */

static float *a, *b, *c, *panels;

enum form { ROWS, OUTER };

static void
fill(float *x, size_t n, int salt)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = (float)((i * 2654435761u + (size_t)salt * 97) % 2003) / 1001.0f - 1.0f;
}

static double
larger(double x, double y)
{
	return x >= y || isnan(x) ? x : y; /* not a number is the worst error */
}

/* The largest error of C in units of what k roundings of its terms may make; a value outside C that changed counts
 * as infinite. */
static double
error(enum form form, int m, int n, int k, int add)
{
	int lda = (form == ROWS ? k : m) + PAD, ldc = n + PAD, i, j, p;
	double worst = 0;

	for (i = 0; i < m * ldc + PAD; i++)
		c[i] = i % ldc < n && i < m * ldc ? (float)(i % 7) : GUARD;
	if (form == ROWS)
		product_run(c, ldc, a, lda, panels, m, n, k, add);
	else
		product_outer(c, ldc, a, lda, panels, m, n, k, add);
	for (i = 0; i < m * ldc + PAD; i++) {
		double want = add ? i % 7 : 0, size = want + 1e-30;
		int row = i / ldc;

		j = i % ldc;
		if (j >= n || row >= m) {
			if (c[i] != GUARD)
				return INFINITY;
			continue;
		}
		for (p = 0; p < k; p++) {
			double term = (double)a[form == ROWS ? row * lda + p : p * lda + row] * b[p * n + j];

			want += term;
			size += fabs(term);
		}
		worst = larger(worst, fabs(c[i] - want) / size / (k * 0x1p-24));
	}
	return worst;
}

static double
error_of_all(enum form form, int mr, int nr, int k)
{
	double worst = 0;
	int m, n;

	for (n = 1; n <= 2 * nr + 1; n++) {
		product_pack(panels, b, (size_t)n, 1, k, n);
		for (m = 1; m <= 2 * mr + 1; m++)
			worst = larger(worst, error(form, m, n, k, (m ^ n) & 1));
	}
	return worst;
}

static void
shapes(const struct cpu *set)
{
	static const int depth[] = { 1, 2, 19 };
	double rows = 0, outer = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(depth); i++) {
		rows = larger(rows, error_of_all(ROWS, set->mr, set->nr, depth[i]));
		outer = larger(outer, error_of_all(OUTER, set->mr, set->nr, depth[i]));
	}
	CHECK_NEAR(rows, 0, 1, "A B for every height and width, and nothing outside C is written");
	CHECK_NEAR(outer, 0, 1, "A^T B too");
	product_pack(panels, b, 37, 1, MAX_K, 37);
	CHECK_NEAR(error(ROWS, 5, 37, MAX_K, 0), 0, 1, "long rows");
	CHECK_NEAR(error(ROWS, 5, 37, MAX_K, 1), 0, 1, "long rows, added");
	CHECK_NEAR(error(OUTER, 5, 37, MAX_K, 0), 0, 1, "many rows of A^T");
	CHECK_NEAR(error(OUTER, 5, 37, MAX_K, 1), 0, 1, "many rows of A^T, added");
}

/* Panels of a matrix in three orders: by rows, by columns, and with both strides large. */
static void
packing(const struct cpu *set)
{
	int k = 45, n = 2 * set->nr - 3, i, j, p, same = 1, right = 1;
	size_t size = product_panels(k, n);
	float *other = mem_aligned(size * sizeof *other), *turned = mem_aligned(sizeof *turned * 4 * (size_t)(k * n));

	product_pack(panels, b, (size_t)n, 1, k, n);
	for (i = 0; i < (int)size; i++) {
		p = i / set->nr % k;
		j = i / (set->nr * k) * set->nr + i % set->nr;
		right &= panels[i] == (j < n ? b[p * n + j] : 0.0f);
	}
	CHECK(size == (size_t)(2 * set->nr * k) && right, "panels hold the matrix, padded with zeros");
	for (p = 0; p < k; p++)
		for (j = 0; j < n; j++)
			turned[j * k + p] = b[p * n + j];
	product_pack(other, turned, 1, (size_t)k, k, n);
	same &= !memcmp(panels, other, size * sizeof *other);
	for (p = 0; p < k; p++)
		for (j = 0; j < n; j++)
			turned[(j * k + p) * 4] = b[p * n + j];
	product_pack(other, turned, 4, 4 * (size_t)k, k, n);
	same &= !memcmp(panels, other, size * sizeof *other);
	CHECK(same, "and the same of the transposed matrix");
	free(other);
	free(turned);
}

/* One product at once, and in pieces of rows and columns */
static void
pieces(void)
{
	int m = 2 * CPU_MAX_MR, n = 2 * CPU_MAX_NR, k = 600, nr = cpu()->nr, i, j;
	float *whole = c, *cut = c + m * n;

	product_pack(panels, b, (size_t)n, 1, k, n);
	product_run(whole, n, a, k, panels, m, n, k, 0);
	for (i = 0; i < m; i++)
		for (j = 0; j < n; j += nr)
			product_run(cut + i * n + j, n, a + i * k, k, panels + j * k, 1, nr, k, 0);
	CHECK(!memcmp(whole, cut, sizeof *c * (size_t)(m * n)), "a product in pieces has the same bytes");
}

/* Both fuse multiplication and addition. */
static void
same_bytes(void)
{
	enum { M = 17, N = 41, K = 700 };
	float *of_avx2 = c, *of_avx512 = c + M * N;
	struct err e;

	if (cpu_select("avx512", &e))
		return;
	product_pack(panels, b, N, 1, K, N);
	product_run(of_avx512, N, a, K, panels, M, N, K, 0);
	CHECK(!cpu_select("avx2", &e), "a processor with avx512 has avx2");
	product_pack(panels, b, N, 1, K, N);
	product_run(of_avx2, N, a, K, panels, M, N, K, 0);
	CHECK(!memcmp(of_avx2, of_avx512, sizeof *c * M * N), "and both give the same bytes");
}

int
main(void)
{
	static const char *const names[] = { "portable", "avx2", "avx512" };
	struct err e;
	size_t i;

	a = mem_aligned(sizeof *a * (MAX_M + PAD) * (MAX_K + PAD));
	b = mem_aligned(sizeof *b * MAX_N * MAX_K);
	c = mem_aligned(sizeof *c * (MAX_M * (MAX_N + PAD) + PAD) * 2);
	panels = mem_aligned(sizeof *panels * 2 * MAX_N * MAX_K);
	fill(a, (MAX_M + PAD) * (MAX_K + PAD), 1);
	fill(b, MAX_N * MAX_K, 2);
	CHECK(cpu_select("z80", &e) && strstr(e.msg, "'z80'"), "a set that does not exist is refused");
	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (cpu_select(names[i], &e))
			continue;
		printf("# %s\n", names[i]);
		CHECK_STR(cpu()->name, names[i], "the set asked for is used");
		shapes(cpu());
		packing(cpu());
		pieces();
	}
	same_bytes();
	free(a);
	free(b);
	free(c);
	free(panels);
	return check_done();
}
