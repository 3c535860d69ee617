/* Products of bfloat16 in the tiles of AMX: registers of 16 rows of 64 bytes. TDPBF16PS multiplies 16 rows of 32
 * values of A by 16 pairs of rows, 16 columns, of a panel and adds to 16 x 16 floats. Four such sums are held at a
 * time, so that each tile loaded is used twice. (Intel 64 and IA-32 Architectures Software Developer's Manual, 1.18) */
#if defined(__x86_64__)
#include <string.h>

#include "cpu/bf16_store.h"
#include "cpu/sets.h"

#define ALWAYS static inline __attribute__((always_inline))
/* Compilers don't know which memory a tile is loaded from. */
#define WRITTEN(p) __asm__ volatile("" : : "r"(p) : "memory")

enum { HIGH = 16 }; /* rows of a tile */

static void
configure(int high)
{
	struct {
		uint8_t palette, start, reserved[14];
		uint16_t bytes[16];
		uint8_t rows[16];
	} c = { .palette = 1 };
	int i;

	for (i = 0; i < 8; i++) {
		c.bytes[i] = 64;
		c.rows[i] = (uint8_t)(i < 6 ? high : HIGH);
	}
	WRITTEN(&c);
	_tile_loadconfig(&c);
}

/* Rows of the tiles of A and C: 16, or all if C has fewer */
static int
height(const struct bf16_product *t)
{
	return t->m < HIGH ? t->m : HIGH;
}

/* Tiles 0 to 3 sum, 4 and 5 are A's, 6 and 7 the panel's. */
ALWAYS void
step(const uint16_t *a0, const uint16_t *a1, ptrdiff_t bytes, const uint16_t *b, int down, int across)
{
	_tile_loadd(6, b, 4 * BF16_NR);
	_tile_loadd(4, a0, bytes);
	_tile_dpbf16ps(0, 4, 6);
	if (across > 1) {
		_tile_loadd(7, b + 32, 4 * BF16_NR);
		_tile_dpbf16ps(1, 4, 7);
	}
	if (down > 1) {
		_tile_loadd(5, a1, bytes);
		_tile_dpbf16ps(2, 5, 6);
	}
	if (down > 1 && across > 1)
		_tile_dpbf16ps(3, 5, 7);
}

/* The last values of rows, fewer than a tile's: zeros behind them */
ALWAYS void
last_step(const struct bf16_product *t, const uint16_t *a0, const uint16_t *a1, int n, const uint16_t *b, int down,
          int across)
{
	_Alignas(64) uint16_t rest[2][HIGH][BF16_K];
	int i;

	memset(rest, 0, sizeof rest);
	for (i = 0; i < height(t); i++) {
		memcpy(rest[0][i], a0 + (ptrdiff_t)i * t->lda, (size_t)n * sizeof *a0);
		if (down > 1)
			memcpy(rest[1][i], a1 + (ptrdiff_t)i * t->lda, (size_t)n * sizeof *a1);
	}
	WRITTEN(rest);
	step(rest[0][0], rest[1][0], sizeof rest[0][0], b, down, across);
}

/* sum[down][16][32] of the rows of A that begin at a0 and a1 */
ALWAYS void
multiply(float *sum, const struct bf16_product *t, const uint16_t *a0, const uint16_t *a1, const uint16_t *b, int down,
         int across)
{
	ptrdiff_t bytes = 2 * (ptrdiff_t)t->lda;
	int p, s;

	_tile_zero(0);
	_tile_zero(1);
	_tile_zero(2);
	_tile_zero(3);
	for (s = 0; s < t->segments; s++, a0 += t->segment_step, a1 += t->segment_step) {
		for (p = 0; p + BF16_K <= t->k; p += BF16_K, b += BF16_K * BF16_NR)
			step(a0 + p, a1 + p, bytes, b, down, across);
		if (p < t->k)
			last_step(t, a0 + p, a1 + p, t->k - p, b, down, across);
	}
	_tile_stored(0, sum, 4 * BF16_NR);
	_tile_stored(1, sum + 16, 4 * BF16_NR);
	_tile_stored(2, sum + HIGH * BF16_NR, 4 * BF16_NR);
	_tile_stored(3, sum + HIGH * BF16_NR + 16, 4 * BF16_NR);
	WRITTEN(sum);
}

/* Where the tile begins that computes row i and those after it: the last one overlaps the one before. */
static int
begin(const struct bf16_product *t, int i)
{
	return i + height(t) <= t->m ? i : t->m - height(t);
}

/* C's rows from i on, at most 32, columns from j on */
static void
block(const struct bf16_product *t, const uint16_t *panel, int i, int j)
{
	_Alignas(64) float sum[2 * HIGH * BF16_NR];
	int width = t->n - j, first = begin(t, i), second = begin(t, i + HIGH), r;
	const uint16_t *a0 = t->a + (ptrdiff_t)first * t->lda, *a1 = t->a + (ptrdiff_t)second * t->lda;

	if (i + HIGH < t->m && width > 16)
		multiply(sum, t, a0, a1, panel, 2, 2);
	else if (i + HIGH < t->m)
		multiply(sum, t, a0, a1, panel, 2, 1);
	else if (width > 16)
		multiply(sum, t, a0, a0, panel, 1, 2);
	else
		multiply(sum, t, a0, a0, panel, 1, 1);
	for (r = i; r < i + 2 * HIGH && r < t->m; r++) {
		const float *row = sum + (r < i + HIGH ? r - first : HIGH + r - second) * BF16_NR;
		size_t at = (size_t)r * (size_t)t->ldc + (size_t)j;

		bf16_store(t->c, at, t->out, _mm512_load_ps(row), bf16_columns(width, 0));
		if (width > 16)
			bf16_store(t->c, at + 16, t->out, _mm512_load_ps(row + 16), bf16_columns(width, 16));
	}
}

static void
rows(const struct bf16_product *p)
{
	const uint16_t *panel = p->panels;
	int i, j;

	configure(height(p));
	for (j = 0; j < p->n; j += BF16_NR, panel += p->panel_step)
		for (i = 0; i < p->m; i += 2 * HIGH)
			block(p, panel, i, j);
	_tile_release();
}

const struct cpu_bf16 cpu_amx = { rows, bf16_turn, bf16_pack, bf16_pack_floats, bf16_pack_columns };
#else
typedef int cpu_amx_is_elsewhere;
#endif
