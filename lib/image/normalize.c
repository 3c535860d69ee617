#include "image/normalize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "image/stats.h"

#define LEAST 1e-30 /* deviation that can be divided by */

static const char *const words[] = {
	[NORMALIZE_DATASET] = "dataset",
	[NORMALIZE_RELEASED] = "released",
	[NORMALIZE_IMAGE] = "image",
};

/* A number and the space that follows it, if more is to come. */
static int
take_number(double *x, const char **p)
{
	char *end;

	*x = strtod(*p, &end);
	if (end == *p || !isfinite(*x) || (*end && *end != ' '))
		return -1;
	*p = *end ? end + 1 : end;
	return 0;
}

static int
parse_pairs(struct normalize *n, const char *p, const char *text, struct err *e)
{
	while (*p) {
		if (n->c == NORMALIZE_MAXC)
			return err_set(e, "normalisation of more than %d channels: '%.64s'", NORMALIZE_MAXC, text);
		if (take_number(&n->mean[n->c], &p) || take_number(&n->std[n->c], &p))
			return err_set(e, "normalisation '%.200s': expected pairs of mean and deviation", text);
		if (n->std[n->c] < LEAST || n->std[n->c] > 1e30 || fabs(n->mean[n->c]) > 1e30)
			return err_set(e, "normalisation '%.200s': %g +- %g cannot be divided by", text, n->mean[n->c],
			               n->std[n->c]);
		n->c++;
	}
	if (!n->c)
		return err_set(e, "normalisation '%.200s' gives no mean and deviation", text);
	return 0;
}

int
normalize_parse(struct normalize *n, const char *text, struct err *e)
{
	size_t len;
	int k;

	memset(n, 0, sizeof *n);
	n->kind = NORMALIZE_NONE;
	if (!text)
		return 0;
	len = strcspn(text, " ");
	for (k = 0; k < NORMALIZE_NONE; k++)
		if (strlen(words[k]) == len && !strncmp(words[k], text, len))
			break;
	if (k == NORMALIZE_NONE)
		return err_set(e, "normalisation '%.200s' is none of dataset, released, image", text);
	n->kind = (enum normalize_kind)k;
	if (n->kind != NORMALIZE_IMAGE)
		return parse_pairs(n, text[len] ? text + len + 1 : "", text, e);
	if (text[len])
		return err_set(e, "normalisation '%.200s': nothing may follow 'image'", text);
	return 0;
}

const char *
normalize_format(char buf[NORMALIZE_LEN], const struct normalize *n)
{
	int c, len;

	if (n->kind == NORMALIZE_NONE)
		return NULL;
	len = snprintf(buf, NORMALIZE_LEN, "%s", words[n->kind]);
	for (c = 0; c < n->c; c++)
		len += snprintf(buf + len, (size_t)(NORMALIZE_LEN - len), " %.9g %.9g", n->mean[c], n->std[c]);
	return buf;
}

int
normalize_fits(const struct normalize *n, int c, struct err *e)
{
	if (c > NORMALIZE_MAXC)
		return err_set(e, "%d channels, at most %d can be normalised", c, NORMALIZE_MAXC);
	if (n->c > 1 && n->c != c)
		return err_set(e, "normalisation is for %d channels, the image has %d", n->c, c);
	return 0;
}

void
normalize_from_stats(float *mean, float *scale, const struct stats *s)
{
	double deviation = stats_deviation(s);

	if (!(deviation > 1e-7 * fabs(s->mean)) || deviation < LEAST)
		deviation = 1;
	*mean = (float)s->mean;
	*scale = (float)(1 / deviation);
}

static void
measure_image(float *mean, float *scale, const float *x, int64_t hw)
{
	struct stats s = { 0 };

	stats_add(&s, x, hw);
	normalize_from_stats(mean, scale, &s);
}

void
normalize_measure(const struct normalize *n, float *mean, float *scale, const float *image, int c, int64_t hw)
{
	double unit = n->kind == NORMALIZE_RELEASED ? 255 : 1;
	int k, pair;

	if (normalize_fits(n, c, NULL))
		BUG("normalisation for %d channels of an image of %d", n->c, c);
	for (k = 0; k < c; k++) {
		pair = n->c > 1 ? k : 0;
		if (n->kind == NORMALIZE_IMAGE) {
			measure_image(&mean[k], &scale[k], image + k * hw, hw);
		} else if (n->kind == NORMALIZE_NONE) {
			mean[k] = 0;
			scale[k] = 1;
		} else {
			mean[k] = (float)(unit * n->mean[pair]);
			scale[k] = (float)(1 / (unit * n->std[pair]));
		}
	}
}

KERNEL static void
shift_and_scale(float *x, float mean, float scale, int64_t n)
{
	int64_t i;

	for (i = 0; i < n; i++)
		x[i] = (x[i] - mean) * scale;
}

void
normalize_by(float *x, const float *mean, const float *scale, int c, int64_t step, int64_t n)
{
	int k;

	for (k = 0; k < c; k++)
		shift_and_scale(x + k * step, mean[k], scale[k], n);
}

void
normalize_apply(const struct normalize *n, float *image, int c, int64_t hw)
{
	float mean[NORMALIZE_MAXC], scale[NORMALIZE_MAXC];

	normalize_measure(n, mean, scale, image, c, hw);
	if (n->kind != NORMALIZE_NONE)
		normalize_by(image, mean, scale, c, hw, hw);
}
