/* cpu.h - the innermost loops, one set for each kind of processor, chosen when the program starts
 *
 * One binary serves every machine: cpu() returns the best set this processor can run. The sets are compiled from
 * the same sources with other vector widths and instructions (avx512.c, avx2.c, portable.c); everything else in
 * the project is written once, against this table. The environment variable SEGPIPE_CPU=portable|avx2|avx512 asks
 * for a lesser set (to test it, or to get the bytes of another machine); one that the processor lacks is refused.
 *
 * Matrices are row-major; a panel is the form in which products want their right operand: nr columns, k rows, one
 * row after the other, padded with zeros to nr columns (product.h packs them, and is what others should call).
 */
#ifndef CPU_CPU_H
#define CPU_CPU_H

struct cpu {
	const char *name;
	int mr, nr; /* rows and columns of C that a product holds in registers at once */

	/* C[m,n] = A[m,k] panel[k,n], or += with add. Any m; n <= nr. Row i of A is at a + i*lda, of C at c + i*ldc. */
	void (*rows)(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add);

	/* C[m,n] = A^T[m,k] panel[k,n], or += with add: A is [k,m], row p at a + p*lda. */
	void (*outer)(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add);
};

const struct cpu *cpu(void);

#endif
