#include "eval/patients.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
in_phase(const struct patient *p, const struct volume *v, const char *phase)
{
	int i, found = -1, n = 0;

	for (i = 0; i < p->n; i++)
		if (!strcmp(v[p->volume[i]].phase, phase)) {
			found = p->volume[i];
			n++;
		}
	return n == 1 ? found : -1;
}

static int
has_phases(const struct patient *p, const struct volume *v)
{
	int i, n = 0;

	for (i = 0; i < p->n; i++)
		n += *v[p->volume[i]].phase != 0;
	return n > 0;
}

static void
guess_phases(struct patient *p, const struct volume *v, int lv)
{
	int i;

	if (lv < 0 || p->n < 2 || has_phases(p, v))
		return;
	p->ed = p->es = p->volume[0];
	for (i = 1; i < p->n; i++) {
		uint64_t size = confusion_truth(&v[p->volume[i]].c, lv);

		if (size > confusion_truth(&v[p->ed].c, lv))
			p->ed = p->volume[i];
		if (size < confusion_truth(&v[p->es].c, lv))
			p->es = p->volume[i];
	}
	if (p->ed == p->es)
		p->ed = p->es = -1;
}

/* ml of every class, for the caller to free; NULL without the volume */
static double *
millilitres(const struct volume_list *l, int volume, int pred)
{
	double *ml;
	int k;

	if (volume < 0)
		return NULL;
	ml = mem_array((size_t)l->k, sizeof *ml);
	for (k = 0; k < l->k; k++) {
		struct score s = volume_score(&l->v[volume], k);

		ml[k] = pred ? s.pred_ml : s.true_ml;
	}
	return ml;
}

static void
measure_heart(struct patient *p, const struct volume_list *l, const struct cardiac_classes *classes)
{
	int pred;

	for (pred = 0; pred < 2; pred++) {
		double *ed = millilitres(l, p->ed, pred), *es = millilitres(l, p->es, pred);

		cardiac_measure(pred ? p->pred : p->truth, ed, es, classes);
		free(ed);
		free(es);
	}
}

static struct patient *
add(struct patient_list *l, const struct volume *v)
{
	struct patient *p;

	l->p = mem_grow(l->p, (size_t)l->n + 1, sizeof *l->p);
	p = &l->p[l->n++];
	memset(p, 0, sizeof *p);
	p->name = v->patient;
	p->group = v->group;
	return p;
}

void
patient_list_init(struct patient_list *l, const struct volume_list *volumes, const struct cardiac_classes *classes,
                  int guess)
{
	static const struct cardiac_classes none = { -1, -1, -1 };
	struct patient *p = NULL;
	int i;

	memset(l, 0, sizeof *l);
	for (i = 0; i < volumes->n; i++) {
		const struct volume *v = &volumes->v[volumes->sorted[i]];

		if (!p || strcmp(p->name, v->patient))
			p = add(l, v);
		p->volume = mem_grow(p->volume, (size_t)p->n + 1, sizeof *p->volume);
		p->volume[p->n++] = volumes->sorted[i];
	}
	for (i = 0; i < l->n; i++) {
		p = &l->p[i];
		p->ed = in_phase(p, volumes->v, "ED");
		p->es = in_phase(p, volumes->v, "ES");
		if (guess && classes)
			guess_phases(p, volumes->v, classes->lv);
		measure_heart(p, volumes, classes ? classes : &none);
	}
}

void
patient_list_free(struct patient_list *l)
{
	int i;

	for (i = 0; i < l->n; i++)
		free(l->p[i].volume);
	free(l->p);
	memset(l, 0, sizeof *l);
}

int
patient_list_hearts(const struct patient_list *l)
{
	int i, n = 0;

	for (i = 0; i < l->n; i++)
		n += l->p[i].ed >= 0 && l->p[i].es >= 0;
	return n;
}
