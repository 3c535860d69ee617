/* winograd_weights_kernel.h - the transforms of weights and of their gradients
 *
 * The 9 weights of a pair of channels lie side by side: vectors of channels are had by transposing squares.
 */
#include "cpu/winograd_kernel.h"

#if VLEN == 16
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define PAIRS PAIR(0) PAIR(1) PAIR(2) PAIR(3) PAIR(4) PAIR(5) PAIR(6) PAIR(7)
#elif VLEN == 8
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define PAIRS PAIR(0) PAIR(1) PAIR(2) PAIR(3)
#else
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define PAIRS PAIR(0) PAIR(1)
#endif

struct square {
	vec row[VLEN];
};

/* One of the log2(VLEN) steps of a transposition: the numbers of row and column, written in bits as one
 * number, are turned by one bit. */
ALWAYS struct square
turn(struct square s)
{
	struct square t;

#define PAIR(i) t.row[2 * (i)] = LOW(s.row[i], s.row[(i) + VLEN / 2]), \
	        t.row[2 * (i) + 1] = HIGH(s.row[i], s.row[(i) + VLEN / 2]);
	PAIRS
#undef PAIR
	return t;
}

ALWAYS struct square
transpose(struct square s)
{
	s = turn(turn(s));
#if VLEN > 4
	s = turn(s);
#endif
#if VLEN > 8
	s = turn(s);
#endif
	return s;
}

/* VLEN rows of VLEN values, `step` floats from one to the next */
ALWAYS struct square
load_square(const float *p, size_t step)
{
	struct square s;

#define PAIR(i) s.row[2 * (i)] = *(const vec *)(p + 2 * (i) * step), \
	        s.row[2 * (i) + 1] = *(const vec *)(p + (2 * (i) + 1) * step);
	PAIRS
#undef PAIR
	return s;
}

/* g[9] vectors of the weights of VLEN outputs. Reads beyond the 9 of an output where vectors are longer. */
ALWAYS void
gather_weights(vec *g, const float *w, size_t os)
{
	struct square s = transpose(load_square(w, os));
	int j;

#if VLEN > 9
	UNROLL for (j = 0; j < 9; j++)
		g[j] = s.row[j];
#else
	UNROLL for (j = 0; j < VLEN; j++)
		g[j] = s.row[j];
#if VLEN == 4
	s = transpose(load_square(w + 4, os));
	UNROLL for (j = 0; j < VLEN; j++)
		g[4 + j] = s.row[j];
#endif
	for (j = 0; j < VLEN; j++)
		g[8][j] = w[j * os + 8];
#endif
}

/* The same of n outputs only, and nothing beyond is read; the others are 0. */
static __attribute__((noinline)) void
gather_some_weights(vec *g, const float *w, size_t os, int n)
{
	int j, q;

	for (q = 0; q < 9; q++)
		for (j = 0; j < VLEN; j++)
			g[q][j] = j < n ? w[j * os + q] : 0.0f;
}

#define WEIGHTS_ROW(m) weights_to_points((struct three){ c0.m, c1.m, c2.m })

ALWAYS void
weights_vector(float *u, size_t plane, const vec *g, int turned)
{
	const vec *from = g + (turned ? 8 : 0);
	int next = turned ? -1 : 1;
	struct six c0 = weights_to_points((struct three){ from[0], from[3 * next], from[6 * next] });
	struct six c1 = weights_to_points((struct three){ from[next], from[4 * next], from[7 * next] });
	struct six c2 = weights_to_points((struct three){ from[2 * next], from[5 * next], from[8 * next] });

	store_six(u, plane, WEIGHTS_ROW(a));
	store_six(u + 6 * plane, plane, WEIGHTS_ROW(b));
	store_six(u + 12 * plane, plane, WEIGHTS_ROW(c));
	store_six(u + 18 * plane, plane, WEIGHTS_ROW(d));
	store_six(u + 24 * plane, plane, WEIGHTS_ROW(e));
	store_six(u + 30 * plane, plane, WEIGHTS_ROW(f));
}

static void
winograd_weights(float *u, size_t plane, int width, const float *w, size_t ks, size_t os, int turned, int k,
                 int n)
{
	vec g[9];
	int i, first;

	for (first = 0; first < width; first += VLEN, w += VLEN * os)
		for (i = 0; i < k; i++) {
			if (n - first > VLEN || (n - first == VLEN && i < k - 1))
				gather_weights(g, w + i * ks, os);
			else
				gather_some_weights(g, w + i * ks, os, n - first);
			if (turned)
				weights_vector(u + (size_t)i * width + first, plane, g, 1);
			else
				weights_vector(u + (size_t)i * width + first, plane, g, 0);
		}
}

/* 9 vectors to the weights of VLEN inputs, one after the other */
ALWAYS void
scatter_weights(float *w, const vec *g)
{
	struct square s;
	int i, j;

#if VLEN > 9
	UNROLL for (j = 0; j < VLEN; j++)
		s.row[j] = g[j < 9 ? j : 8];
	s = transpose(s);
	UNROLL for (i = 0; i < VLEN; i++) /* each overwrites what the one before has written too much */
		*(vec *)(w + 9 * i) = s.row[i];
#else
	for (j = 0; j + VLEN < 9; j += VLEN) {
		UNROLL for (i = 0; i < VLEN; i++)
			s.row[i] = g[j + i];
		s = transpose(s);
		UNROLL for (i = 0; i < VLEN; i++)
			*(vec *)(w + 9 * i + j) = s.row[i];
	}
	for (i = 0; i < VLEN; i++)
		w[9 * i + 8] = g[8][i];
#endif
}

#define DWEIGHTS_COLUMN(j) points_to_weights(load_six(m + (j) * plane, 6 * plane))

ALWAYS void
dweights_vector(vec *g, const float *m, size_t plane)
{
	struct three c0 = DWEIGHTS_COLUMN(0), c1 = DWEIGHTS_COLUMN(1), c2 = DWEIGHTS_COLUMN(2);
	struct three c3 = DWEIGHTS_COLUMN(3), c4 = DWEIGHTS_COLUMN(4), c5 = DWEIGHTS_COLUMN(5);
	struct three r0 = points_to_weights(ROW_OF(a)), r1 = points_to_weights(ROW_OF(b));
	struct three r2 = points_to_weights(ROW_OF(c));

	g[0] = r0.a, g[1] = r0.b, g[2] = r0.c;
	g[3] = r1.a, g[4] = r1.b, g[5] = r1.c;
	g[6] = r2.a, g[7] = r2.b, g[8] = r2.c;
}

static void
winograd_dweights(float *dw, const float *m, size_t plane, int c)
{
	float w[10 * VLEN];
	vec g[9];
	int i, k, n;

	for (k = 0; k < c; k += VLEN, dw += 9 * VLEN) {
		dweights_vector(g, m + k, plane);
		scatter_weights(w, g);
		n = c - k < VLEN ? 9 * (c - k) : 9 * VLEN;
		for (i = 0; i < n; i++)
			dw[i] += w[i];
	}
}
