/* product_bf16.h - matrix products of bfloat16 with sums in float, as product.h, where the processor has them
 *
 * Processors multiply pairs: two neighbours in k at once, or sixteen pairs with AMX. So panels hold pairs of rows,
 * [k/2][BF16_NR][2], k padded with zeros to a multiple of BF16_K. Callers see to it that cpu()->bf16 is not NULL.
 *
 * Fast for rows of A at multiples of 64 bytes (AMX: a third of the speed elsewhere). The order of the sums is the
 * processor's, but always the same for an element, however m and n are cut into calls.
 */
#ifndef CPU_PRODUCT_BF16_H
#define CPU_PRODUCT_BF16_H

#include <stddef.h>
#include <stdint.h>

/* Values that the panels of a k x n matrix take. The panels themselves belong at a multiple of 64 bytes. */
size_t product_bf16_panels(int k, int n);

/* Rounds and packs B[k,n], its element (p,j) at b + p*rs + j*cs. Fast for rs 1 and cs 1. */
void product_bf16_pack(uint16_t *panels, const float *b, size_t rs, size_t cs, int k, int n);

/* Packs B[k,n] that is bfloat16 already, row p at b + p*ldb. */
void product_bf16_pack_rows(uint16_t *panels, const uint16_t *b, int ldb, int k, int n);

/* What becomes of C */
enum bf16_out {
	BF16_WRITE, /* float, written */
	BF16_ADD,   /* float, added to */
	BF16_ROUND  /* rounded to bfloat16, written: c points to uint16_t */
};

/* C[m,n] = A[m,k] B[k,n]; k is even. ldc, lda in values. */
void product_bf16_run(void *c, int ldc, enum bf16_out out, const uint16_t *a, int lda, const uint16_t *panels, int m,
                      int n, int k);

/* C[m,n] = A^T[m,k] B[k,n], or += with add: A is [k,m], B is [k,n] in panels; any k. */
void product_bf16_outer(float *c, int ldc, const uint16_t *a, int lda, const uint16_t *panels, int m, int n, int k,
                        int add);

/* T[m,k] = A^T, A being [k,m]; behind row i's k values zeros up to a multiple of BF16_K, for which there is room. */
void product_bf16_turn(uint16_t *t, int ldt, const uint16_t *a, int lda, int m, int k);

/* A product of rows that need not lie in one piece: row i of A is `segments` runs of k values, the first at
 * a + i*lda, the others segment_step values apart; rows may overlap. Panels lie panel_step values apart: they may be
 * parts of higher ones, from any pair on, and hold segments*k rows. k is even, and with several segments a multiple
 * of BF16_K. */
struct bf16_product {
	void *c;
	int ldc;
	enum bf16_out out;
	const uint16_t *a;
	int lda, segments;
	ptrdiff_t segment_step;
	const uint16_t *panels;
	size_t panel_step;
	int m, n, k;
};

void product_bf16_compute(const struct bf16_product *p);

#define BF16_NR 32
#define BF16_K 32

/* What a processor brings, cpu()->bf16; for product_bf16.c alone */
struct cpu_bf16 {
	void (*rows)(const struct bf16_product *p); /* product_bf16_compute */

	/* T[m,BF16_K] = A^T, rows ldt values apart: A is [k,m], k <= BF16_K, m <= 16; zeros from k on */
	void (*turn)(uint16_t *t, int ldt, const uint16_t *a, int lda, int k, int m);

	/* A panel's rows 0..BF16_K-1 from B[k,n], zeros elsewhere; k <= BF16_K, n <= BF16_NR. In columns, cs apart, the
	 * values of a column are neighbours; otherwise those of a row, ldb apart. */
	void (*pack)(uint16_t *panel, const uint16_t *b, size_t ldb, int k, int n);
	void (*pack_floats)(uint16_t *panel, const float *b, size_t ldb, int k, int n);
	void (*pack_columns)(uint16_t *panel, const float *b, size_t cs, int k, int n);
};

#endif
