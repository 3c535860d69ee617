/* product.h - matrix products on the calling thread, for operands that are used again and again
 *
 * The right operand is packed once into panels of cpu()->nr columns and then multiplied by many left operands,
 * which are read where they lie (rows of contiguous values: a pixel's channels). Row-major, single precision.
 */
#ifndef CPU_PRODUCT_H
#define CPU_PRODUCT_H

#include <stddef.h>

/* Floats that the panels of a k x n matrix take: every panel is [k][nr]. */
size_t product_panels(int k, int n);

/* Packs B[k,n], its element (p,j) at b + p*rs + j*cs: rs 1, cs k packs a transposed matrix. Fast for rs 1 and cs 1. */
void product_pack(float *panels, const float *b, size_t rs, size_t cs, int k, int n);

/* C[m,n] = A[m,k] B[k,n] (+ C with add). B in panels. */
void product_run(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add);

/* C[m,n] = A^T[m,k] B[k,n] (+ C with add): A is [k,m], B is [k,n] in panels. */
void product_outer(float *c, int ldc, const float *a, int lda, const float *panels, int m, int n, int k, int add);

#endif
