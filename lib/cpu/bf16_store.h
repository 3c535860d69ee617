/* bf16_store.h - a vector of sums to its place in C, for avx512bf16.c and amx.c */
#ifndef CPU_BF16_STORE_H
#define CPU_BF16_STORE_H

#include <immintrin.h>

#include "cpu/product_bf16.h"

/* The columns of the vector that begins at column j, of n: one bit each. */
static inline __mmask16
bf16_columns(int n, int j)
{
	return n - j >= 16 ? 0xffff : n > j ? (__mmask16)((1 << (n - j)) - 1) : 0;
}

static inline void
bf16_store(void *c, size_t at, enum bf16_out out, __m512 sum, __mmask16 columns)
{
	float *f = (float *)c + at;

	if (out == BF16_ROUND) {
		_mm256_mask_storeu_epi16((uint16_t *)c + at, columns, (__m256i)_mm512_cvtneps_pbh(sum));
		return;
	}
	if (out == BF16_ADD)
		sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(columns, f));
	_mm512_mask_storeu_ps(f, columns, sum);
}

#endif
