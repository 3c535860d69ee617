#include "image/cine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/texture.h"

#define PI 3.14159265358979323846
#define THROUGH 3 /* cuts averaged over a slice's thickness */

/* Positions of the random stream (epoch): the patient, then one for each image. */
enum { DRAW_PATIENT, DRAW_NOISE };

enum heart_group
cine_group(uint64_t id)
{
	uint64_t k = id - 1;

	return (enum heart_group)((k + k / 10) % HEART_GROUPS);
}

static int
between(struct rng *r, const int range[2])
{
	return range[0] + (int)rng_below(r, (uint64_t)(range[1] - range[0]) + 1);
}

/* A field of view of 270-380 mm at 1.2-1.8 mm per pixel, as far as the matrix allows. */
static void
draw_matrix(struct cine *c, const struct cine_option *o, struct rng *r)
{
	int side = between(r, o->matrix), other = (int)lround(side * rng_range(r, .78, 1));
	double lo = fmax(1.2, 270. / side), hi = fmin(fmax(1.8, lo * 1.15), fmax(380. / side, lo));
	int wide = rng_chance(r, .5);

	c->w = wide ? side : other;
	c->h = wide ? other : side;
	c->spacing[0] = c->spacing[1] = rng_range(r, lo, hi);
	c->cx = (float)(.5 * (c->w - 1) + rng_normal(r) * .03 * c->w);
	c->cy = (float)(.5 * (c->h - 1) + rng_normal(r) * .03 * c->h);
}

/* Slices 5-10 mm apart from the valve plane to the tip, as far as their number allows. */
static void
draw_stack(struct cine *c, const struct cine_option *o, struct rng *r)
{
	double cover = c->heart.length + c->heart.tip + rng_range(r, -4, 6), apart = rng_range(r, 5, 10);
	int k;

	c->slices = (int)lround(cover / apart);
	if (c->slices < o->slices[0])
		c->slices = o->slices[0];
	if (c->slices > o->slices[1])
		c->slices = o->slices[1];
	c->spacing[2] = cover / c->slices;
	c->thick = (float)fmin(c->spacing[2], 8);
	c->first = (float)(.5 * c->spacing[2] * rng_range(r, .3, 1));
	for (k = 0; k < CINE_MAX_SLICES; k++) {
		c->shift[k][0] = (float)(1.1 * rng_normal(r));
		c->shift[k][1] = (float)(1.1 * rng_normal(r));
	}
}

static void
draw_scanner(struct cine *c, const struct cine_option *o, struct rng *r)
{
	c->blood = (float)exp(rng_range(r, log(110), log(480)));
	c->muscle = (float)rng_range(r, .30, .5);
	c->pericardium = (float)rng_range(r, 2, 12);
	c->noise = (float)rng_range(r, o->noise[0], o->noise[1]);
	c->coil[0] = (float)rng_range(r, -90, -30);
	c->coil[1] = (float)rng_range(r, -100, -20);
	c->coil[2] = (float)rng_range(r, 90, 260);
}

static void
draw_pose(struct cine *c, struct rng *r)
{
	double turn = 14 * rng_normal(r) * PI / 180;

	if (rng_chance(r, .25)) /* planned with the phase direction the other way round */
		turn += 80 * PI / 180;
	c->cosine = (float)cos(turn);
	c->sine = (float)sin(turn);
	c->turn = (float)rng_range(r, -.45, .45);
	c->tilt[0] = (float)(.10 * rng_normal(r));
	c->tilt[1] = (float)(.10 * rng_normal(r));
}

static float *coil_gain(const struct cine *c);
static float *ground(const struct cine *c);

void
cine_draw(struct cine *c, const struct cine_option *o, uint64_t seed, uint64_t id)
{
	struct rng r = rng_at(seed, RNG_PHANTOM, DRAW_PATIENT, id);
	int k;

	memset(c, 0, sizeof *c);
	c->seed = seed;
	c->id = id;
	heart_draw(&c->heart, cine_group(id), &r);
	draw_matrix(c, o, &r);
	draw_stack(c, o, &r);
	draw_scanner(c, o, &r);
	draw_pose(c, &r);
	torso_draw(&c->torso, c->muscle, &r);
	c->frames = between(&r, o->frames);
	c->spacing[3] = 60 / fmin(fmax(70 + 11 * rng_normal(&r), 48), 105) / c->frames;
	for (k = 0; k < c->frames; k++)
		if (heart_volume(&c->heart, (double)k / c->frames) <
		    heart_volume(&c->heart, (double)c->es / c->frames))
			c->es = k;
	c->height = round(fmin(fmax(170 + 9 * rng_normal(&r), 148), 198));
	c->weight = round(fmin(fmax(24.5 + 3.6 * rng_normal(&r), 18), 37) * c->height * c->height / 1e4);
	c->gain = coil_gain(c);
	c->ground = ground(c);
}

void
cine_free(struct cine *c)
{
	free(c->ground);
	free(c->gain);
	memset(c, 0, sizeof *c);
}

/* Pixel (i,j) of slice k in the body's frame. */
static inline void
body_place(float *x, float *y, const struct cine *c, int k, int i, int j)
{
	float u = ((float)i - c->cx) * (float)c->spacing[0] - c->shift[k][0];
	float v = ((float)j - c->cy) * (float)c->spacing[1] - c->shift[k][1];

	*x = c->cosine * u + c->sine * v;
	*y = c->cosine * v - c->sine * u;
}

static float
slice_depth(const struct cine *c, int k)
{
	return c->first + (float)k * (float)c->spacing[2];
}

/* A surface coil on the chest: sensitivity falls off with distance. */
static float *
coil_gain(const struct cine *c)
{
	float *gain = mem_array((size_t)c->w * (size_t)c->h, sizeof *gain);
	float at_heart = .25f + expf(-hypotf(c->coil[0], c->coil[1]) / c->coil[2]), x, y;
	int i, j;

	for (j = 0; j < c->h; j++)
		for (i = 0; i < c->w; i++) {
			body_place(&x, &y, c, 0, i, j);
			gain[j * c->w + i] =
				(.25f + expf(-hypotf(x - c->coil[0], y - c->coil[1]) / c->coil[2])) /
				at_heart;
		}
	return gain;
}

static float *
ground(const struct cine *c)
{
	float *g = mem_array((size_t)c->slices * (size_t)c->h * (size_t)c->w, sizeof *g), *p = g, x, y;
	int i, j, k;

	for (k = 0; k < c->slices; k++)
		for (j = 0; j < c->h; j++)
			for (i = 0; i < c->w; i++) {
				body_place(&x, &y, c, k, i, j);
				*p++ = torso_signal(&c->torso, x, y, slice_depth(c, k),
						    1.2f * (float)c->spacing[0]);
			}
	return g;
}

/* One slice of the heart at one moment. */
struct view {
	const struct cine *c;
	struct heart_cut cut[THROUGH]; /* the middle one decides the labels */
	float rough[HEART_ANGLES + 1]; /* mm of trabeculae before the wall */
	float fat[HEART_ANGLES + 1];   /* mm of fat around the heart */
	float papillary[2][3];         /* x, y, radius */
	float ax, ay, z, time;         /* axis; depth; moves the blood's swirls */
	float reach;                   /* nothing of the heart lies farther from the axis */
};

/* Two muscles stand in the cavity's middle third and come closer as it shrinks. */
static void
place_papillaries(struct view *v)
{
	static const float at[2] = { .9f, -1.2f };
	const struct heart_cut *mid = &v->cut[THROUGH / 2];
	int m;

	for (m = 0; m < 2; m++) {
		int i = (int)((at[m] < 0 ? at[m] + 2 * (float)PI : at[m]) * HEART_ANGLES / (2 * (float)PI));
		float there = 1 - fabsf(mid->depth - .45f) / .33f;
		float r = mid->endo[i] * (.62f + .1f * mid->depth);

		v->papillary[m][0] = r * cosf(at[m]);
		v->papillary[m][1] = r * sinf(at[m]);
		v->papillary[m][2] = there > 0 ? fminf(5 * sqrtf(there), .32f * mid->endo[i]) : 0;
	}
}

static void
view_slice(struct view *v, const struct cine *c, const struct heart_pose *pose, int k, int frame)
{
	uint64_t seed = c->torso.seed + 100;
	int t, i;

	memset(v, 0, sizeof *v);
	v->c = c;
	v->z = slice_depth(c, k);
	v->ax = c->tilt[0] * (v->z - .5f * (float)c->heart.length);
	v->ay = c->tilt[1] * (v->z - .5f * (float)c->heart.length);
	v->time = .8f * (float)frame + 37 * (float)k;
	for (t = 0; t < THROUGH; t++)
		heart_slice(&v->cut[t], &c->heart, pose,
			    v->z + ((float)t / (THROUGH - 1) - .5f) * .8f * c->thick);
	for (i = 0; i <= HEART_ANGLES; i++) {
		float x = 3 * c->heart.ray[i % HEART_ANGLES][0], y = 3 * c->heart.ray[i % HEART_ANGLES][1];

		v->rough[i] = 3.5f * fmaxf(texture_noise3(seed, 3 * x, 3 * y, v->z / 9) - .15f, 0);
		v->fat[i] = c->pericardium *
			    fmaxf(texture_noise3(seed + 1, x / 2, y / 2, v->z / 20) + .2f - .08f * x, 0);
		for (t = 0; t < THROUGH; t++)
			v->reach = fmaxf(v->reach, fmaxf(v->cut[t].rv[i] + 3, v->cut[t].epi[i]));
	}
	v->reach = v->reach > 3 ? v->reach + 1.2f * c->pericardium + 3 : 0;
	place_papillaries(v);
}

static inline float
at(const float *table, int i, float part)
{
	return table[i] + part * (table[i + 1] - table[i]);
}

static inline float
cover(float in, float soft)
{
	float a = in / soft + .5f;

	return a < 0 ? 0 : a > 1 ? 1 : a;
}

static inline float
mix(float under, float over, float alpha)
{
	return under + (over - under) * alpha;
}

/* Of a voxel, what is: cavity, left ventricle with its wall, right cavity, right wall, fat around all. */
struct share {
	float endo, epi, rv, wall, fat;
};

static inline struct share
share_at(const struct view *v, float r, int i, float part, float soft)
{
	struct share s = { 0 };
	float rough = at(v->rough, i, part), fat = at(v->fat, i, part);
	int t;

	for (t = 0; t < THROUGH; t++) {
		float endo = at(v->cut[t].endo, i, part), epi = at(v->cut[t].epi, i, part);
		float rv = at(v->cut[t].rv, i, part), outer = rv > 0 ? fmaxf(epi, rv + 3) : epi;

		s.endo += cover(endo - rough - r, soft);
		s.epi += cover(epi - r, soft);
		s.rv += cover(rv - rough - r, soft);
		s.wall += cover(outer - r, soft);
		s.fat += outer > 0 ? cover(outer + fat - r, soft) : 0;
	}
	s.endo /= THROUGH;
	s.epi /= THROUGH;
	s.rv /= THROUGH;
	s.wall /= THROUGH;
	s.fat /= THROUGH;
	return s;
}

static float
papillary(const struct view *v, int m, float x, float y, float soft)
{
	const float *p = v->papillary[m];
	float ragged = 2.5f * texture_noise3(v->c->torso.seed + 113, x / 4, y / 4, v->z / 8);

	return p[2] > 0 ? cover(ragged + p[2] - hypotf(x - p[0], y - p[1]), soft) : 0;
}

/* Signal at (x,y) mm from the axis, over what was there before. */
static float
heart_signal(const struct view *v, float under, float x, float y, struct share s, float soft)
{
	const struct cine *c = v->c;
	uint64_t seed = c->torso.seed + 110;
	float muscle = c->muscle, blood, dark, depth = fmaxf(v->cut[THROUGH / 2].depth, 0);
	int m;

	muscle *= 1 + .10f * texture_noise3(seed, x / 7, y / 7, v->z / 10);
	under = mix(under, c->torso.fat, s.fat);
	under = mix(under, muscle, s.wall);
	if (s.endo + s.rv <= 0)
		return mix(under, muscle, s.epi);
	blood = 1 + .13f * texture_noise3(seed + 1, x / 11, y / 11, v->time);
	if (s.rv > 0) {
		dark = texture_noise3(seed + 2, x / 5, y / 5, v->z / 9) - .55f + .5f * depth;
		under = mix(under, mix(.95f * blood, muscle, fminf(2.5f * fmaxf(dark, 0), .8f)), s.rv);
	}
	under = mix(under, muscle, s.epi);
	if (s.endo <= 0)
		return under;
	for (m = 0; m < 2; m++)
		blood = mix(blood, muscle, .85f * papillary(v, m, x, y, soft));
	return mix(under, blood, s.endo);
}

static uint8_t
label(const struct heart_cut *c, float r, int i, float part)
{
	if (c->depth < 0)
		return 0;
	if (r < at(c->endo, i, part))
		return 3;
	if (r < at(c->epi, i, part))
		return 2;
	return r < at(c->rv, i, part);
}

/* Paints the heart over signal[h][w] and sets labels in mask[h][w] (which may be NULL and is 0 before). */
static void
paint(float *signal, uint8_t *mask, const struct view *v, int k)
{
	const struct cine *c = v->c;
	float cosine = cosf(c->turn), sine = sinf(c->turn), soft = 1.2f * (float)c->spacing[0];
	int i, j;

	for (j = 0; j < c->h; j++)
		for (i = 0; i < c->w; i++) {
			float bx, by, x, y, r, turn, part;
			int a;

			body_place(&bx, &by, c, k, i, j);
			bx -= v->ax;
			by -= v->ay;
			r = sqrtf(bx * bx + by * by);
			if (r > v->reach)
				continue;
			x = cosine * bx + sine * by;
			y = cosine * by - sine * bx;
			turn = atan2f(y, x) * (HEART_ANGLES / (2 * (float)PI));
			turn += turn < 0 ? HEART_ANGLES : 0;
			a = turn >= HEART_ANGLES ? HEART_ANGLES - 1 : (int)turn;
			part = turn - (float)a;
			signal[j * c->w + i] = heart_signal(v, signal[j * c->w + i], x, y,
							    share_at(v, r, a, part, soft), soft);
			if (mask)
				mask[j * c->w + i] = label(&v->cut[THROUGH / 2], r, a, part);
		}
}

/* Where pixels are coarse, a thin wall could let the cavity touch the outside: such neighbours are wall. */
static void
close_wall(uint8_t *mask, int w, int h)
{
	int i, j, di, dj;

	for (j = 1; j < h - 1; j++)
		for (i = 1; i < w - 1; i++) {
			if (mask[j * w + i] != 3)
				continue;
			for (dj = -1; dj <= 1; dj++)
				for (di = -1; di <= 1; di++) {
					uint8_t *m = &mask[(j + dj) * w + i + di];

					if (*m < 2)
						*m = 2;
				}
		}
}

/* Two numbers that are nearly normal: the sum of four bytes, deviation 147.8. */
static inline float
grain(struct rng *r)
{
	uint32_t u = rng_u32(r);

	u = (u & 0x00ff00ffu) + (u >> 8 & 0x00ff00ffu);
	return ((float)(int)((u & 0xffffu) + (u >> 16)) - 510) * (1 / 147.8f);
}

/* Magnitude of the signal with noise in both channels (Rician), in the scanner's integers. */
static void
acquire(int16_t *image, const float *signal, const struct cine *c, int frame, int k)
{
	uint32_t purpose = DRAW_NOISE + (uint32_t)(frame * CINE_MAX_SLICES + k);
	struct rng r = rng_at(c->seed, RNG_PHANTOM, purpose, c->id);
	int i;

	for (i = 0; i < c->w * c->h; i++) {
		float re = signal[i] * c->gain[i] + c->noise * grain(&r), im = c->noise * grain(&r);

		image[i] = (int16_t)fminf(sqrtf(re * re + im * im) * c->blood + .5f, 32767);
	}
}

void
cine_frame(int16_t *image, uint8_t *mask, const struct cine *c, int frame)
{
	size_t plane = (size_t)c->w * (size_t)c->h;
	float *signal = mem_array(plane, sizeof *signal);
	struct heart_pose pose;
	struct view v;
	int k;

	heart_at(&pose, &c->heart, (double)frame / c->frames);
	if (mask)
		memset(mask, 0, plane * (size_t)c->slices);
	for (k = 0; k < c->slices; k++) {
		uint8_t *m = mask ? mask + (size_t)k * plane : NULL;

		memcpy(signal, c->ground + (size_t)k * plane, plane * sizeof *signal);
		view_slice(&v, c, &pose, k, frame);
		paint(signal, m, &v, k);
		if (m)
			close_wall(m, c->w, c->h);
		acquire(image + (size_t)k * plane, signal, c, frame, k);
	}
	free(signal);
}
