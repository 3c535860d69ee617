#include "image/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/colour.h"

#define BAND 6144 /* values worked on at a time: 24 KiB */

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
	[POLICY_CLASSIFY] = {
		.scale = { .08, 1 }, .ratio = { 3. / 4, 4. / 3 }, .blur_sigma = { .1, 2 }, .flip_p = .5,
		.filter = RESAMPLE_BILINEAR, .natural = 1,
	},
	[POLICY_CENTRE] = {
		.scale = { .08, 1 }, .ratio = { 3. / 4, 4. / 3 }, .blur_sigma = { .1, 2 }, .filter = RESAMPLE_BILINEAR,
		.natural = 1, .middle = 7. / 8,
	},
};

static const char *const names[] = { "byol-mri", "byol-natural", "finetune", "classify", "centre" };

void
policy_init(struct policy *p, enum policy_name name)
{
	*p = policies[name];
}

const char *
policy_name(enum policy_name name)
{
	return names[name];
}

int
policy_views(enum policy_name name)
{
	return name == POLICY_BYOL_MRI || name == POLICY_BYOL_NATURAL ? 2 : 1;
}

/* For normalisation by the image itself: one pass tells all. */
static int
measure_all(struct source *s, int64_t hw)
{
	int k, finite = 1;

	for (k = 0; k < s->c; k++) {
		struct stats st = { 0 };

		stats_add(&st, s->image + k * hw, hw);
		s->lo = k && s->lo < (float)st.min ? s->lo : (float)st.min;
		s->hi = k && s->hi > (float)st.max ? s->hi : (float)st.max;
		finite &= isfinite(st.m2);
		normalize_from_stats(&s->mean[k], &s->scale[k], &st);
	}
	return finite ? 0 : -1;
}

int
source_measure(struct source *s, const struct policy *p, const struct normalize *n, int bytes, struct err *e)
{
	int64_t hw = (int64_t)s->h * s->w;
	int rc;

	if (n->kind == NORMALIZE_IMAGE) {
		rc = measure_all(s, hw);
	} else {
		rc = p->natural && bytes ? 0 : colour_range(&s->lo, &s->hi, s->image, s->c * hw);
		normalize_measure(n, s->mean, s->scale, s->image, s->c, hw);
	}
	if (rc)
		return err_set(e, "pixels that are not finite (NaN or infinity)");
	if (p->natural) {
		s->lo = bytes || s->lo > 0 ? 0 : s->lo;
		s->hi = bytes ? 255 : s->hi > 0 ? s->hi : 0;
	}
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
	d->box = p->middle > 0 ? crop_middle(h, w, p->middle) : crop_random(r, h, w, p->scale, p->ratio);
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

/* --- what is done to a band of rows: x has n pixels of each channel, whose planes are `step` apart --- */

struct canvas {
	const struct source *s;
	const struct policy *p;
	const struct drawn *d;
	int64_t step;
	int ops;     /* steps of the jitter, 0 without */
	double grey; /* mean of the whole view, once it is known */
};

static void
confine(const struct canvas *v, float *x, int64_t n)
{
	if (v->p->natural)
		colour_clamp(x, v->s->c, v->step, n, v->s->lo, v->s->hi);
}

static void
jitter_by_range(const struct canvas *v, float *x, int64_t n)
{
	double gain = 1 + v->d->amount[JITTER_CONTRAST], shift = v->d->amount[JITTER_BRIGHTNESS], lo = v->s->lo;

	colour_affine(x, v->s->c, v->step, n, (float)gain, (float)(lo * (1 - gain) + shift * ((double)v->s->hi - lo)));
	confine(v, x, n);
}

/* Steps from..to-1 of the jitter. */
static void
jitter(const struct canvas *v, float *x, int64_t n, int from, int to)
{
	int i, c = v->s->c;

	for (i = from; i < to; i++) {
		float f = (float)v->d->amount[v->d->order[i]];

		switch (v->d->order[i]) {
		case JITTER_BRIGHTNESS:
			colour_brightness(x, c, v->step, n, f);
			break;
		case JITTER_CONTRAST:
			colour_contrast(x, c, v->step, n, f, v->grey);
			break;
		case JITTER_SATURATION:
			colour_saturation(x, c, v->step, n, f);
			break;
		case JITTER_HUE:
			colour_hue(x, c, v->step, n, f);
			break;
		case JITTER_N:
			break;
		}
		confine(v, x, n);
	}
}

static void
finish(const struct canvas *v, float *x, int64_t n)
{
	const struct source *s = v->s;

	if (v->d->solarize)
		colour_solarize(x, s->c, v->step, n, (s->lo + s->hi) / 2, s->lo + s->hi);
	normalize_by(x, s->mean, s->scale, s->c, v->step, n);
}

/* What follows the jitter, as far as blur doesn't stand before it. */
static void
follow(const struct canvas *v, float *x, int64_t n)
{
	if (v->d->grey)
		colour_grey(x, v->s->c, v->step, n);
	if (!v->d->blur)
		finish(v, x, n);
}

/* --- the whole view --- */

static int
least(int a, int b)
{
	return a < b ? a : b;
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

/* How many of the jitter's steps come before the one that needs the mean of the view: all, if none does. */
static int
steps_before_mean(const struct drawn *d)
{
	int i;

	for (i = 0; i < d->ops && d->order[i] != JITTER_CONTRAST; i++)
		;
	return i;
}

/* Makes rows y..y+rows-1 and changes them as far as can be done before the mean is known. */
static void
make_band(struct canvas *v, const struct resampler *r, float *x, int y, int rows, int size, int before)
{
	int64_t n = (int64_t)rows * size;
	int k;

	for (k = 0; k < v->s->c; k++)
		resample_down(r, x + k * v->step, k, y, rows);
	confine(v, x, n);
	if (v->d->jitter && v->p->by_range)
		jitter_by_range(v, x, n);
	jitter(v, x, n, 0, before);
	if (before < v->ops)
		v->grey += colour_sum(x, v->s->c, v->step, n) / (double)v->step;
	else
		follow(v, x, n);
}

/* Rows are made in bands that the first-level cache holds, and each band gets all its changes before the next one is
 * made. Only contrast, which needs the mean of all rows, and blur begin again from the top. */
void
augment_apply(float *out, uint8_t *mask_out, struct augment_work *work, const struct source *s,
              const struct policy *p, const struct drawn *d, int size)
{
	struct canvas v = { .s = s, .p = p, .d = d, .step = (int64_t)size * size, .ops = d->jitter ? d->ops : 0 };
	int before = d->jitter ? steps_before_mean(d) : 0, band = BAND / (s->c * size) + 1, y;

	resample_across(&work->resampler, size, size, s->image, s->c, s->h, s->w, d->box, (enum resample_filter)p->filter,
	                d->flip);
	for (y = 0; y < size; y += band)
		make_band(&v, &work->resampler, out + (int64_t)y * size, y, least(band, size - y), size, before);
	for (y = 0; before < v.ops && y < size; y += band) {
		jitter(&v, out + (int64_t)y * size, (int64_t)least(band, size - y) * size, before, v.ops);
		follow(&v, out + (int64_t)y * size, (int64_t)least(band, size - y) * size);
	}
	if (d->blur) {
		blur_gaussian(out, work_plane(work, size), s->c, size, size, size / 20, d->sigma);
		finish(&v, out, v.step);
	}
	if (s->mask && mask_out)
		resample_nearest(&work->resampler, mask_out, size, size, s->mask, s->w, d->box, d->flip);
}

void
augment_work_free(struct augment_work *work)
{
	resampler_free(&work->resampler);
	free(work->plane);
	memset(work, 0, sizeof *work);
}
