#include "cpu/product.h"

#include <string.h>

#include "cpu/cpu.h"

/* Rows of a panel multiplied at a time: that much of a panel and of A's rows stays in the caches near the core. */
#define BLOCK 512

size_t
product_panels(int k, int n)
{
	size_t nr = (size_t)cpu()->nr;

	return ((size_t)n + nr - 1) / nr * nr * (size_t)k;
}

static void
pack_rows(float *panel, const float *b, size_t rs, int k, int n, int nr)
{
	int p;

	for (p = 0; p < k; p++, panel += nr, b += rs) {
		memcpy(panel, b, (size_t)n * sizeof *b);
		memset(panel + n, 0, (size_t)(nr - n) * sizeof *b);
	}
}

/* In groups of 16 rows: for rs 1 a group is a cache line of every column. */
static void
pack_columns(float *panel, const float *b, size_t rs, size_t cs, int k, int n, int nr)
{
	int from, rows, p, j;

	for (from = 0; from < k; from += rows, panel += rows * nr, b += (size_t)rows * rs) {
		rows = k - from < 16 ? k - from : 16;
		for (j = 0; j < nr; j++)
			for (p = 0; p < rows; p++)
				panel[p * nr + j] = j < n ? b[(size_t)p * rs + (size_t)j * cs] : 0.0f;
	}
}

void
product_pack(float *panels, const float *b, size_t rs, size_t cs, int k, int n)
{
	int nr = cpu()->nr, j, width;

	for (j = 0; j < n; j += nr, panels += (size_t)k * (size_t)nr) {
		width = n - j < nr ? n - j : nr;
		if (cs == 1)
			pack_rows(panels, b + j, rs, k, width, nr);
		else
			pack_columns(panels, b + (size_t)j * cs, rs, cs, k, width, nr);
	}
}

void
product_run(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add)
{
	const struct cpu *set = cpu();
	int j, p;

	for (p = 0; p < k; p += BLOCK)
		for (j = 0; j < n; j += set->nr)
			set->rows(c + j, ldc, a + p, lda, panels + (size_t)j * (size_t)k + (size_t)p * (size_t)set->nr, m,
			          n - j < set->nr ? n - j : set->nr, k - p < BLOCK ? k - p : BLOCK, add || p);
}

void
product_outer(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add)
{
	const struct cpu *set = cpu();
	int j, p;

	for (p = 0; p < k; p += BLOCK)
		for (j = 0; j < n; j += set->nr)
			set->outer(c + j, ldc, a + (size_t)p * (size_t)lda, lda,
			           panels + (size_t)j * (size_t)k + (size_t)p * (size_t)set->nr, m,
			           n - j < set->nr ? n - j : set->nr, k - p < BLOCK ? k - p : BLOCK, add || p);
}
