/* Products of bfloat16 by VDPBF16PS, which adds the products of 16 pairs of values to 16 floats. As product_kernel.h,
 * with a pair of A broadcast instead of a value. */
#if defined(__x86_64__)
#include "cpu/bf16_store.h"
#include "cpu/sets.h"

#define MR 14
#define ALWAYS static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define HIDE(x) __asm__("" : "+r"(x))

struct tile {
	void *c;
	size_t ldc, at; /* the tile's place in C */
	enum bf16_out out;
	const uint16_t *a, *panel;
	ptrdiff_t lda, segment_step;
	int n, k, segments;
};

typedef int32_t pair __attribute__((may_alias, aligned(2)));

ALWAYS void
multiply(const struct tile *t, int m, int across)
{
	const uint16_t *a[(MR + 2) / 3], *b = t->panel;
	ptrdiff_t lda = t->lda;
	__m512 sum[MR][2];
	int i, j, p, s;

	UNROLL for (i = 0; i < m; i++)
		UNROLL for (j = 0; j < across; j++)
			sum[i][j] = _mm512_setzero_ps();
	for (s = 0; s < t->segments; s++) {
		UNROLL for (i = 0; i < (m + 2) / 3; i++)
			a[i] = t->a + s * t->segment_step + 3 * i * lda;
		for (p = 0; p < t->k; p += 2, b += 2 * BF16_NR) {
			__m512bh row[2];

			UNROLL for (j = 0; j < across; j++) {
				_mm_prefetch((const char *)(b + 16 * 2 * BF16_NR + 32 * j), _MM_HINT_T0);
				row[j] = (__m512bh)_mm512_loadu_si512(b + 32 * j);
			}
			UNROLL for (i = 0; i < m; i++)
				UNROLL for (j = 0; j < across; j++)
					sum[i][j] = _mm512_dpbf16_ps(
						sum[i][j], row[j],
						(__m512bh)_mm512_set1_epi32(*(const pair *)(a[i / 3] + i % 3 * lda)));
			UNROLL for (i = 0; i < (m + 2) / 3; i++) {
				a[i] += 2;
				HIDE(a[i]);
			}
		}
	}
	UNROLL for (i = 0; i < m; i++)
		UNROLL for (j = 0; j < across; j++)
			bf16_store(t->c, t->at + (size_t)i * t->ldc + (size_t)j * 16, t->out, sum[i][j],
			           bf16_columns(t->n, 16 * j));
}

#define TILES(m)                                                          \
	static void rows_##m##x1(const struct tile *t) { multiply(t, m, 1); } \
	static void rows_##m##x2(const struct tile *t) { multiply(t, m, 2); }
#define ENTRY(m) { rows_##m##x1, rows_##m##x2 },
#define EACH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)

EACH(TILES)

static void (*const tiles[MR][2])(const struct tile *t) = { EACH(ENTRY) };

static void
rows(const struct bf16_product *p)
{
	struct tile t = { .c = p->c, .ldc = (size_t)p->ldc, .out = p->out, .panel = p->panels, .lda = p->lda,
	                  .segment_step = p->segment_step, .k = p->k, .segments = p->segments };
	int pieces = (p->m + MR - 1) / MR, i, j, from, to;

	for (j = 0; j < p->n; j += BF16_NR, t.panel += p->panel_step)
		for (i = 0, from = 0; i < pieces; i++, from = to) {
			to = (int)((long)p->m * (i + 1) / pieces);
			t.at = (size_t)from * t.ldc + (size_t)j;
			t.a = p->a + (ptrdiff_t)from * p->lda;
			t.n = p->n - j < BF16_NR ? p->n - j : BF16_NR;
			tiles[to - from - 1][t.n > 16](&t);
		}
}

const struct cpu_bf16 cpu_avx512bf16 = { rows, bf16_turn, bf16_pack, bf16_pack_floats, bf16_pack_columns };
#else
typedef int cpu_avx512bf16_is_elsewhere;
#endif
