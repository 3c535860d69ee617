/* product.h - matrix products on the calling thread, for operands that are used again and again
 *
 * The right operand is packed once into panels of cpu()->nr columns and then multiplied by many left operands,
 * which are read where they lie (rows of contiguous values: a pixel's channels). Row-major, single precision.
 *
 * k is summed in blocks of 512, each beginning at 0 and added to C in turn. So an element's bytes don't depend on
 * which others are computed in the same call, and avx2 and avx512 give the same ones. A product reads and writes C
 * once per block: few columns of k with a large C (product_outer over few pixels) are bound by memory, not arithmetic.
 */
#ifndef CPU_PRODUCT_H
#define CPU_PRODUCT_H

#include <stddef.h>

/* Floats that the panels of a k x n matrix take: every panel is [k][nr], nr = cpu()->nr. Columns from j on, a multiple
 * of nr, begin at panels + j*k and are panels themselves. Best at a multiple of 64 bytes (mem_aligned). */
size_t product_panels(int k, int n);

/* Packs B[k,n], its element (p,j) at b + p*rs + j*cs: rs 1, cs k packs a transposed matrix. Fast for rs 1 and cs 1. */
void product_pack(float *panels, const float *b, size_t rs, size_t cs, int k, int n);

/* Packs only rows first..first+rows-1 of B[k,n], which lie at b and ldb apart. */
void product_pack_rows(float *panels, const float *b, int ldb, int first, int rows, int k, int n);

/* C[m,n] = A[m,k] B[k,n] (+ C with add). B in panels. */
void product_run(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add);

/* C[m,n] = A^T[m,k] B[k,n] (+ C with add): A is [k,m], B is [k,n] in panels. */
void product_outer(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add);

#endif
