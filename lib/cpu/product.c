#include "cpu/product.h"

#include <string.h>

#include "base/kernel.h"
#include "cpu/cpu.h"

/* At a time BLOCK of k are multiplied, and HIGH tiles of C below each other: that much of A stays in the second-level
 * cache while all panels pass. */
enum { BLOCK = 512, HIGH = 16 };

struct operands {
	float *c;
	const float *a, *panels;
	int ldc, lda, m, n, k, add;
};

static int
least(int a, int b)
{
	return a < b ? a : b;
}

size_t
product_panels(int k, int n)
{
	size_t nr = (size_t)cpu()->nr;

	return ((size_t)n + nr - 1) / nr * nr * (size_t)k;
}

/* In groups of 16 rows: for rs 1 a group is a cache line of every column. */
static void
pack_columns(float *panel, const float *b, size_t rs, size_t cs, int k, int n, int nr)
{
	int from, rows, p, j;

	for (from = 0; from < k; from += rows, panel += rows * nr, b += (size_t)rows * rs) {
		rows = least(16, k - from);
		for (j = 0; j < nr; j++)
			for (p = 0; p < rows; p++)
				panel[p * nr + j] = j < n ? b[(size_t)p * rs + (size_t)j * cs] : 0.0f;
	}
}

/* Row by row through all panels, so that b is read in the order of memory */
KERNEL_PART void
put_rows(float *restrict panels, const float *restrict b, size_t ldb, int rows, size_t panel, int n, int nr)
{
	for (; rows; rows--, panels += nr, b += ldb) {
		float *to = panels;
		int j;

		for (j = 0; j + nr <= n; j += nr, to += panel)
			memcpy(to, b + j, (size_t)nr * sizeof *to);
		if (j < n) {
			memcpy(to, b + j, (size_t)(n - j) * sizeof *to);
			memset(to + (n - j), 0, (size_t)(nr - (n - j)) * sizeof *to);
		}
	}
}

/* The compiler is told the usual widths, so that it copies them by vectors. */
KERNEL static void
pack_rows(float *panels, const float *b, size_t ldb, int rows, size_t panel, int n, int nr)
{
	if (nr == 32)
		put_rows(panels, b, ldb, rows, panel, n, 32);
	else if (nr == 16)
		put_rows(panels, b, ldb, rows, panel, n, 16);
	else
		put_rows(panels, b, ldb, rows, panel, n, nr);
}

void
product_pack_rows(float *panels, const float *b, int ldb, int first, int rows, int k, int n)
{
	int nr = cpu()->nr;

	pack_rows(panels + (size_t)first * (size_t)nr, b, (size_t)ldb, rows, (size_t)k * (size_t)nr, n, nr);
}

void
product_pack(float *panels, const float *b, size_t rs, size_t cs, int k, int n)
{
	int nr = cpu()->nr, j;

	if (cs == 1)
		pack_rows(panels, b, rs, k, (size_t)k * (size_t)nr, n, nr);
	else
		for (j = 0; j < n; j += nr, panels += (size_t)k * (size_t)nr)
			pack_columns(panels, b + (size_t)j * cs, rs, cs, k, least(nr, n - j), nr);
}

typedef void multiply(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add);

/* A product of the set in pieces: rows of C, blocks of k, panels, the first of which may be multiplied in another way.
 * step: from one row of C to the next in A; deep: from one row of the panel to the next. */
static void
in_pieces(multiply *first, multiply *others, struct operands o, size_t step, size_t deep)
{
	int nr = cpu()->nr, high = HIGH * cpu()->mr, i, j, p;

	for (i = 0; i < o.m; i += high)
		for (p = 0; p < o.k; p += BLOCK)
			for (j = 0; j < o.n; j += nr)
				(j ? others : first)(o.c + (size_t)i * (size_t)o.ldc + j, o.ldc,
				                     o.a + (size_t)i * step + (size_t)p * deep, o.lda,
				                     o.panels + (size_t)j * (size_t)o.k + (size_t)p * (size_t)nr,
				                     least(high, o.m - i), least(nr, o.n - j), least(BLOCK, o.k - p),
				                     o.add || p);
}

void
product_run(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add)
{
	struct operands o = { c, a, panels, ldc, lda, m, n, k, add };

	in_pieces(cpu()->far_rows, cpu()->rows, o, (size_t)lda, 1);
}

void
product_outer(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add)
{
	struct operands o = { c, a, panels, ldc, lda, m, n, k, add };

	in_pieces(cpu()->outer, cpu()->outer, o, 1, (size_t)lda);
}
