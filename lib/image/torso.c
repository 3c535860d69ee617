#include "image/torso.h"

#include <math.h>
#include <string.h>

#include "image/texture.h"

enum { AORTA, SPINE, CANAL, STOMACH, GAS, SPLEEN, KIDNEY, CAVA, BOWEL };

static float
range(struct rng *r, double lo, double hi)
{
	return (float)rng_range(r, lo, hi);
}

static struct torso_blob
blob(struct rng *r, float x, float y, float rx, float ry, float signal, float grain)
{
	struct torso_blob b = {
		.x = x + range(r, -7, 7), .y = y + range(r, -7, 7), .signal = signal, .grain = grain
	};
	double turn = rng_range(r, -.6, .6);

	b.rx = rx * range(r, .8, 1.25);
	b.ry = ry * range(r, .8, 1.25);
	b.cosine = (float)cos(turn);
	b.sine = (float)sin(turn);
	b.z = 40;
	b.reach = 1000;
	return b;
}

static void
draw_organs(struct torso *t, struct rng *r)
{
	struct torso_blob *b = t->blob;
	float filling = range(r, .15, 1.15);

	b[AORTA] = blob(r, 62, 52, 11, 11, range(r, .8, 1.1), .05f);
	b[SPINE] = blob(r, 84, 84, 20, 17, t->marrow, .15f);
	b[CANAL] = b[SPINE];
	b[CANAL].x += 17;
	b[CANAL].y += 17;
	b[CANAL].rx = b[CANAL].ry = 7;
	b[CANAL].signal = 1.05f;
	b[STOMACH] = blob(r, 30, 68, 26, 18, filling, .35f);
	b[STOMACH].z = range(r, 40, 80);
	b[STOMACH].reach = range(r, 40, 60);
	b[GAS] = b[STOMACH];
	b[GAS].y -= .4f * b[GAS].ry;
	b[GAS].rx *= .6f;
	b[GAS].ry *= .45f;
	b[GAS].signal = .03f;
	b[GAS].grain = .2f;
	b[SPLEEN] = blob(r, 66, 66, 15, 26, t->muscle * range(r, 1.1, 2), .06f);
	b[SPLEEN].z = range(r, 50, 90);
	b[SPLEEN].reach = range(r, 25, 45);
	b[KIDNEY] = blob(r, 52, 96, 17, 22, t->muscle * range(r, 1.3, 2.3), .35f);
	b[CAVA] = blob(r, -14, 62, 11, 8, range(r, .6, 1), .08f);
	b[CAVA].z = 0;
	b[CAVA].reach = range(r, 25, 50);
	b[BOWEL] = blob(r, 4, 100, 34, 16, range(r, .3, .9), .5f);
	b[BOWEL].z = range(r, 60, 100);
	b[BOWEL].reach = 45;
}

void
torso_draw(struct torso *t, float muscle, struct rng *r)
{
	memset(t, 0, sizeof *t);
	t->seed = rng_u64(r);
	t->muscle = muscle * range(r, .75, 1.05);
	t->fat = range(r, .7, 1.2);
	t->lung = range(r, .04, .10);
	t->liver = muscle * range(r, .85, 1.35);
	t->marrow = muscle * range(r, .9, 1.5);
	t->skin = range(r, 6, 20);
	t->wall = range(r, 13, 20);
	t->rx = range(r, 112, 134) + t->skin;
	t->ry = range(r, 122, 150) + t->skin;
	t->cx = t->rx - t->skin - t->wall - range(r, 56, 70);
	t->cy = range(r, 15, 50);
	t->narrow = range(r, .10, .35);
	t->dome = range(r, 27, 46);
	t->rise = range(r, .15, .55);
	t->liver_edge = range(r, -5, 30);
	draw_organs(t, r);
}

/* How much of a voxel `soft` mm wide is inside, `in` mm from the edge (negative outside). */
static inline float
cover(float in, float soft)
{
	float c = in / soft + .5f;

	return c < 0 ? 0 : c > 1 ? 1 : c;
}

static inline float
mix(float under, float over, float alpha)
{
	return under + (over - under) * alpha;
}

/* mm inside the superellipse |x|^2.6 + |y|^2.6 with its edge moved inward by `inset`. */
static float
inside(const struct torso *t, float x, float y, float z, float inset)
{
	float rx = t->rx - inset, ry = t->ry - inset, q;

	x += t->narrow * z * .5f;
	q = powf(fabsf(x - t->cx) / rx, 2.25f) + powf(fabsf(y - t->cy) / ry, 2.25f);
	return q < 1e-6f ? rx : (1 - powf(q, 1 / 2.25f)) * (rx < ry ? rx : ry);
}

static float
blob_inside(const struct torso_blob *b, float x, float y, float z)
{
	float dx = x - b->x, dy = y - b->y, along = (z - b->z) / b->reach;
	float u = (dx * b->cosine + dy * b->sine) / b->rx, v = (dy * b->cosine - dx * b->sine) / b->ry;
	float q, shrink;

	if (along < -1 || along > 1)
		return -1000;
	shrink = sqrtf(1 - along * along) + 1e-3f;
	q = sqrtf(u * u + v * v);
	return (shrink - q) * (b->rx < b->ry ? b->rx : b->ry);
}

/* Ribs are cut across: dark rims, marrow inside, spaced along the wall. */
static float
wall_signal(const struct torso *t, float x, float y, float z, float depth)
{
	float along = atan2f(y - t->cy, x - t->cx) * 110, streak, rib;

	streak = texture_noise(t->seed + 1, along / 14, depth / 3 + z / 8);
	rib = texture_noise(t->seed + 2, along / 17, z / 30) - .25f - fabsf(depth - .6f * t->wall) / t->wall;
	if (rib > .12f)
		return t->marrow;
	if (rib > 0)
		return .05f;
	return streak > .45f ? mix(t->muscle, t->fat, .8f) : t->muscle * (1 + .25f * streak);
}

static float
lung_signal(const struct torso *t, float x, float y, float z)
{
	float vessel = texture_noise3(t->seed + 3, x / 7, y / 7, z / 12) +
		       .4f * texture_noise3(t->seed + 4, x / 3, y / 3, z / 6);

	return t->lung * (1 + .5f * texture_noise(t->seed + 5, x / 25, y / 25 + z)) +
	       (vessel > .72f ? fminf((vessel - .72f) * 3, .6f) : 0);
}

/* Below the diaphragm: fat, and organs in it. */
static float
belly_signal(const struct torso *t, float x, float y, float z, float soft)
{
	float wavy = 6 * texture_noise3(t->seed + 6, x / 20, y / 20, z / 25);
	float loops = texture_noise3(t->seed + 7, x / 11, y / 11, z / 15) * 9;
	float v = mix(mix(t->fat * .9f, t->muscle, cover(loops, soft)), .12f, cover(loops - 4.5f, soft));
	float edge = t->liver_edge + .35f * (y - 70) + wavy, grain, vessel;
	int i;

	vessel = texture_noise3(t->seed + 8, x / 9, y / 9, z / 16);
	v = mix(v, t->liver * (vessel > .55f ? 2 : 1 + .08f * vessel), cover(edge - x, soft));
	for (i = 0; i < TORSO_BLOBS; i++) {
		float alpha;

		if (i == AORTA || i == SPINE || i == CANAL)
			continue;
		alpha = cover(blob_inside(&t->blob[i], x, y, z) + .3f * wavy, soft);
		if (alpha <= 0)
			continue;
		grain = texture_noise3(t->seed + 9 + (uint64_t)i, x / 6, y / 6, z / 10);
		v = mix(mix(v, .1f, alpha * .6f), t->blob[i].signal * (1 + t->blob[i].grain * grain),
			cover(blob_inside(&t->blob[i], x, y, z) + .3f * wavy - 1.2f, soft));
	}
	return v;
}

/* Fat under the skin, in lobes with dark sheets between. */
static float
fat_signal(const struct torso *t, float x, float y, float z, float depth)
{
	float lobe = texture_noise3(t->seed + 23, x / 13, y / 13, z / 20);
	float sheet = fabsf(texture_noise3(t->seed + 24, x / 18, y / 18, z / 25 + depth / 9));

	if (depth < 1.8f)
		return t->muscle;
	return t->fat * (sheet < .05f ? .45f : 1 + .12f * lobe);
}

float
torso_signal(const struct torso *t, float x, float y, float z, float soft)
{
	float skin = t->skin * (1 + .6f * texture_noise(t->seed + 20, x / 55, y / 55) + .009f * z);
	float body = inside(t, x, y, z, 0), depth = body - skin, v, floor_y, wide;
	int i;

	if (body < -soft)
		return 0;
	wide = (x - 10) / 80;
	floor_y = t->dome - t->rise * (z - 20) + 30 * wide * wide +
		  4 * texture_noise(t->seed + 21, x / 40, z / 40);
	v = cover(y - floor_y, soft);
	v = v <= 0 ? lung_signal(t, x, y, z)
		   : mix(lung_signal(t, x, y, z),
			 mix(t->muscle, belly_signal(t, x, y, z, soft), cover(y - floor_y - 2.5f, soft)), v);
	for (i = AORTA; i <= CANAL; i++)
		v = mix(v,
			t->blob[i].signal *
				(1 + t->blob[i].grain * texture_noise3(t->seed + 22, x / 5, y / 5, z / 9)),
			cover(blob_inside(&t->blob[i], x, y, z), soft));
	if (depth < t->wall + soft)
		v = mix(v, wall_signal(t, x, y, z, depth), cover(t->wall - depth, soft));
	if (depth < soft)
		v = mix(v, fat_signal(t, x, y, z, body), cover(-depth, soft));
	return v * cover(body, soft);
}
