#include "image/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/colour.h"

static const struct policy policies[] = {
	[POLICY_BYOL_MRI] = {
		.scale = { .08, 1 }, .ratio = { 3. / 4, 4. / 3 }, .jitter_p = .8, .brightness = .2, .contrast = .2,
		.blur_sigma = { .1, 2 }, .flip_p = .5, .filter = RESAMPLE_BICUBIC,
	},
	[POLICY_BYOL_NATURAL] = {
		.scale = { .08, 1 }, .ratio = { 3. / 4, 4. / 3 }, .jitter_p = .8, .brightness = .4, .contrast = .4,
		.saturation = .2, .hue = .1, .grey_p = .2, .blur_p = { 1, .1 }, .blur_sigma = { .1, 2 },
		.solarize_p = { 0, .2 }, .flip_p = .5, .filter = RESAMPLE_BICUBIC, .natural = 1,
	},
	[POLICY_FINETUNE] = {
		.scale = { .08, 1 }, .ratio = { 3. / 4, 4. / 3 }, .jitter_p = .2, .brightness = .2, .contrast = .2,
		.blur_sigma = { .1, 2 }, .flip_p = .5, .filter = RESAMPLE_BILINEAR, .by_range = 1,
	},
};

void
policy_init(struct policy *p, enum policy_name name)
{
	*p = policies[name];
}

int
source_measure(struct source *s, const struct policy *p, const struct normalize *n, int bytes, struct err *e)
{
	int64_t hw = (int64_t)s->h * s->w;

	if (colour_range(&s->lo, &s->hi, s->image, s->c, hw))
		return err_set(e, "pixels that are not finite (NaN or infinity)");
	if (p->natural) {
		s->lo = s->lo < 0 ? s->lo : 0;
		s->hi = bytes ? 255 : s->hi > 0 ? s->hi : 0;
	}
	normalize_measure(n, s->mean, s->scale, s->image, s->c, hw);
	return 0;
}

static void
draw_jitter(struct drawn *d, struct rng *r, const struct policy *p, int c)
{
	const double spread[JITTER_N] = { p->brightness, p->contrast, p->saturation, p->hue };
	uint64_t place[JITTER_N];
	int i;

	d->ops = p->by_range ? 0 : c == 3 ? JITTER_N : 2;
	rng_permutation(r, place, (size_t)d->ops);
	for (i = 0; i < d->ops; i++)
		d->order[i] = (enum jitter_op)place[i];
	for (i = 0; i < (p->by_range ? 2 : d->ops); i++)
		if (p->by_range || i == JITTER_HUE)
			d->amount[i] = rng_range(r, -spread[i], spread[i]);
		else
			d->amount[i] = rng_range(r, fmax(0, 1 - spread[i]), 1 + spread[i]);
}

void
augment_draw(struct drawn *d, struct rng *r, const struct policy *p, int view, int c, int h, int w)
{
	memset(d, 0, sizeof *d);
	d->box = crop_random(r, h, w, p->scale, p->ratio);
	d->jitter = rng_chance(r, p->jitter_p);
	if (d->jitter)
		draw_jitter(d, r, p, c);
	d->grey = c == 3 && rng_chance(r, p->grey_p);
	d->blur = rng_chance(r, p->blur_p[view]);
	if (d->blur)
		d->sigma = rng_range(r, p->blur_sigma[0], p->blur_sigma[1]);
	d->solarize = rng_chance(r, p->solarize_p[view]);
	d->flip = rng_chance(r, p->flip_p);
}

static void
confine(float *x, int64_t hw, const struct source *s, const struct policy *p)
{
	if (p->natural)
		colour_clamp(x, s->c, hw, s->lo, s->hi);
}

static void
jitter(float *x, int64_t hw, const struct source *s, const struct policy *p, const struct drawn *d)
{
	int i;

	if (p->by_range) {
		double gain = 1 + d->amount[JITTER_CONTRAST], step = d->amount[JITTER_BRIGHTNESS];

		colour_affine(x, s->c, hw, (float)gain, (float)(s->lo * (1 - gain) + step * ((double)s->hi - s->lo)));
		confine(x, hw, s, p);
	}
	for (i = 0; i < d->ops; i++) {
		float f = (float)d->amount[d->order[i]];

		switch (d->order[i]) {
		case JITTER_BRIGHTNESS:
			colour_brightness(x, s->c, hw, f);
			break;
		case JITTER_CONTRAST:
			colour_contrast(x, s->c, hw, f);
			break;
		case JITTER_SATURATION:
			colour_saturation(x, s->c, hw, f);
			break;
		case JITTER_HUE:
			colour_hue(x, s->c, hw, f);
			break;
		case JITTER_N:
			break;
		}
		confine(x, hw, s, p);
	}
}

/* Working memory for blurring: a plane, and a row with margins. */
static float *
work_plane(struct augment_work *work, int size)
{
	size_t n = (size_t)size * (size_t)size + 2 * (size_t)size + 2;

	if (work->planes < n)
		work->plane = mem_grow(work->plane, work->planes = n, sizeof *work->plane);
	return work->plane;
}

void
augment_apply(float *out, uint8_t *mask_out, struct augment_work *work, const struct source *s,
              const struct policy *p, const struct drawn *d, int size)
{
	int64_t hw = (int64_t)size * size;

	resample(&work->resampler, out, size, size, s->image, s->c, s->h, s->w, d->box, (enum resample_filter)p->filter,
	         d->flip);
	if (s->mask && mask_out)
		resample_nearest(&work->resampler, mask_out, size, size, s->mask, s->w, d->box, d->flip);
	confine(out, hw, s, p);
	if (d->jitter)
		jitter(out, hw, s, p, d);
	if (d->grey)
		colour_grey(out, s->c, hw);
	if (d->blur)
		blur_gaussian(out, work_plane(work, size), s->c, size, size, size / 20, d->sigma);
	if (d->solarize)
		colour_solarize(out, s->c, hw, (s->lo + s->hi) / 2, s->lo + s->hi);
	normalize_by(out, s->mean, s->scale, s->c, hw);
}

void
augment_work_free(struct augment_work *work)
{
	resampler_free(&work->resampler);
	free(work->plane);
	memset(work, 0, sizeof *work);
}
