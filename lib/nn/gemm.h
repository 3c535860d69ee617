/* gemm.h - matrix products, the one seam to the BLAS and to our own (compute.h chooses)
 *
 * Row-major, on the calling thread only: work is spread over threads outside (par.h), where the pieces are
 * independent. Only gemm_pack uses all threads. Operands are float, or bfloat16 with sums in float where
 * compute_has(ELEM_BF16).
 */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include "nn/elem.h"

enum gemm_op { GEMM_N, GEMM_T };

/* Loads the BLAS, which the first product would do otherwise: while there is one thread, and before anybody looks how much
 * memory is left. A BLAS that cannot be loaded ends the program, as memory that cannot be had does. */
void gemm_load(void);

/* Has the BLAS take the memory that it wants for products on all threads at once, or ends the program for the lack of it: for
 * those who are going to need gemm. */
void gemm_reserve(void);

/* C[m,n] = op(A)[m,k] op(B)[k,n] + beta C in float, by the BLAS always.
 * lda, ldb, ldc: elements from one row to the next as the matrix lies in memory (before op). */
void gemm(enum gemm_op ta, enum gemm_op tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
          float beta, float *c, int ldc);

/* For a right operand B[k,n] that many products share: packed once, into gemm_packed_size(e, k, n) bytes (a multiple of
 * 64) at a multiple of 64. Element (p,j) of B is at b + p*rs + j*cs; rs or cs is 1. */
size_t gemm_packed_size(enum elem e, int k, int n);
void gemm_pack(void *packed, enum elem e, const float *b, size_t rs, size_t cs, int k, int n);

/* Packs some rows of B[k,n], on the calling thread, of values that are e already: `rows` from `first` on, a multiple of
 * 32, at b and ldb apart. What remains of 32 when all k are packed is zeros. */
void gemm_pack_rows(void *packed, enum elem e, const void *b, int ldb, int first, int rows, int k, int n);

enum gemm_out {
	GEMM_WRITE, /* C is float, written */
	GEMM_ADD,   /* float, added to */
	GEMM_ROUND  /* bfloat16, written; of bfloat16 operands only */
};

/* C[m,n] = A[m,k] B. bfloat16: k even, fast where rows of A lie at multiples of 64 bytes. */
void gemm_packed(void *c, int ldc, enum gemm_out out, enum elem e, const void *a, int lda, const void *packed, int m,
                 int n, int k);

/* C[m,n] = A^T[m,k] B (+ C with add): A is [k,m]. */
void gemm_outer(float *c, int ldc, enum elem e, const void *a, int lda, const void *packed, int m, int n, int k, int add);

#endif
