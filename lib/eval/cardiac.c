#include "eval/cardiac.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static int
class_named(const struct names *names, const char *name)
{
	int i;

	for (i = 0; i < names->n; i++)
		if (!strcasecmp(names->name[i], name))
			return i;
	return -1;
}

int
cardiac_classes_named(struct cardiac_classes *c, const struct names *names)
{
	c->rv = class_named(names, "RV");
	c->myo = class_named(names, "MYO");
	c->lv = class_named(names, "LV");
	return (c->rv >= 0) + (c->myo >= 0) + (c->lv >= 0);
}

static int
parse_class(int *class, const char *word, const struct names *names, struct err *e)
{
	char *rest;
	long number;

	*class = class_named(names, word);
	if (*class >= 0 || !strcmp(word, "-"))
		return 0;
	number = strtol(word, &rest, 10);
	if (rest == word || *rest || number < 0 || number >= names->n)
		return err_set(e, "'%s' is not a class; there are %d", word, names->n);
	*class = (int)number;
	return 0;
}

int
cardiac_classes_parse(struct cardiac_classes *c, const char *text, const struct names *names, struct err *e)
{
	int *const class[] = { &c->rv, &c->myo, &c->lv };
	char *copy = mem_strdup(text), *rest = copy, *word;
	size_t n = 0;
	int rc = 0;

	while (!rc && (word = strsep(&rest, ","))) {
		if (n == ARRAY_LEN(class))
			rc = err_set(e, "'%s' names more than three classes", text);
		else
			rc = parse_class(class[n++], word, names, e);
	}
	free(copy);
	return !rc && n < ARRAY_LEN(class) ? err_set(e, "'%s' names fewer than three classes", text) : rc;
}

const char *
cardiac_name(enum cardiac m)
{
	static const char *const name[CARDIAC_MEASURES] = { "lv_edv_ml", "lv_esv_ml", "lv_sv_ml", "lv_ef_percent",
		                                            "rv_edv_ml", "rv_esv_ml", "rv_sv_ml", "rv_ef_percent",
		                                            "myo_mass_ed_g", "myo_mass_es_g" };

	return name[m];
}

int
cardiac_class(enum cardiac m, const struct cardiac_classes *c)
{
	if (m <= CARDIAC_LV_EF)
		return c->lv;
	return m <= CARDIAC_RV_EF ? c->rv : c->myo;
}

static double
of_class(const double *ml, int class)
{
	return ml && class >= 0 ? ml[class] : NAN;
}

static void
ventricle(double *measure, double edv, double esv)
{
	measure[0] = edv;
	measure[1] = esv;
	measure[2] = edv - esv;
	measure[3] = edv > 0 ? 100 * (edv - esv) / edv : NAN;
}

void
cardiac_measure(double *measure, const double *ed_ml, const double *es_ml, const struct cardiac_classes *c)
{
	ventricle(measure + CARDIAC_LV_EDV, of_class(ed_ml, c->lv), of_class(es_ml, c->lv));
	ventricle(measure + CARDIAC_RV_EDV, of_class(ed_ml, c->rv), of_class(es_ml, c->rv));
	measure[CARDIAC_MASS_ED] = CARDIAC_DENSITY * of_class(ed_ml, c->myo);
	measure[CARDIAC_MASS_ES] = CARDIAC_DENSITY * of_class(es_ml, c->myo);
}
