#include "image/heart.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define THINNEST 3.0f /* mm; a right ventricle narrower than this everywhere in a cut is not there */
#define TAIL 1.2f     /* mm; where its horns get narrower than this they end */

/* mean, deviation, least, most */
struct spread {
	double mean, sd, lo, hi;
};

static const struct {
	const char *name;
	struct spread edv, ef, muscle, rv_edv, rv_ef;
} groups[HEART_GROUPS] = {
	{ "NOR", { 130, 22, 90, 175 }, { .61, .05, .54, .72 }, { 95, 14, 70, 125 },
	  { 150, 25, 105, 200 }, { .55, .06, .45, .68 } },
	{ "DCM", { 285, 55, 200, 410 }, { .20, .07, .08, .34 }, { 165, 32, 115, 235 },
	  { 185, 50, 110, 300 }, { .33, .11, .15, .55 } },
	{ "HCM", { 135, 26, 90, 185 }, { .68, .06, .57, .80 }, { 175, 38, 125, 270 },
	  { 125, 25, 80, 175 }, { .60, .07, .48, .74 } },
	{ "MINF", { 190, 38, 130, 280 }, { .32, .06, .20, .40 }, { 130, 22, 95, 175 },
	  { 140, 30, 90, 200 }, { .55, .07, .42, .68 } },
	{ "RV", { 135, 30, 85, 195 }, { .56, .05, .48, .66 }, { 105, 18, 75, 140 },
	  { 265, 45, 205, 370 }, { .32, .08, .15, .42 } },
};

const char *
heart_group_name(enum heart_group g)
{
	return groups[g].name;
}

static double
draw(struct rng *r, struct spread s)
{
	return fmin(fmax(s.mean + s.sd * rng_normal(r), s.lo), s.hi);
}

/* A bump of height 1 around `at`, on the circle; width is where it has fallen to 1/e. */
static double
bump(double angle, double at, double width)
{
	double d = remainder(angle - at, 2 * PI) / width;

	return exp(-d * d);
}

static double
direction(int i)
{
	return 2 * PI * i / HEART_ANGLES;
}

static double
level(int k)
{
	return (k + .5) / HEART_LEVELS;
}

static double
taper(const struct heart *h, double s)
{
	return s < 1 ? sqrt(1 - pow(fmax(s, 0), h->bullet)) : 0;
}

/* Outline of the cavity: slightly oval, and flattened at the septum by a right ventricle under load. */
static void
draw_shape(struct heart *h, struct rng *r)
{
	double oval = rng_range(r, 0, .06), at = rng_range(r, 0, PI), flat = rng_range(r, 0, .05);
	int i;

	if (h->group == HEART_RV)
		flat = rng_range(r, .10, .24);
	for (i = 0; i < HEART_ANGLES; i++) {
		h->ray[i][0] = (float)cos(direction(i));
		h->ray[i][1] = (float)sin(direction(i));
		h->shape[i] = (float)(1 + oval * cos(2 * (direction(i) - at)) -
		                      flat * bump(direction(i), PI, .8));
	}
}

/* Muscle thins towards the tip. Hypertrophy sits in the septum; a scar is thin and does not move. */
static void
draw_wall(struct heart *h, struct rng *r)
{
	double thick = rng_range(r, .9, 1.8), thick_at = PI + rng_range(r, -.5, .5);
	double scar_at = rng_range(r, 0, 2 * PI), scar_wide = rng_range(r, .8, 1.3);
	double scar_low = rng_range(r, .35, .8), dead = rng_range(r, .85, 1);
	int k, i;

	for (k = 0; k < HEART_LEVELS; k++)
		for (i = 0; i < HEART_ANGLES; i++) {
			double s = level(k), w = 1 - .5 * s * s, scar = 0;

			if (h->group == HEART_HCM)
				w *= 1 + thick * bump(direction(i), thick_at, .9) * exp(-s * s);
			if (h->group == HEART_MINF) {
				double along = (s - scar_low) / .4;

				scar = dead * bump(direction(i), scar_at, scar_wide) * exp(-along * along);
			}
			h->wall[k][i] = (float)(w * (1 - .5 * scar));
			h->move[k][i] = (float)(1 - scar);
		}
}

/* r0 from the volume, the wall's scale from the muscle's, and the sums that give the contraction. */
static void
settle(struct heart *h)
{
	double cell = PI / HEART_ANGLES * h->length / HEART_LEVELS / 1000; /* ml per mm^2 of r^2 */
	double cavity = 0, muscle = 0;
	int k, i;

	for (k = 0; k < HEART_LEVELS; k++)
		for (i = 0; i < HEART_ANGLES; i++) {
			cavity += pow(taper(h, level(k)) * h->shape[i], 2) * cell;
			muscle += h->wall[k][i] * cell;
		}
	/* the tip below the cavity is half an ellipsoid on the last level's wall */
	for (i = 0; i < HEART_ANGLES; i++)
		muscle += 2. / 3 * h->wall[HEART_LEVELS - 1][i] * PI / HEART_ANGLES * h->tip / 1000;
	h->r0 = sqrt(h->edv / cavity);
	memset(h->sum, 0, sizeof h->sum);
	for (k = 0; k < HEART_LEVELS; k++)
		for (i = 0; i < HEART_ANGLES; i++) {
			double r2 = pow(h->r0 * taper(h, level(k)) * h->shape[i], 2), u = h->move[k][i];

			h->wall[k][i] *= (float)(h->muscle / muscle);
			h->sum[0] += r2;
			h->sum[1] += r2 * u;
			h->sum[2] += r2 * u * u;
		}
}

void
heart_draw(struct heart *h, enum heart_group g, struct rng *r)
{
	memset(h, 0, sizeof *h);
	h->group = g;
	h->edv = draw(r, groups[g].edv);
	h->ef = draw(r, groups[g].ef);
	h->muscle = draw(r, groups[g].muscle);
	h->rv_edv = draw(r, groups[g].rv_edv);
	h->rv_ef = draw(r, groups[g].rv_ef);
	h->length = 84 * pow(h->edv / 130, .28) * rng_range(r, .93, 1.07);
	h->descent = .02 + .20 * h->ef * rng_range(r, .8, 1.2);
	h->tip = rng_range(r, 5, 8);
	h->systole = rng_range(r, .33, .42);
	h->bullet = rng_range(r, 2.2, 3.2);
	h->rv_reach = rng_range(r, .72, .88);
	h->rv_skew = rng_range(r, .05, .3);
	draw_shape(h, r);
	draw_wall(h, r);
	settle(h);
}

/* Fraction of the stroke volume still in the ventricle: ejection, early filling, rest, atrial kick. */
static double
filling(const struct heart *h, double phase)
{
	double t = phase - floor(phase), es = h->systole;

	if (t < es)
		return .5 + .5 * cos(PI * t / es);
	t = (t - es) / (1 - es);
	if (t < .4)
		return .72 * (.5 - .5 * cos(PI * t / .4));
	if (t < .7)
		return .72 + .06 * (t - .4) / .3;
	return .78 + .22 * (.5 - .5 * cos(PI * (t - .7) / .3));
}

/* Linear in depth between the levels of a table. */
static float
sample(const float table[HEART_LEVELS][HEART_ANGLES], double s, int i)
{
	double at = fmin(fmax(s * HEART_LEVELS - .5, 0), HEART_LEVELS - 1);
	int k = at < HEART_LEVELS - 1 ? (int)at : HEART_LEVELS - 2;

	return table[k][i] + (float)(at - k) * (table[k + 1][i] - table[k][i]);
}

/* The left ventricle's radii at the fraction s of its length; returns its mean outer radius. */
static double
left(struct heart_cut *c, const struct heart *h, const struct heart_pose *p, double s)
{
	double over = (s - 1) * p->length / h->tip, girth = 0, radius = h->r0 * taper(h, s);
	int i;

	memset(c, 0, sizeof *c);
	c->depth = (float)s;
	for (i = 0; i < HEART_ANGLES; i++) {
		double muscle = sample(h->wall, s, i) * h->length / p->length;

		if (over > 0)
			muscle *= fmax(1 - over * over, 0);
		c->endo[i] = (float)(radius * h->shape[i] * fmax(1 - p->inward * sample(h->move, s, i), 0));
		c->epi[i] = sqrtf(c->endo[i] * c->endo[i] + (float)muscle);
		girth += c->epi[i] / HEART_ANGLES;
	}
	return girth;
}

/* Leaves of the right cavity what hangs together with its widest place. */
static void
trim(struct heart_cut *c, int widest)
{
	int side, k, open;

	if (c->rv[widest] - c->epi[widest] < THINNEST) {
		memset(c->rv, 0, sizeof c->rv);
		return;
	}
	for (side = -1; side <= 1; side += 2)
		for (k = 1, open = 1; k <= HEART_ANGLES / 2; k++) {
			int i = (widest + side * k + HEART_ANGLES) % HEART_ANGLES;

			open &= c->rv[i] - c->epi[i] >= TAIL;
			if (!open)
				c->rv[i] = 0;
		}
}

/* The right ventricle is an ellipse that reaches from inside the left one's wall to the septal side: rv[i] is
 * where the ray in direction i leaves it. `girth` is the left ventricle's mean outer radius here. */
static void
clasp(struct heart_cut *c, const struct heart *h, const struct heart_pose *p, double s, double girth)
{
	double below = s / h->rv_reach, p_s = below < 1 ? sqrt(1 - pow(fmax(below, 0), 2.2)) : 0;
	double w = p->rv_width * p_s, a = .65 * girth + .5 * w, b = girth * (.8 + .3 * p_s) + .32 * w;
	double x0 = -.35 * girth - .5 * w, y0 = h->rv_skew * girth * p_s;
	int i, widest = 0;

	for (i = 0; i < HEART_ANGLES; i++) {
		double dx = h->ray[i][0] / a, dy = h->ray[i][1] / b, ox = -x0 / a, oy = -y0 / b;
		double dd = dx * dx + dy * dy, od = ox * dx + oy * dy, oo = ox * ox + oy * oy - 1;

		c->rv[i] = (float)((-od + sqrt(fmax(od * od - dd * oo, 0))) / dd);
		if (c->rv[i] - c->epi[i] > c->rv[widest] - c->epi[widest])
			widest = i;
	}
	trim(c, widest);
}

/* Above the valve plane: thin-walled atria in the ventricles' place. */
static void
atria(struct heart_cut *c)
{
	int i;

	for (i = 0; i < HEART_ANGLES; i++) {
		c->epi[i] *= .92f;
		c->endo[i] = c->epi[i] - 2.5f;
		c->rv[i] *= .9f;
	}
}

void
heart_slice(struct heart_cut *c, const struct heart *h, const struct heart_pose *p, double z)
{
	double s = (z - p->base) / p->length;

	clasp(c, h, p, s, left(c, h, p, s));
	if (s < 0)
		atria(c);
	c->endo[HEART_ANGLES] = c->endo[0];
	c->epi[HEART_ANGLES] = c->epi[0];
	c->rv[HEART_ANGLES] = c->rv[0];
}

double
heart_volume(const struct heart *h, double phase)
{
	return h->edv * (1 - h->ef * (1 - filling(h, phase)));
}

/* The right cavity's volume at the width p has, over cuts at the levels whose left ventricle is known. */
static double
rv_volume(struct heart_cut cut[HEART_LEVELS], const double girth[HEART_LEVELS], const struct heart *h,
	  const struct heart_pose *p)
{
	double sum = 0;
	int k, i;

	for (k = 0; k < HEART_LEVELS; k++) {
		clasp(&cut[k], h, p, level(k), girth[k]);
		for (i = 0; i < HEART_ANGLES; i++)
			if (cut[k].rv[i] > cut[k].epi[i])
				sum += cut[k].rv[i] * cut[k].rv[i] - cut[k].epi[i] * cut[k].epi[i];
	}
	return sum * PI / HEART_ANGLES * p->length / HEART_LEVELS / 1000;
}

static void
widen_rv(struct heart_pose *p, const struct heart *h)
{
	struct heart_cut cut[HEART_LEVELS];
	double girth[HEART_LEVELS], lo = 0, hi = 120;
	int k, i;

	for (k = 0; k < HEART_LEVELS; k++)
		girth[k] = left(&cut[k], h, p, level(k));
	for (i = 0; i < 15; i++) {
		p->rv_width = .5 * (lo + hi);
		*(rv_volume(cut, girth, h, p) < p->rv_volume ? &lo : &hi) = p->rv_width;
	}
}

void
heart_at(struct heart_pose *p, const struct heart *h, double phase)
{
	double full = filling(h, phase), want, root;

	p->volume = heart_volume(h, phase);
	p->rv_volume = h->rv_edv * (1 - h->rv_ef * (1 - full));
	p->length = h->length * (1 - h->descent * (1 - full));
	p->base = h->length - p->length;
	/* sum r^2 (1 - x u)^2 = want, the smaller root of a quadratic in x */
	want = h->sum[0] * p->volume / h->edv * h->length / p->length;
	root = h->sum[1] * h->sum[1] - h->sum[2] * (h->sum[0] - want);
	p->inward = (h->sum[1] - sqrt(fmax(root, 0))) / h->sum[2];
	widen_rv(p, h);
}
