/* heart: the geometry keeps the volumes it is asked for, and groups differ as patients do */
#include "image/heart.h"

#include "check.h"

#define PI 3.14159265358979323846
#define EACH 12

struct volumes {
	double lv, muscle, rv;
};

/* Integrates over fine cuts, as a reader of the header would. */
static struct volumes
measure(const struct heart *h, double phase)
{
	struct heart_pose p;
	struct volumes v = { 0 };
	double z, cell = PI / HEART_ANGLES * .25 / 1000;
	int i;

	heart_at(&p, h, phase);
	for (z = 0; z < h->length + h->tip + 1; z += .25) {
		struct heart_cut c;

		heart_slice(&c, h, &p, z);
		for (i = 0; i < HEART_ANGLES && c.depth >= 0; i++) {
			double endo = c.endo[i] * c.endo[i], epi = c.epi[i] * c.epi[i],
			       rv = c.rv[i] * c.rv[i];

			v.lv += endo * cell;
			v.muscle += (epi - endo) * cell;
			v.rv += rv > epi ? (rv - epi) * cell : 0;
		}
	}
	return v;
}

static double
off(double a, double b)
{
	return fabs(a / b - 1);
}

static void
volumes(void)
{
	double lv = 0, muscle = 0, rv = 0, ef[HEART_GROUPS] = { 0 }, rv_ef[HEART_GROUPS] = { 0 };
	double edv[HEART_GROUPS] = { 0 }, mass[HEART_GROUPS] = { 0 };
	int g, k;

	for (g = 0; g < HEART_GROUPS; g++)
		for (k = 0; k < EACH; k++) {
			struct rng r = rng_at(5, RNG_TEST, (uint32_t)g, (uint64_t)k);
			struct heart h;
			struct volumes ed, es;

			heart_draw(&h, (enum heart_group)g, &r);
			ed = measure(&h, 0);
			es = measure(&h, h.systole);
			lv = fmax(lv, fmax(off(ed.lv, h.edv), off(es.lv, h.edv * (1 - h.ef))));
			muscle = fmax(muscle, fmax(off(ed.muscle, h.muscle), off(es.muscle, h.muscle)));
			rv = fmax(rv, fmax(off(ed.rv, h.rv_edv), off(es.rv, h.rv_edv * (1 - h.rv_ef))));
			ef[g] += (1 - es.lv / ed.lv) / EACH;
			rv_ef[g] += (1 - es.rv / ed.rv) / EACH;
			edv[g] += ed.lv / EACH;
			mass[g] += ed.muscle / EACH;
		}
	CHECK_NEAR(lv, 0, .03, "the left cavity has the volume drawn for it, at both ends of the cycle");
	CHECK_NEAR(muscle, 0, .04, "muscle is not compressed");
	CHECK_NEAR(rv, 0, .06, "the right cavity has its volume");
	CHECK(ef[HEART_DCM] < ef[HEART_MINF] && ef[HEART_MINF] < ef[HEART_RV] && ef[HEART_RV] < ef[HEART_HCM],
	      "ejection fractions: dilated < infarcted < right ventricle < hypertrophic");
	CHECK(edv[HEART_DCM] > 1.3 * edv[HEART_MINF] && edv[HEART_MINF] > 1.2 * edv[HEART_NOR],
	      "dilated and infarcted hearts are large");
	CHECK(mass[HEART_HCM] > 1.5 * mass[HEART_NOR], "hypertrophic hearts are heavy");
	CHECK(rv_ef[HEART_RV] < .45 && rv_ef[HEART_NOR] > .45,
	      "the right ventricle of group RV ejects little");
}

static void
beat(void)
{
	struct rng r = rng_at(1, RNG_TEST, 0, 0);
	struct heart h;
	double v, before, jump = 0;
	int k, least = 0;

	heart_draw(&h, HEART_NOR, &r);
	before = heart_volume(&h, 0);
	CHECK_NEAR(before, h.edv, 1e-9, "the cycle begins at the largest volume");
	for (k = 1; k <= 1000; k++) {
		v = heart_volume(&h, k / 1000.);
		jump = fmax(jump, fabs(v - before));
		least = v < heart_volume(&h, least / 1000.) ? k : least;
		before = v;
	}
	CHECK_NEAR(before, h.edv, 1e-9, "and ends there");
	CHECK_NEAR(least / 1000., h.systole, .001, "the least volume is at end-systole");
	CHECK(jump < .01 * h.edv, "without jumps");
}

int
main(void)
{
	volumes();
	beat();
	return check_done();
}
