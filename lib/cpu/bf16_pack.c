/* Turning and packing for the products of bfloat16: pairs of values are moved as 32-bit integers, sixteen at a time. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "cpu/bf16_store.h"
#include "cpu/sets.h"

/* 16 x 16 integers turned in registers: pairs, then fours, eights and sixteens of rows are woven together. */
static inline __attribute__((always_inline)) void
turn_16(__m512i x[16])
{
	__m512i y[16];
	int i;

	for (i = 0; i < 16; i += 2) {
		y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
		y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
	}
	for (i = 0; i < 16; i += 4) { /* now x[i + q], in its 128 bits l, is column 4l + q of rows i to i + 3 */
		x[i] = _mm512_unpacklo_epi64(y[i], y[i + 2]);
		x[i + 1] = _mm512_unpackhi_epi64(y[i], y[i + 2]);
		x[i + 2] = _mm512_unpacklo_epi64(y[i + 1], y[i + 3]);
		x[i + 3] = _mm512_unpackhi_epi64(y[i + 1], y[i + 3]);
	}
	for (i = 0; i < 4; i++) {
		y[i] = _mm512_shuffle_i32x4(x[i], x[i + 4], 0x88);
		y[i + 4] = _mm512_shuffle_i32x4(x[i], x[i + 4], 0xdd);
		y[i + 8] = _mm512_shuffle_i32x4(x[i + 8], x[i + 12], 0x88);
		y[i + 12] = _mm512_shuffle_i32x4(x[i + 8], x[i + 12], 0xdd);
	}
	for (i = 0; i < 4; i++) {
		x[i] = _mm512_shuffle_i32x4(y[i], y[i + 8], 0x88);
		x[i + 8] = _mm512_shuffle_i32x4(y[i], y[i + 8], 0xdd);
		x[i + 4] = _mm512_shuffle_i32x4(y[i + 4], y[i + 12], 0x88);
		x[i + 12] = _mm512_shuffle_i32x4(y[i + 4], y[i + 12], 0xdd);
	}
}

/* Two rows of 16 values each as 16 pairs */
static inline __m512i
pairs(__m256i even, __m256i odd)
{
	return _mm512_or_si512(_mm512_cvtepu16_epi32(even), _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
}

static inline __m512i
pairs_at(const uint16_t *b, size_t ld, int rows, __mmask16 columns)
{
	__m256i even = rows > 0 ? _mm256_maskz_loadu_epi16(columns, b) : _mm256_setzero_si256();
	__m256i odd = rows > 1 ? _mm256_maskz_loadu_epi16(columns, b + ld) : _mm256_setzero_si256();

	return pairs(even, odd);
}

static inline __m256i
rounded(const float *b, __mmask16 columns)
{
	return (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(columns, b));
}

void
bf16_turn(uint16_t *t, int ldt, const uint16_t *a, int lda, int k, int m)
{
	__mmask16 columns = bf16_columns(m, 0);
	__m512i x[16];
	int i;

	for (i = 0; i < 16; i++)
		x[i] = pairs_at(a + (ptrdiff_t)2 * i * lda, (size_t)lda, k - 2 * i, columns);
	turn_16(x);
	for (i = 0; i < 16; i++)
		if (i < m)
			_mm512_storeu_si512(t + (ptrdiff_t)i * ldt, x[i]);
}

void
bf16_pack(uint16_t *panel, const uint16_t *b, size_t ldb, int k, int n)
{
	int p, j;

	for (p = 0; p < BF16_K; p += 2, b += 2 * ldb, panel += 2 * BF16_NR)
		for (j = 0; j < BF16_NR; j += 16)
			_mm512_storeu_si512(panel + 2 * j, pairs_at(b + j, ldb, k - p, bf16_columns(n, j)));
}

void
bf16_pack_floats(uint16_t *panel, const float *b, size_t ldb, int k, int n)
{
	int p, j;

	for (p = 0; p < BF16_K; p += 2, b += 2 * ldb, panel += 2 * BF16_NR)
		for (j = 0; j < BF16_NR; j += 16) {
			__mmask16 columns = bf16_columns(n, j);

			_mm512_storeu_si512(panel + 2 * j,
			                    pairs(rounded(b + j, k > p ? columns : 0),
			                          rounded(b + ldb + j, k > p + 1 ? columns : 0)));
		}
}

void
bf16_pack_columns(uint16_t *panel, const float *b, size_t cs, int k, int n)
{
	__mmask16 low = bf16_columns(k, 0), high = bf16_columns(k, 16);
	__m512i x[16];
	int i, j;

	for (j = 0; j < BF16_NR; j += 16) {
		for (i = 0; i < 16; i++) {
			const float *column = b + (size_t)(i + j) * cs;
			int there = i + j < n;

			x[i] = _mm512_inserti64x4(_mm512_castsi256_si512(rounded(column, there ? low : 0)),
			                          rounded(column + 16, there ? high : 0), 1);
		}
		turn_16(x);
		for (i = 0; i < 16; i++)
			_mm512_storeu_si512(panel + i * 2 * BF16_NR + 2 * j, x[i]);
	}
}
#else
typedef int cpu_bf16_pack_is_elsewhere;
#endif
