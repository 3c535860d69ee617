/* gemm.h - matrix products, the one seam to the BLAS
 *
 * C[m,n] = op(A)[m,k] op(B)[k,n] + beta C, row-major, single precision, on the calling thread only: work is
 * spread over threads outside (par.h), where the pieces are independent.
 */
#ifndef NN_GEMM_H
#define NN_GEMM_H

enum gemm_op { GEMM_N, GEMM_T };

/* lda, ldb, ldc: elements from one row to the next as the matrix lies in memory (before op). */
void gemm(enum gemm_op ta, enum gemm_op tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
          float beta, float *c, int ldc);

#endif
