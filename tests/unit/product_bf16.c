/* product_bf16: products of bfloat16 against plain sums in double of the rounded values, where there are any */
#include "cpu/product_bf16.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"
#include "cpu/bf16.h"
#include "cpu/cpu.h"

#define MAX_M 67
#define MAX_N (2 * BF16_NR + 1)
#define MAX_K 1300
#define PAD 3 /* unused columns of A and C */
#define GUARD 0x4641

static uint16_t *a, *b, *panels;
static union {
	float *f;
	uint16_t *h;
} c;

static float
value(size_t i, int salt)
{
	return (float)((i * 2654435761u + (size_t)salt * 97) % 2003) / 1001.0f - 1.0f;
}

static double
larger(double x, double y)
{
	return x >= y || isnan(x) ? x : y; /* not a number is the worst error */
}

static double
element(enum bf16_out out, int i)
{
	return out == BF16_ROUND ? bf16_float(c.h[i]) : c.f[i];
}

static void
prepare(enum bf16_out out, int m, int n, int ldc)
{
	int i;

	for (i = 0; i < m * ldc + PAD; i++) {
		float x = i % ldc < n && i < m * ldc ? (float)(i % 7) : bf16_float(GUARD);

		if (out == BF16_ROUND)
			c.h[i] = bf16_of(x);
		else
			c.f[i] = x;
	}
}

/* The largest error of C in units of what k roundings of its terms and that of the result may make; a value outside C
 * that changed counts as infinite. */
static double
compare(enum bf16_out out, int turned, int lda, int m, int n, int k)
{
	int ldc = n + PAD, i, p;
	double worst = 0;

	for (i = 0; i < m * ldc + PAD; i++) {
		double want = out == BF16_ADD ? i % 7 : 0, size = want + 1e-30, allowed;
		int row = i / ldc, j = i % ldc;

		if (j >= n || row >= m) {
			if (element(out, i) != bf16_float(GUARD))
				return INFINITY;
			continue;
		}
		for (p = 0; p < k; p++) {
			double term = (double)bf16_float(a[turned ? p * lda + row : row * lda + p]) *
			              bf16_float(b[p * n + j]);

			want += term;
			size += fabs(term);
		}
		allowed = size * k * 0x1p-24 + (out == BF16_ROUND ? fabs(want) * 0x1p-8 : 0);
		worst = larger(worst, fabs(element(out, i) - want) / allowed);
	}
	return worst;
}

static double
error(enum bf16_out out, int turned, int m, int n, int k)
{
	int lda = (turned ? m : k) + PAD;

	prepare(out, m, n, n + PAD);
	if (turned)
		product_bf16_outer(c.f, n + PAD, a, lda, panels, m, n, k, out == BF16_ADD);
	else
		product_bf16_run(c.f, n + PAD, out, a, lda, panels, m, n, k);
	return compare(out, turned, lda, m, n, k);
}

static void
shapes(void)
{
	static const int depth[] = { 1, 2, 30, 32, 50, 64, 97 }, width[] = { 1, 4, 15, 16, 17, 31, 32, 33, 48, 49, 64, 65 };
	double rows = 0, rounded = 0, outer = 0;
	size_t d, w;
	int m;

	for (d = 0; d < ARRAY_LEN(depth); d++)
		for (w = 0; w < ARRAY_LEN(width); w++) {
			int k = depth[d], n = width[w];

			product_bf16_pack_rows(panels, b, n, k, n);
			for (m = 1; m <= MAX_M; m += m < 34 ? 1 : 11) {
				outer = larger(outer, error(m & 1 ? BF16_ADD : BF16_WRITE, 1, m, n, k));
				if (k % 2)
					continue;
				rows = larger(rows, error(m & 1 ? BF16_ADD : BF16_WRITE, 0, m, n, k));
				rounded = larger(rounded, error(BF16_ROUND, 0, m, n, k));
			}
		}
	CHECK_NEAR(rows, 0, 1, "A B for every height, and nothing outside C is written");
	CHECK_NEAR(rounded, 0, 1, "the same rounded to bfloat16");
	CHECK_NEAR(outer, 0, 1, "A^T B too");
	product_bf16_pack_rows(panels, b, 37, MAX_K, 37);
	CHECK_NEAR(error(BF16_WRITE, 0, 5, 37, MAX_K), 0, 1, "long rows");
	CHECK_NEAR(error(BF16_ROUND, 0, 35, 37, MAX_K), 0, 1, "long rows, rounded");
	product_bf16_pack_rows(panels, b, 37, MAX_K - 1, 37);
	CHECK_NEAR(error(BF16_WRITE, 1, 5, 37, MAX_K - 1), 0, 1, "many rows of A^T");
	CHECK_NEAR(error(BF16_ADD, 1, 65, 37, MAX_K - 1), 0, 1, "many rows of A^T, added");
}

/* Panels of a matrix in four orders: bfloat16, floats by rows, by columns, and with both strides large. */
static void
packing(void)
{
	enum { K = 45, N = 2 * BF16_NR - 3, PADDED_K = 64 };
	size_t size = product_bf16_panels(K, N), i;
	uint16_t *other = mem_aligned(size * sizeof *other);
	float *x = mem_aligned(sizeof *x * 4 * K * N);
	int p, j, right = 1, same = 1;

	product_bf16_pack_rows(panels, b, N, K, N);
	for (i = 0; i < size; i++) {
		p = (int)(i % (PADDED_K * BF16_NR) / (2 * BF16_NR) * 2 + i % 2);
		j = (int)(i / (PADDED_K * BF16_NR) * BF16_NR + i % (2 * BF16_NR) / 2);
		right &= panels[i] == (p < K && j < N ? b[p * N + j] : 0);
	}
	CHECK(size == 2 * PADDED_K * BF16_NR && right, "panels hold pairs of rows, padded with zeros");
	for (i = 0; i < K * N; i++)
		x[i] = bf16_float(b[i]) * (1 + 0x1p-10f);
	product_bf16_pack(other, x, N, 1, K, N);
	same &= !memcmp(panels, other, size * sizeof *other);
	for (i = 0; i < K * N; i++)
		x[i % N * K + i / N] = bf16_float(b[i]) * (1 + 0x1p-10f);
	product_bf16_pack(other, x, 1, K, K, N);
	same &= !memcmp(panels, other, size * sizeof *other);
	for (i = 0; i < K * N; i++)
		x[(i % N * K + i / N) * 4] = bf16_float(b[i]) * (1 + 0x1p-10f);
	product_bf16_pack(other, x, 4, 4 * K, K, N);
	same &= !memcmp(panels, other, size * sizeof *other);
	CHECK(same, "and the same of floats, which are rounded, by rows and by columns");
	free(other);
	free(x);
}

/* One product at once, and in pieces of rows and columns */
static void
pieces(void)
{
	enum { M = 45, N = 2 * BF16_NR, K = 128 };
	float *whole = c.f, *cut = c.f + M * N;
	int i, j;

	product_bf16_pack_rows(panels, b, N, K, N);
	product_bf16_run(whole, N, BF16_WRITE, a, K, panels, M, N, K);
	for (i = 0; i < M; i += 9)
		for (j = 0; j < N; j += BF16_NR)
			product_bf16_run(cut + i * N + j, N, BF16_WRITE, a + i * K, K, panels + j * K, 9, BF16_NR, K);
	CHECK(!memcmp(whole, cut, sizeof *whole * M * N), "a product in pieces has the same bytes");
}

static void
rounding(void)
{
	float x[] = { 1.0f, -2.5f, 0x1.01p0f, 0x1.03p0f, 0x1.010002p0f, 0x1.fffffep127f, INFINITY, NAN };
	uint16_t want[] = { 0x3f80, 0xc020, 0x3f80, 0x3f82, 0x3f81, 0x7f80, 0x7f80 }, h[8];
	float back[8];

	bf16_round(h, x, 8);
	bf16_widen(back, h, 8);
	CHECK(!memcmp(h, want, sizeof want), "values are rounded to the nearest, ties to even");
	CHECK(isnan(back[7]) && isinf(back[6]) && back[1] == -2.5f, "and widened exactly; what is no number stays none");
}

int
main(void)
{
	static const char *const names[] = { "avx512bf16", "amx" };
	struct err e;
	size_t i;

	rounding();
	a = mem_aligned(sizeof *a * (MAX_M + PAD) * (MAX_K + PAD));
	b = mem_aligned(sizeof *b * MAX_N * MAX_K);
	c.f = mem_aligned(sizeof *c.f * (MAX_M * (MAX_N + PAD) + PAD) * 2);
	panels = mem_aligned(sizeof *panels * 3 * BF16_NR * (MAX_K + BF16_K));
	for (i = 0; i < (MAX_M + PAD) * (MAX_K + PAD); i++)
		a[i] = bf16_of(value(i, 1));
	for (i = 0; i < MAX_N * MAX_K; i++)
		b[i] = bf16_of(value(i, 2));
	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (cpu_select(names[i], &e))
			continue;
		printf("# %s\n", names[i]);
		CHECK(cpu()->bf16 != NULL, names[i]);
		shapes();
		packing();
		pieces();
	}
	CHECK(!cpu_select("portable", &e) && !cpu()->bf16, "a set without them says so");
	free(a);
	free(b);
	free(c.f);
	free(panels);
	return check_done();
}
