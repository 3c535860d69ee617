#include "eval/mask.h"

#include <stdio.h>

int
mask_ignore(int *ignore, const struct meta *m, int classes, struct err *e)
{
	int64_t label = -1;

	if (meta_int(m, "ignore", &label, 0, 255, e) < 0)
		return -1;
	if (label >= 0 && label < classes)
		return err_set(e, "the ignore label %d is one of the classes 0..%d", (int)label, classes - 1);
	*ignore = (int)label;
	return 0;
}

int
mask_check(const struct tensor *mask, int64_t at, int classes, int ignore, struct err *e)
{
	int64_t w = mask->dim[2], area = mask->dim[1] * w, i, bad = 0;
	const uint8_t *m = (const uint8_t *)mask->data + at * area;
	char or[32] = "";

	for (i = 0; i < area; i++)
		bad += m[i] >= classes && m[i] != ignore;
	if (!bad)
		return 0;
	for (i = 0; m[i] < classes || m[i] == ignore; i++)
		;
	if (ignore >= 0)
		snprintf(or, sizeof or, " or %d (ignored)", ignore);
	return err_set(e, "label %d in sample %lld at (%lld,%lld), expected 0..%d%s", m[i], (long long)at,
	               (long long)(i % w), (long long)(i / w), classes - 1, or);
}
