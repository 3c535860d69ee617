#include "formula.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/rng.h"

#define UNIT 0x1p-17f /* an image's values are multiples of it */

/* The block that holds words 4 * block and the three after it */
static void
block_at(uint32_t out[4], const char *name, uint32_t seed, uint32_t sample, size_t block)
{
	uint32_t key[2] = { (uint32_t)crc32_z(0, (const unsigned char *)name, strlen(name)), seed };
	uint32_t ctr[4] = { (uint32_t)block, sample, 0, 0 };

	rng_philox(out, ctr, key);
}

void
formula_words(uint32_t *out, const char *name, uint32_t seed, uint32_t sample, size_t n)
{
	uint32_t four[4];
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % 4 == 0)
			block_at(four, name, seed, sample, i / 4);
		out[i] = four[i % 4];
	}
}

static uint32_t
first_word(const char *name, uint32_t seed, uint32_t sample)
{
	uint32_t four[4];

	block_at(four, name, seed, sample, 0);
	return four[0];
}

/* --- weights --- */

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* The power of two p with p * p in (3,12] / fan_in */
static float
near_kaiming(int64_t fan_in)
{
	float p = 1;
	int64_t most = 12;

	for (; fan_in > most; most *= 4)
		p /= 2;
	return p;
}

void
formula_weight(struct tensor *t)
{
	int64_t i, n = tensor_count(t);
	float add = 0, times = 0.25f, *v = t->data; /* a bias or a running mean */
	uint32_t *u;

	if (t->dtype == TEN_I64) {
		*(int64_t *)t->data = 7;
		return;
	}
	if (t->ndim > 1) {
		times = near_kaiming(n / t->dim[0]) / (t->ndim > 2 ? 1 : 16);
	} else if (ends_with(t->name, ".weight") || ends_with(t->name, ".running_var")) {
		add = ends_with(t->name, ".bn2.weight") || ends_with(t->name, ".bn3.weight") ? 0.25f : 1;
		times = add / 2;
	} else if (ends_with(t->name, ".0.bias") || ends_with(t->name, ".3.bias")) {
		times = 0x1p-5f;
	}
	u = mem_array((size_t)n, sizeof *u);
	formula_words(u, t->name, 0, 0, (size_t)n);
	for (i = 0; i < n; i++)
		v[i] = add + times * ((float)((int32_t)(u[i] >> 8) - (1 << 23)) * 0x1p-23f);
	free(u);
}

/* --- images --- */

static int
triangle(int t)
{
	t &= 4095;
	return t < 2048 ? t : 4095 - t;
}

static int
wave(const uint32_t k[4], int channel, int y, int x)
{
	int i, v = -4096;

	for (i = 0; i < 4; i++) {
		int ax = (int)(k[i] & 255) - 128, ay = (int)(k[i] >> 8 & 255) - 128;

		v += triangle(ax * x + ay * y + (int)(k[i] >> 16) + 977 * channel);
	}
	return v;
}

/* v[c,h,w] = waves seen from (dy,dx), times gain / 64, plus noise drawn under `name` */
static void
textured(float *v, const char *name, uint32_t seed, uint32_t sample, int c, int h, int w, int dy, int dx, int gain)
{
	size_t n = (size_t)c * (size_t)h * (size_t)w, i;
	uint32_t k[4], *u = mem_array(n, sizeof *u);

	formula_words(k, "waves", seed, sample, 4);
	formula_words(u, name, seed, sample, n);
	for (i = 0; i < n; i++) {
		int x = (int)(i % (size_t)w), y = (int)(i / (size_t)w % (size_t)h), channel = (int)(i / (size_t)w / (size_t)h);
		int noise = (int)(u[i] >> 16) - 32768;

		v[i] = (float)(wave(k, channel, y + dy, x + dx) * gain + noise) * UNIT;
	}
	free(u);
}

void
formula_image(float *v, uint32_t seed, uint32_t sample, int c, int h, int w)
{
	textured(v, "image", seed, sample, c, h, w, 0, 0, 64);
}

void
formula_view(float *v, int which, uint32_t seed, uint32_t sample, int c, int s)
{
	uint32_t k = first_word(which == 1 ? "view.1" : "view.2", seed, sample);

	textured(v, which == 1 ? "noise.1" : "noise.2", seed, sample, c, s, s, (int)(k & 15), (int)(k >> 4 & 15),
	         48 + (int)(k >> 8 & 31));
}

static int
inside(int y, int x, int r)
{
	return y * y + x * x < r * r;
}

void
formula_mask(unsigned char *m, uint32_t seed, uint32_t sample, int h, int w)
{
	uint32_t k = first_word("mask", seed, sample);
	int s = h < w ? h : w, i, y, x;
	int cy = h / 2 + (int)(k & 7) - 4, cx = w / 2 + (int)(k >> 3 & 7) - 4, r = s / 8 + (int)(k >> 6 & 3);

	for (i = 0; i < h * w; i++) {
		y = i / w - cy;
		x = i % w - cx;
		m[i] = (unsigned char)inside(y, x + s / 4, r + s / 16);
		if (inside(y, x, r + s / 16))
			m[i] = inside(y, x, r) ? 3 : 2;
	}
}

int64_t
formula_label(uint32_t seed, uint32_t sample, int classes)
{
	return first_word("label", seed, sample) % (uint32_t)classes;
}
