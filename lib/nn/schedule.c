#include "nn/schedule.h"

#include <math.h>

#include "base/err.h"

#define PI 3.14159265358979323846

/* From 1 at x = 0 to 0 at x = 1 and beyond. */
static double
half_cosine(double x)
{
	return 0.5 * (1 + cos(PI * fmin(x, 1)));
}

static double
warm(const struct schedule *s, double k)
{
	if (s->warmup <= 1)
		return s->start;
	return s->start + fmin(k / (s->warmup - 1), 1) * (s->base - s->start);
}

double
schedule_lr(const struct schedule *s, double k)
{
	if (k < s->warmup)
		return warm(s, k);
	if (s->kind == SCHEDULE_CONSTANT || s->total <= s->warmup)
		return s->base;
	return s->base * half_cosine((k - s->warmup) / (s->total - s->warmup));
}

double
schedule_tau(double tau0, int64_t k, int64_t total)
{
	if (total <= 0)
		BUG("an EMA over %lld steps", (long long)total);
	return 1 - (1 - tau0) * half_cosine((double)k / (double)total);
}
