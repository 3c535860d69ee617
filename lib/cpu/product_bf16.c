#include "cpu/product_bf16.h"

#include <string.h>

#include "cpu/bf16.h"
#include "cpu/cpu.h"

enum { DEEP = 256, HIGH = 64, TURN = 16 }; /* the part of A^T that is turned at a time: 32 KiB */

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static size_t
padded(int k)
{
	return ((size_t)k + BF16_K - 1) / BF16_K * BF16_K;
}

static size_t
panel_step(int k)
{
	return padded(k) * BF16_NR;
}

size_t
product_bf16_panels(int k, int n)
{
	return ((size_t)n + BF16_NR - 1) / BF16_NR * panel_step(k);
}

static void
pack_any(uint16_t *panel, const float *b, size_t rs, size_t cs, int k, int n)
{
	int p, j;

	memset(panel, 0, sizeof *panel * BF16_K * BF16_NR);
	for (p = 0; p < k; p++)
		for (j = 0; j < n; j++)
			panel[p / 2 * 2 * BF16_NR + 2 * j + p % 2] = bf16_of(b[(size_t)p * rs + (size_t)j * cs]);
}

void
product_bf16_pack(uint16_t *panels, const float *b, size_t rs, size_t cs, int k, int n)
{
	const struct cpu_bf16 *set = cpu()->bf16;
	int j, p;

	for (j = 0; j < n; j += BF16_NR)
		for (p = 0; p < k; p += BF16_K, panels += BF16_K * BF16_NR) {
			const float *from = b + (size_t)p * rs + (size_t)j * cs;
			int depth = least(BF16_K, k - p), width = least(BF16_NR, n - j);

			if (cs == 1)
				set->pack_floats(panels, from, rs, depth, width);
			else if (rs == 1)
				set->pack_columns(panels, from, cs, depth, width);
			else
				pack_any(panels, from, rs, cs, depth, width);
		}
}

void
product_bf16_pack_rows(uint16_t *panels, const uint16_t *b, int ldb, int k, int n)
{
	const struct cpu_bf16 *set = cpu()->bf16;
	int j, p;

	for (j = 0; j < n; j += BF16_NR)
		for (p = 0; p < k; p += BF16_K, panels += BF16_K * BF16_NR)
			set->pack(panels, b + (size_t)p * (size_t)ldb + j, (size_t)ldb, least(BF16_K, k - p),
			          least(BF16_NR, n - j));
}

void
product_bf16_compute(const struct bf16_product *p)
{
	cpu()->bf16->rows(p);
}

void
product_bf16_run(void *c, int ldc, enum bf16_out out, const uint16_t *a, int lda, const uint16_t *panels, int m, int n,
                 int k)
{
	struct bf16_product p = { .c = c, .ldc = ldc, .out = out, .a = a, .lda = lda, .segments = 1, .panels = panels,
	                          .panel_step = panel_step(k), .m = m, .n = n, .k = k };

	product_bf16_compute(&p);
}

void
product_bf16_turn(uint16_t *t, int ldt, const uint16_t *a, int lda, int m, int k)
{
	int i, p;

	for (i = 0; i < m; i += TURN)
		for (p = 0; p < k; p += BF16_K)
			cpu()->bf16->turn(t + (ptrdiff_t)i * ldt + p, ldt, a + (size_t)p * (size_t)lda + i, lda,
			                  least(BF16_K, k - p), least(TURN, m - i));
}

void
product_bf16_outer(float *c, int ldc, const uint16_t *a, int lda, const uint16_t *panels, int m, int n, int k, int add)
{
	_Alignas(64) uint16_t t[HIGH * DEEP];
	struct bf16_product product = { .ldc = ldc, .a = t, .segments = 1, .panel_step = panel_step(k), .n = n };
	int i, p;

	for (p = 0; p < k; p += DEEP)
		for (i = 0; i < m; i += HIGH) {
			int deep = least(DEEP, k - p);

			product.m = least(HIGH, m - i);
			product.k = product.lda = (int)padded(deep);
			product_bf16_turn(t, product.lda, a + (size_t)p * (size_t)lda + i, lda, product.m, deep);
			product.c = c + (size_t)i * (size_t)ldc;
			product.out = add || p ? BF16_ADD : BF16_WRITE;
			product.panels = panels + (size_t)p * BF16_NR;
			product_bf16_compute(&product);
		}
}
