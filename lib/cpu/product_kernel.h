/* product_kernel.h - the products of cpu.h for one kind of processor; avx512.c, avx2.c and portable.c include it
 *
 * They define VLEN, the floats of a vector, MR, the rows of a tile (a tile of C is MR x 2 vectors: together with one
 * row of the panel and one value of A it must fit the registers), SET and SET_NAME. After Goto & van de Geijn 2008:
 * a tile stays in registers while k runs; every value of A is broadcast and multiplied by a row of the panel.
 *
 * The rows of C are cut into tiles of nearly equal height, so that none is too low to hide the latency of the
 * multiply-adds: a function for each height, and for each of one or two vectors across.
 */
#include <stddef.h>

#include "cpu/sets.h"

typedef float vec __attribute__((vector_size(4 * VLEN), aligned(4), may_alias));

#define NR (2 * VLEN)
#define ALWAYS static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define HIDE(x) __asm__("" : "+r"(x)) /* the compiler must not derive x from what it knew */

struct tile {
	float *c;
	const float *a, *panel;
	ptrdiff_t ldc, lda;
	int n, k, add;
};

/* What comes from farther caches is asked for ahead, in rows of the panel and of A^T; C when k leaves it the time; and
 * where A itself may be far and its rows follow each other, those of the next tile: a line of memory for each of k, which
 * is as many as there are, or a few more. */
enum { AHEAD = 16, AHEAD_OUTER = 8, ENOUGH = 96 };

ALWAYS void
fetch(const struct tile *t, int m, int across)
{
	const float *c = t->c;
	int i, j;

	if (t->k >= ENOUGH)
		UNROLL for (i = 0; i < m; i++, c += t->ldc)
			UNROLL for (j = 0; j < across * VLEN; j += 16)
				__builtin_prefetch(c + j, 1);
}

/* The last columns of C, fewer than the vectors hold: through memory. */
static __attribute__((noinline)) void
store_part(const struct tile *t, const float *sum, int m)
{
	int i, j;

	for (i = 0; i < m; i++)
		for (j = 0; j < t->n; j++)
			t->c[i * t->ldc + j] = t->add ? t->c[i * t->ldc + j] + sum[i * NR + j] : sum[i * NR + j];
}

ALWAYS void
store(const struct tile *t, vec sum[][2], int m, int across)
{
	float part[MR * NR], *c = t->c;
	ptrdiff_t ldc = t->ldc;
	int i, j;

	if (t->n != across * VLEN) {
		UNROLL for (i = 0; i < m; i++)
			UNROLL for (j = 0; j < across; j++)
				*(vec *)(part + i * NR + j * VLEN) = sum[i][j];
		store_part(t, part, m);
	} else if (t->add) {
		UNROLL for (i = 0; i < m; i++, c += ldc)
			UNROLL for (j = 0; j < across; j++)
				*(vec *)(c + j * VLEN) += sum[i][j];
	} else {
		UNROLL for (i = 0; i < m; i++, c += ldc)
			UNROLL for (j = 0; j < across; j++)
				*(vec *)(c + j * VLEN) = sum[i][j];
	}
}

/* A's rows lie lda apart. Five pointers reach fourteen of them, as p, p + lda and p + 2 lda: a pointer for each
 * would not fit the registers. */
ALWAYS void
tile_rows(const struct tile *t, int m, int across, int far)
{
	const float *a[(MR + 2) / 3], *b = t->panel;
	const float *below = t->a + m * t->lda;
	ptrdiff_t lda = t->lda;
	vec sum[MR][2] = { 0 };
	int i, j, p;

	UNROLL for (i = 0; i < (m + 2) / 3; i++)
		a[i] = t->a + 3 * i * lda;
	fetch(t, m, across);
	for (p = 0; p < t->k; p++) {
		vec row[2];

		UNROLL for (j = 0; j < across * VLEN; j += 16)
			__builtin_prefetch(b + AHEAD * NR + j);
		if (far) {
			__builtin_prefetch(below);
			below += m;
		}
		UNROLL for (j = 0; j < across; j++)
			row[j] = *(const vec *)(b + j * VLEN);
		UNROLL for (i = 0; i < m; i++)
			UNROLL for (j = 0; j < across; j++)
				sum[i][j] += a[i / 3][i % 3 * lda] * row[j];
		UNROLL for (i = 0; i < (m + 2) / 3; i++) {
			a[i]++;
			HIDE(a[i]);
		}
		b += NR;
	}
	store(t, sum, m, across);
}

ALWAYS void
tile_outer(const struct tile *t, int m, int across)
{
	const float *a = t->a, *b = t->panel;
	vec sum[MR][2] = { 0 };
	int i, j, p;

	fetch(t, m, across);
	for (p = 0; p < t->k; p++, a += t->lda, b += NR) {
		vec row[2];

		__builtin_prefetch(a + AHEAD_OUTER * t->lda);
		UNROLL for (j = 0; j < across; j++)
			row[j] = *(const vec *)(b + j * VLEN);
		UNROLL for (i = 0; i < m; i++)
			UNROLL for (j = 0; j < across; j++)
				sum[i][j] += a[i] * row[j];
	}
	store(t, sum, m, across);
}

#define TILES(m)                                                       \
	static void rows_##m##x1(const struct tile *t) { tile_rows(t, m, 1, 0); } \
	static void rows_##m##x2(const struct tile *t) { tile_rows(t, m, 2, 0); } \
	static void far_##m##x1(const struct tile *t) { tile_rows(t, m, 1, 1); } \
	static void far_##m##x2(const struct tile *t) { tile_rows(t, m, 2, 1); } \
	static void outer_##m##x1(const struct tile *t) { tile_outer(t, m, 1); } \
	static void outer_##m##x2(const struct tile *t) { tile_outer(t, m, 2); }
#define ENTRY(form, m) { form##_##m##x1, form##_##m##x2 }
#if MR == 14
#define EACH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#elif MR == 8
#define EACH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#elif MR == 6
#define EACH(X) X(1) X(2) X(3) X(4) X(5) X(6)
#elif MR == 4
#define EACH(X) X(1) X(2) X(3) X(4)
#endif
#define ROWS_ENTRY(m) ENTRY(rows, m),
#define FAR_ENTRY(m) ENTRY(far, m),
#define OUTER_ENTRY(m) ENTRY(outer, m),

EACH(TILES)

static void (*const rows_tile[MR][2])(const struct tile *t) = { EACH(ROWS_ENTRY) };
static void (*const far_tile[MR][2])(const struct tile *t) = { EACH(FAR_ENTRY) };
static void (*const outer_tile[MR][2])(const struct tile *t) = { EACH(OUTER_ENTRY) };

/* step: from one row of C to the next in A */
ALWAYS void
cut(void (*const tiles[MR][2])(const struct tile *t), struct tile *t, ptrdiff_t step, int m)
{
	float *c = t->c;
	const float *a = t->a;
	int pieces = (m + MR - 1) / MR, i, from = 0, to;

	for (i = 0; i < pieces; i++, from = to) {
		to = (int)((long)m * (i + 1) / pieces);
		t->c = c + from * t->ldc;
		t->a = a + from * step;
		tiles[to - from - 1][t->n > VLEN](t);
	}
}

static void
rows(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add)
{
	struct tile t = { c, a, panel, ldc, lda, n, k, add };

	cut(rows_tile, &t, lda, m);
}

static void
far_rows(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add)
{
	struct tile t = { c, a, panel, ldc, lda, n, k, add };

	cut(lda == k ? far_tile : rows_tile, &t, lda, m);
}

static void
outer(float *c, int ldc, const float *a, int lda, const float *panel, int m, int n, int k, int add)
{
	struct tile t = { c, a, panel, ldc, lda, n, k, add };

	cut(outer_tile, &t, 1, m);
}
