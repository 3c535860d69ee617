/* cine: what the images and labels of a phantom patient promise */
#include "image/cine.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"

static const struct cine_option option = { { 10, 12 }, { 5, 9 }, { 64, 96 }, { .02, .04 } };

struct count {
	long label[5];
	int leaks;
	double signal[4]; /* sums over labels */
};

static struct count
count(const struct cine *c, int frame)
{
	size_t n = (size_t)c->w * (size_t)c->h * (size_t)c->slices, i;
	int16_t *image = mem_array(n, sizeof *image);
	uint8_t *mask = mem_array(n, 1);
	struct count k = { { 0 }, 0, { 0 } };

	cine_frame(image, mask, c, frame);
	for (i = 0; i < n; i++) {
		int x = (int)(i % (size_t)c->w), y = (int)(i / (size_t)c->w) % c->h, dx, dy;

		k.label[mask[i] < 4 ? mask[i] : 4]++;
		k.signal[mask[i] & 3] += image[i];
		if (mask[i] != 3 || !x || !y || x == c->w - 1 || y == c->h - 1)
			continue;
		for (dy = -1; dy <= 1; dy++)
			for (dx = -1; dx <= 1; dx++)
				k.leaks += mask[(ptrdiff_t)i + dy * c->w + dx] < 2;
	}
	free(image);
	free(mask);
	return k;
}

int
main(void)
{
	double ef[HEART_GROUPS] = { 0 };
	long strange = 0;
	int id, leaks = 0, smaller = 0, brighter = 0, whole = 0;
	struct cine c;

	for (id = 1; id <= 20; id++) {
		struct count ed, es;
		double ml;

		cine_draw(&c, &option, 3, (uint64_t)id);
		ed = count(&c, 0);
		es = count(&c, c.es);
		ml = c.spacing[0] * c.spacing[1] * c.spacing[2] / 1000;
		ef[c.heart.group] += (1 - (double)es.label[3] / (double)ed.label[3]) / 4;
		strange += ed.label[4] + es.label[4];
		leaks += ed.leaks + es.leaks;
		smaller += es.label[3] < ed.label[3] && es.label[1] < ed.label[1];
		brighter += ed.signal[3] / (double)ed.label[3] > 1.3 * ed.signal[2] / (double)ed.label[2];
		whole += fabs((double)ed.label[3] * ml / c.heart.edv - 1) < .15 &&
			 fabs((double)ed.label[2] * ml / c.heart.muscle - 1) < .2;
		cine_free(&c);
	}
	CHECK(strange == 0, "labels are 0..3");
	CHECK(leaks == 0, "the cavity is closed off by muscle");
	CHECK(smaller == 20, "both cavities are smaller at end-systole");
	CHECK(brighter == 20, "blood is brighter than muscle");
	CHECK(whole == 20, "the stack covers the heart: label volumes near those of the anatomy");
	CHECK(ef[HEART_DCM] < ef[HEART_MINF] && ef[HEART_MINF] < ef[HEART_NOR] && ef[HEART_DCM] < .4 &&
		      ef[HEART_HCM] > .5,
	      "ejection fractions from the labels go by group");
	CHECK(cine_group(2) != cine_group(12) && cine_group(12) != cine_group(22) &&
		      cine_group(1) != cine_group(11),
	      "groups change within a split");
	return check_done();
}
