/* cpu.h - the innermost loops, one set for each kind of processor, chosen when the program first asks
 *
 * One binary serves every machine: cpu() returns the best set this processor can run. The sets are compiled from
 * the same sources with other vector widths and instructions (avx512.c, avx2.c, portable.c); everything else in
 * the project is written once, against this table. avx512bf16 and amx are avx512 with products of bfloat16;
 * Intel's avx512bf16, slower than float, is taken only if named. The environment variable
 * SEGPIPE_CPU=portable|avx2|avx512|avx512bf16|amx asks for a lesser set (to test it, or to get the bytes of another
 * machine); one that the processor lacks is refused.
 *
 * Matrices are row-major; a panel is the form in which products want their right operand: nr columns, k rows, one
 * row after the other, padded with zeros to nr columns (product.h packs them, and is what others should call).
 *
 * An element of a product is one chain of multiply-adds in the order of k, beginning at 0, to which C is then added.
 * So the bytes don't depend on how m and n are cut into calls, and avx2 and avx512, which both fuse multiplication
 * and addition, give the same ones.
 */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "base/err.h"
#include "cpu/product_bf16.h"
#include "cpu/winograd.h"

#define CPU_MAX_MR 14
#define CPU_MAX_NR 32

struct cpu {
	const char *name;
	int mr, nr; /* rows and columns of C that a product holds in registers at once */

	/* C[m,n] = A[m,k] panel[k,n], or += with add. Any m; n <= nr. Row i of A is at a + i*lda, of C at c + i*ldc. */
	void (*rows)(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add);

	/* The same for an A that may have to come from memory: the first panel's, the others find it in cache. */
	void (*far_rows)(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add);

	/* C[m,n] = A^T[m,k] panel[k,n], or += with add: A is [k,m], row p at a + p*lda. */
	void (*outer)(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add);

	/* The transforms of 3x3 convolutions: winograd.h says what they compute. */
	void (*winograd_input)(float *v, size_t plane, const float *x, const struct winograd_tile *t, int c,
	                       const float *scale, const float *shift);
	void (*winograd_output)(float *y, const float *m, size_t plane, const struct winograd_tile *t, int c, int add);
	void (*winograd_gradient)(float *v, size_t plane, const float *dy, const struct winograd_tile *t, int c);
	void (*winograd_weights)(float *u, size_t plane, int width, const float *w, size_t ks, size_t os, int turned,
	                         int k, int n);
	void (*winograd_dweights)(float *dw, const float *m, size_t plane, int c);

	const struct cpu_bf16 *bf16; /* products of bfloat16, or NULL: this processor would be slower than in float */
};

/* The set in use. Ends the program with one line and status 2 if SEGPIPE_CPU names one that cannot be had. */
const struct cpu *cpu(void);

/* Another set from here on, for tests: panels packed before are worth nothing then. NULL: the best. Returns 0, or -1
 * when there is no such set or this processor cannot run it. */
int cpu_select(const char *name, struct err *e);

#endif
