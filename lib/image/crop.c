#include "image/crop.h"

#include <math.h>

static int
within(double x, int max)
{
	return x < 1 ? 1 : x > max ? max : (int)x;
}

static struct box
central(int h, int w, const double ratio[2])
{
	struct box b = { 0, 0, w, h };

	if ((double)w / h < ratio[0])
		b.h = within(rint(w / ratio[0]), h);
	else if ((double)w / h > ratio[1])
		b.w = within(rint(h * ratio[1]), w);
	b.x = (w - b.w) / 2;
	b.y = (h - b.h) / 2;
	return b;
}

struct box
crop_random(struct rng *r, int h, int w, const double scale[2], const double ratio[2])
{
	struct box b;
	int try;

	for (try = 0; try < 10; try++) {
		double area = (double)h * w * rng_range(r, scale[0], scale[1]);
		double aspect = exp(rng_range(r, log(ratio[0]), log(ratio[1])));
		double bw = rint(sqrt(area * aspect)), bh = rint(sqrt(area / aspect));

		if (bw < 1 || bh < 1 || bw > w || bh > h)
			continue;
		b.w = (int)bw;
		b.h = (int)bh;
		b.x = (int)rng_below(r, (uint64_t)(w - b.w) + 1);
		b.y = (int)rng_below(r, (uint64_t)(h - b.h) + 1);
		return b;
	}
	return central(h, w, ratio);
}

struct box
crop_middle(int h, int w, double part)
{
	int shorter = h < w ? h : w, side = within(rint(part * shorter), shorter);

	return (struct box){ (w - side) / 2, (h - side) / 2, side, side };
}
