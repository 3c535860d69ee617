#include "image/blur.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/kernel.h"

#define MAX_RADIUS 512

/* The kernel as pairs of equal weight, k to either side; the middle is a pair with itself. */
struct taps {
	int n; /* radius + 1 */
	float g[MAX_RADIUS + 1];
	const float *a[MAX_RADIUS + 1], *b[MAX_RADIUS + 1];
};

static void
fill_gaussian(struct taps *t, int radius, double sigma)
{
	double sum = 1;
	int k;

	for (k = 1; k <= radius; k++)
		sum += 2 * exp(-0.5 * k * k / (sigma * sigma));
	for (k = 0; k <= radius; k++)
		t->g[k] = (float)((k ? 1 : 0.5) * exp(-0.5 * k * k / (sigma * sigma)) / sum);
	t->n = radius + 1;
}

/* dst[n] from one pair, or from four: so dst is seldom read and written. */
KERNEL static void
mix_pair(float *restrict dst, const float *a, const float *b, float g, int n, int add)
{
	int i;

	for (i = 0; i < n; i++)
		dst[i] = (add ? dst[i] : 0) + g * (a[i] + b[i]);
}

KERNEL static void
mix_four_pairs(float *restrict dst, const float *const a[4], const float *const b[4], const float *g, int n, int add)
{
	const float *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3], *b0 = b[0], *b1 = b[1], *b2 = b[2], *b3 = b[3];
	float g0 = g[0], g1 = g[1], g2 = g[2], g3 = g[3];
	int i;

	for (i = 0; i < n; i++)
		dst[i] = (add ? dst[i] : 0) + g0 * (a0[i] + b0[i]) + g1 * (a1[i] + b1[i]) + g2 * (a2[i] + b2[i]) +
		         g3 * (a3[i] + b3[i]);
}

static void
mix(float *dst, const struct taps *t, int n)
{
	int k;

	for (k = 0; k + 4 <= t->n; k += 4)
		mix_four_pairs(dst, t->a + k, t->b + k, t->g + k, n, k > 0);
	for (; k < t->n; k++)
		mix_pair(dst, t->a[k], t->b[k], t->g[k], n, k > 0);
}

static int
reflect(int i, int n)
{
	i = i < 0 ? -i : i;
	return i < n ? i : 2 * (n - 1) - i;
}

/* padded is where t's pairs lie. */
static void
blur_row(float *dst, const float *row, float *padded, const struct taps *t, int w)
{
	float *mid = padded + t->n - 1;
	int k;

	memcpy(mid, row, (size_t)w * sizeof *row);
	for (k = 1; k < t->n; k++) {
		mid[-k] = row[reflect(-k, w)];
		mid[w - 1 + k] = row[reflect(w - 1 + k, w)];
	}
	mix(dst, t, w);
}

/* The last `rows` rows that were blurred across, in turn. */
struct ring {
	float *row;
	int rows, w, y, slot; /* y: the newest, in slot `slot` */
};

static float *
ring_row(const struct ring *r, int y)
{
	int slot = r->slot - (r->y - y);

	return r->row + (size_t)(slot < 0 ? slot + r->rows : slot) * (size_t)r->w;
}

/* Only the rows that one row's blur needs are held: they stay in the first-level cache. */
static void
blur_plane(float *x, float *work, const struct taps *t, int h, int w)
{
	struct ring r = { .row = work, .w = w, .y = -1, .slot = -1 };
	struct taps across = *t, down = *t;
	int radius = t->n - 1, to, k;
	float *padded;

	r.rows = 2 * radius + 1 < h ? 2 * radius + 1 : h;
	padded = work + (size_t)r.rows * (size_t)w;
	for (k = 0; k < t->n; k++) {
		across.a[k] = padded + radius - k;
		across.b[k] = padded + radius + k;
	}
	for (to = -radius; to < h; to++) {
		if (r.y + 1 < h) {
			r.y++;
			r.slot = r.slot + 1 < r.rows ? r.slot + 1 : 0;
			blur_row(ring_row(&r, r.y), x + (size_t)r.y * (size_t)w, padded, &across, w);
		}
		if (to < 0)
			continue;
		for (k = 0; k < t->n; k++) {
			down.a[k] = ring_row(&r, reflect(to - k, h));
			down.b[k] = ring_row(&r, reflect(to + k, h));
		}
		mix(x + (size_t)to * (size_t)w, &down, w);
	}
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

void
blur_gaussian(float *x, float *work, int c, int h, int w, int radius, double sigma)
{
	struct taps t = { 0 };
	int k;

	radius = least(least(radius, MAX_RADIUS), least(h, w) - 1);
	radius = (int)fmin(radius, ceil(6 * sigma));
	if (radius < 1)
		return;
	fill_gaussian(&t, radius, sigma);
	for (k = 0; k < c; k++)
		blur_plane(x + (size_t)k * (size_t)h * (size_t)w, work, &t, h, w);
}
