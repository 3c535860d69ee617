/* gemm.h - matrix products, the one seam to the BLAS and to our own (compute.h chooses)
 *
 * Row-major, single precision, on the calling thread only: work is spread over threads outside (par.h), where
 * the pieces are independent. Only gemm_pack uses all threads.
 */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include <stddef.h>

enum gemm_op { GEMM_N, GEMM_T };

/* C[m,n] = op(A)[m,k] op(B)[k,n] + beta C, by the BLAS always.
 * lda, ldb, ldc: elements from one row to the next as the matrix lies in memory (before op). */
void gemm(enum gemm_op ta, enum gemm_op tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
          float beta, float *c, int ldc);

/* For a right operand B[k,n] that many products share: packed once, into gemm_packed_size(k, n) floats that begin at a
 * multiple of 64 bytes. Element (p,j) of B is at b + p*rs + j*cs; rs or cs is 1. */
size_t gemm_packed_size(int k, int n);
void gemm_pack(float *packed, const float *b, size_t rs, size_t cs, int k, int n);

/* C[m,n] = A[m,k] B (+ C with add) */
void gemm_packed(float *c, int ldc, const float *a, int lda, const float *packed, int m, int n, int k, int add);

/* C[m,n] = A^T[m,k] B (+ C with add): A is [k,m]. */
void gemm_outer(float *c, int ldc, const float *a, int lda, const float *packed, int m, int n, int k, int add);

#endif
