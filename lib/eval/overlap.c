#include "eval/overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
confusion_init(struct confusion *c, int k)
{
	if (k < 1 || k > 256)
		BUG("confusion matrix of %d classes", k);
	c->k = k;
	c->n = mem_array((size_t)k * (size_t)k, sizeof *c->n);
}

void
confusion_free(struct confusion *c)
{
	free(c->n);
	memset(c, 0, sizeof *c);
}

void
confusion_clear(struct confusion *c)
{
	memset(c->n, 0, (size_t)c->k * (size_t)c->k * sizeof *c->n);
}

static int
check_labels(const uint8_t *label, size_t count, int k, int ignore, const char *what, struct err *e)
{
	size_t i, bad = 0;

	for (i = 0; i < count; i++)
		bad += label[i] >= k && label[i] != ignore;
	if (!bad)
		return 0;
	for (i = 0; label[i] < k || label[i] == ignore; i++)
		;
	return err_set(e, "%s label %d at pixel %zu, expected 0..%d", what, label[i], i, k - 1);
}

int
confusion_add_but(struct confusion *c, const uint8_t *truth, const uint8_t *pred, size_t count, int ignore,
                  struct err *e)
{
	size_t i, k = (size_t)c->k;

	if (check_labels(truth, count, c->k, ignore, "true", e) || check_labels(pred, count, c->k, -1, "predicted", e))
		return -1;
	for (i = 0; i < count; i++)
		if (truth[i] != ignore)
			c->n[truth[i] * k + pred[i]]++;
	return 0;
}

int
confusion_add(struct confusion *c, const uint8_t *truth, const uint8_t *pred, size_t count, struct err *e)
{
	return confusion_add_but(c, truth, pred, count, -1, e);
}

void
confusion_merge(struct confusion *dst, const struct confusion *src)
{
	int i;

	if (dst->k != src->k)
		BUG("merging confusion matrices of %d and %d classes", dst->k, src->k);
	for (i = 0; i < dst->k * dst->k; i++)
		dst->n[i] += src->n[i];
}

uint64_t
confusion_truth(const struct confusion *c, int class)
{
	uint64_t sum = 0;
	int p;

	for (p = 0; p < c->k; p++)
		sum += c->n[class * c->k + p];
	return sum;
}

uint64_t
confusion_pred(const struct confusion *c, int class)
{
	uint64_t sum = 0;
	int t;

	for (t = 0; t < c->k; t++)
		sum += c->n[t * c->k + class];
	return sum;
}

double
confusion_dice(const struct confusion *c, int class)
{
	uint64_t both = confusion_truth(c, class) + confusion_pred(c, class);

	return both ? 2.0 * (double)c->n[class * c->k + class] / (double)both : NAN;
}

double
confusion_iou(const struct confusion *c, int class)
{
	uint64_t hit = c->n[class * c->k + class];
	uint64_t any = confusion_truth(c, class) + confusion_pred(c, class) - hit;

	return any ? (double)hit / (double)any : NAN;
}

double
confusion_accuracy(const struct confusion *c)
{
	uint64_t hit = 0, all = 0;
	int i;

	for (i = 0; i < c->k; i++) {
		hit += c->n[i * c->k + i];
		all += confusion_truth(c, i);
	}
	return all ? (double)hit / (double)all : NAN;
}

static double
mean_over(const struct confusion *c, int from, enum absent absent,
          double (*score)(const struct confusion *c, int class))
{
	double sum = 0;
	int i, n = 0;

	for (i = from; i < c->k; i++) {
		double x = score(c, i);

		if (isnan(x) && absent == ABSENT_SKIP)
			continue;
		sum += isnan(x) ? 1.0 : x;
		n++;
	}
	return n ? sum / n : NAN;
}

double
confusion_mean_dice(const struct confusion *c, int from, enum absent absent)
{
	return mean_over(c, from, absent, confusion_dice);
}

double
confusion_mean_iou(const struct confusion *c, int from, enum absent absent)
{
	return mean_over(c, from, absent, confusion_iou);
}

void
overlap_mean_init(struct overlap_mean *m, int k)
{
	memset(m, 0, sizeof *m);
	m->k = k;
	m->iou = mem_array((size_t)k, sizeof *m->iou);
	m->dice = mem_array((size_t)k, sizeof *m->dice);
	m->present = mem_array((size_t)k, sizeof *m->present);
}

void
overlap_mean_free(struct overlap_mean *m)
{
	free(m->iou);
	free(m->dice);
	free(m->present);
	memset(m, 0, sizeof *m);
}

void
overlap_mean_add(struct overlap_mean *m, const struct confusion *part)
{
	int i;

	if (m->k != part->k)
		BUG("mean over %d classes, slice of %d", m->k, part->k);
	if (isnan(confusion_accuracy(part)))
		return;
	m->parts++;
	m->macro_iou += confusion_mean_iou(part, 0, ABSENT_ONE);
	m->macro_dice += confusion_mean_dice(part, 0, ABSENT_ONE);
	for (i = 0; i < m->k; i++) {
		if (isnan(confusion_iou(part, i)))
			continue;
		m->iou[i] += confusion_iou(part, i);
		m->dice[i] += confusion_dice(part, i);
		m->present[i]++;
	}
}

double
overlap_mean_macro_iou(const struct overlap_mean *m)
{
	return m->parts ? m->macro_iou / (double)m->parts : NAN;
}

double
overlap_mean_macro_dice(const struct overlap_mean *m)
{
	return m->parts ? m->macro_dice / (double)m->parts : NAN;
}

double
overlap_mean_iou(const struct overlap_mean *m, int class)
{
	return m->present[class] ? m->iou[class] / (double)m->present[class] : NAN;
}

double
overlap_mean_dice(const struct overlap_mean *m, int class)
{
	return m->present[class] ? m->dice[class] / (double)m->present[class] : NAN;
}

static double
foreground(const struct overlap_mean *m, double (*score)(const struct overlap_mean *m, int class))
{
	double sum = 0;
	int i, n = 0;

	for (i = 1; i < m->k; i++)
		if (m->present[i]) {
			sum += score(m, i);
			n++;
		}
	return n ? sum / n : NAN;
}

double
overlap_mean_foreground_iou(const struct overlap_mean *m)
{
	return foreground(m, overlap_mean_iou);
}

double
overlap_mean_foreground_dice(const struct overlap_mean *m)
{
	return foreground(m, overlap_mean_dice);
}
