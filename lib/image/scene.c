#include "image/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/texture.h"

#define PI 3.14159265358979323846f
#define FINE 2      /* samples per pixel and direction */
#define LEAVES 6000 /* at most; what they leave uncovered is background */

/* Positions of the random stream (epoch), away from those of cine.c. */
#define DRAW_STYLE 0x40000000u
#define DRAW_IMAGE 0x50000000u

enum { ELLIPSE, BOX, TRIANGLE, HEXAGON, BLOB, STAR, BAR, RING, SHAPES };
enum { FLAT, STRIPES, CHECKS, CLOUDS, SHADED, SPOTS, WAVES, TEXTURES };

static float
range(struct rng *r, double lo, double hi)
{
	return (float)rng_range(r, lo, hi);
}

static void
draw_palette(struct scene_style *s, float bright, float hue, float chroma, struct rng *r)
{
	int k;

	for (k = 0; k < SCENE_COLOURS; k++) {
		float h =
			hue + (k ? .16f : .05f) * (float)rng_normal(r) + (k == SCENE_COLOURS - 1 ? .45f : 0);
		float c = chroma * range(r, .5, 1.3);

		s->colour[k][0] = bright + .22f * (float)rng_normal(r);
		s->colour[k][1] = c * cosf(2 * PI * h);
		s->colour[k][2] = c * sinf(2 * PI * h);
	}
}

void
scene_style(struct scene_style *s, uint64_t seed, int class)
{
	struct rng r = rng_at(seed, RNG_PHANTOM, DRAW_STYLE + (uint32_t) class, 0);

	memset(s, 0, sizeof *s);
	s->shape = (class + (int)rng_below(&r, 2)) % SHAPES;
	s->texture = (class * 3 + (int)rng_below(&r, 2)) % TEXTURES;
	s->faithful = range(&r, .5, .75);
	s->exponent = range(&r, 2.3, 3.6);
	s->least = range(&r, .012, .035);
	s->stretch = range(&r, 1, 2.4);
	s->turn = range(&r, 0, PI);
	s->swing = range(&r, .15, 2);
	s->grain = range(&r, .2, .7);
	s->contrast = range(&r, .25, .7);
	s->bright = range(&r, .35, .62);
	s->hue = (float)class * .618034f + range(&r, -.08, .08);
	s->chroma = range(&r, .06, .2);
}

/* The class's manner as this image has it. */
static void
depart(struct scene_style *s, struct rng *r)
{
	s->exponent += .25f * (float)rng_normal(r);
	s->least *= range(r, .7, 1.5);
	s->turn += .3f * (float)rng_normal(r);
	s->grain *= range(r, .7, 1.4);
	s->contrast *= range(r, .6, 1.3);
	s->faithful *= range(r, .7, 1.2);
	s->bright += .06f * (float)rng_normal(r);
	s->hue += .09f * (float)rng_normal(r);
	s->chroma *= range(r, .5, 1.4);
	draw_palette(s, s->bright, s->hue, s->chroma, r);
}

struct leaf {
	int shape, texture;
	float x, y, radius, stretch, cosine, sine; /* in units of the image's side */
	float lobes, phase, grain, contrast;
	uint64_t seed;
	float colour[2][3];
};

static void
draw_leaf(struct leaf *l, const struct scene_style *s, struct rng *r)
{
	float p = 1 - s->exponent, lo = powf(s->least, p), hi = powf(1 / 3.f, p), turn;
	int k, c;

	l->shape = rng_chance(r, s->faithful) ? s->shape : (int)rng_below(r, SHAPES);
	l->texture = rng_chance(r, s->faithful) ? s->texture : (int)rng_below(r, TEXTURES);
	l->x = range(r, -.15, 1.15);
	l->y = range(r, -.15, 1.15);
	l->radius = powf(lo + (hi - lo) * (float)rng_uniform(r), 1 / p);
	l->stretch = s->stretch * range(r, .75, 1.25) * (l->shape == BAR ? 3 : 1);
	turn = s->turn + s->swing * (float)rng_normal(r);
	l->cosine = cosf(turn);
	l->sine = sinf(turn);
	l->lobes = 3 + (float)rng_below(r, 4);
	l->phase = range(r, 0, 2 * PI);
	l->grain = s->grain * range(r, .7, 1.4);
	l->contrast = s->contrast;
	l->seed = rng_u64(r);
	for (k = 0; k < 2; k++) {
		const float *from = s->colour[rng_below(r, SCENE_COLOURS)];

		for (c = 0; c < 3; c++)
			l->colour[k][c] = from[c] + (c ? .03f : .08f) * (float)rng_normal(r);
	}
}

static float
petal(const struct leaf *l, float u, float v)
{
	float c = cosf(l->lobes * atan2f(v, u));

	return c * fabsf(c);
}

/* How deep (u,v) lies in a leaf of radius 1: 1 at the middle, 0 at the edge, negative outside. */
static float
depth(const struct leaf *l, float u, float v)
{
	float d = sqrtf(u * u + v * v), a = fabsf(u), b = fabsf(v);

	switch (l->shape) {
	case BOX:
	case BAR:
		return 1 - fmaxf(a, b);
	case TRIANGLE:
		return .5f - fmaxf(.866f * a + .5f * v, -v);
	case HEXAGON:
		return .9f - fmaxf(.866f * a + .5f * b, b);
	case BLOB:
		return 1 - d / (.8f + .25f * sinf(l->lobes * atan2f(v, u) + l->phase));
	case STAR:
		return 1 - d / (.65f + .4f * petal(l, u, v));
	case RING:
		return d < .45f ? -1 : 1 - d;
	default:
		return 1 - d;
	}
}

/* In [-1,1]; (u,v) in radii. */
static float
pattern(const struct leaf *l, float u, float v)
{
	float p = u / l->grain, q = v / l->grain, fu, fv;

	switch (l->texture) {
	case STRIPES:
		return sinf(2 * PI * p + l->phase) > 0 ? 1 : -1;
	case CHECKS:
		return ((int)floorf(p) + (int)floorf(q)) & 1 ? 1 : -1;
	case CLOUDS:
		return fmaxf(-1, fminf(1, 1.6f * texture_fractal(l->seed, 2 * p, 2 * q, 4, .6f)));
	case SHADED:
		return fmaxf(-1, fminf(1, u));
	case SPOTS:
		fu = p - floorf(p) - .5f;
		fv = q - floorf(q) - .5f;
		return fu * fu + fv * fv < .09f ? 1 : -1;
	case WAVES:
		return sinf(2 * PI * (p + .5f * texture_noise(l->seed, p, q)) + l->phase);
	default:
		return .25f * texture_noise(l->seed, 3 * p, 3 * q);
	}
}

/* Colour at (u,v), `in` deep: texture between the leaf's two colours, darker towards the edge. */
static void
shade(float out[3], const struct leaf *l, float u, float v, float in)
{
	float t = .5f + .5f * l->contrast * pattern(l, u, v), rim = fminf(1, .72f + .9f * in);
	int c;

	for (c = 0; c < 3; c++)
		out[c] = rim * (l->colour[0][c] + t * (l->colour[1][c] - l->colour[0][c]));
	out[0] *= 1 + .12f * (u * l->cosine - v * l->sine); /* light from one side */
}

struct canvas {
	int side, left; /* samples, and how many are uncovered */
	float (*colour)[3];
	uint8_t *covered;
};

/* The leaf covers what nothing in front of it has. */
static void
drop(struct canvas *c, const struct leaf *l)
{
	float side = (float)c->side, reach = l->radius * fmaxf(l->stretch, 1) * 1.5f;
	int x0 = (int)fmaxf((l->x - reach) * side, 0), x1 = (int)fminf((l->x + reach) * side + 1, side);
	int y0 = (int)fmaxf((l->y - reach) * side, 0), y1 = (int)fminf((l->y + reach) * side + 1, side), x, y;

	for (y = y0; y < y1; y++)
		for (x = x0; x < x1; x++) {
			float dx = ((float)x + .5f) / side - l->x, dy = ((float)y + .5f) / side - l->y;
			float u = (l->cosine * dx + l->sine * dy) / (l->radius * l->stretch);
			float v = (l->cosine * dy - l->sine * dx) / l->radius, in;
			int i = y * c->side + x;

			if (c->covered[i])
				continue;
			in = depth(l, u, v);
			if (in <= 0)
				continue;
			shade(c->colour[i], l, u, v, in);
			c->covered[i] = 1;
			c->left--;
		}
}

static uint8_t
byte(float v)
{
	return (uint8_t)(v <= 0 ? 0 : v >= 1 ? 255 : v * 255 + .5f);
}

/* Mean of the samples of pixel (x,y). */
static void
average(float yuv[3], const struct canvas *c, int x, int y)
{
	int i, j, k;

	yuv[0] = yuv[1] = yuv[2] = 0;
	for (j = 0; j < FINE; j++)
		for (i = 0; i < FINE; i++)
			for (k = 0; k < 3; k++)
				yuv[k] += c->colour[(y * FINE + j) * c->side + x * FINE + i][k];
	for (k = 0; k < 3; k++)
		yuv[k] /= FINE * FINE;
}

/* Lights the scene, adds a camera's noise, turns luminance and chroma (YUV, BT.601) into red, green, blue. */
static void
develop(uint8_t *rgb, int size, const struct canvas *c, struct rng *r)
{
	float across = range(r, -.25, .25), down = range(r, -.25, .25), noise = range(r, 0, .02);
	float yuv[3], light, side = (float)size;
	int x, y;

	for (y = 0; y < size; y++)
		for (x = 0; x < size; x++, rgb += 3) {
			average(yuv, c, x, y);
			light = 1 + across * ((float)x / side - .5f) + down * ((float)y / side - .5f);
			yuv[0] = light * yuv[0] + noise * (float)rng_normal(r);
			yuv[1] *= light;
			yuv[2] *= light;
			rgb[0] = byte(yuv[0] + 1.13983f * yuv[2]);
			rgb[1] = byte(yuv[0] - .39465f * yuv[1] - .58060f * yuv[2]);
			rgb[2] = byte(yuv[0] + 2.03211f * yuv[1]);
		}
}

void
scene_paint(uint8_t *rgb, int size, const struct scene_style *manner, uint64_t seed, int class,
	    uint64_t index)
{
	struct rng r = rng_at(seed, RNG_PHANTOM, DRAW_IMAGE + (uint32_t) class, index);
	struct scene_style s = *manner;
	struct canvas c = { .side = size * FINE };
	size_t n = (size_t)c.side * (size_t)c.side;
	struct leaf l;
	int k;

	depart(&s, &r);
	c.left = (int)n;
	c.colour = mem_array(n, sizeof *c.colour);
	c.covered = mem_array(n, 1);
	for (k = 0; k < LEAVES && c.left; k++) {
		draw_leaf(&l, &s, &r);
		drop(&c, &l);
	}
	if (c.left) { /* one more, behind all */
		draw_leaf(&l, &s, &r);
		l.shape = BOX;
		l.x = l.y = .5f;
		l.radius = 3;
		l.stretch = 1;
		drop(&c, &l);
	}
	develop(rgb, size, &c, &r);
	free(c.colour);
	free(c.covered);
}
