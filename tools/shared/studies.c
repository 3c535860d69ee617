#include "studies.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/acdc.h"
#include "io/case_name.h"
#include "io/nifti_geometry.h"
#include "tool.h"

static const char acdc_names[] = "background,RV,MYO,LV";

static struct study *
add(struct studies *l, const char *name)
{
	struct study *s;

	l->s = mem_grow(l->s, (size_t)l->n + 1, sizeof *l->s);
	s = &l->s[l->n++];
	*s = (struct study){ .name = mem_strdup(name), .patient = mem_strdup(name) };
	s->frame = case_patient(s->patient);
	return s;
}

static void
add_patient(struct studies *l, const struct acdc_patient *p, const char *image, const char *mask, int frame)
{
	char *name = case_of_frame(p->name, frame, frame ? 2 : 1);
	struct study *s = add(l, name);

	s->image[s->channels++] = mem_strdup(image);
	s->mask = mask ? mem_strdup(mask) : NULL;
	s->group = mem_strdup(p->group);
	s->ed = p->ed;
	s->es = p->es;
	free(name);
}

static void
add_frames(struct studies *l, const char *dir, const struct acdc_patient *p)
{
	int i;

	if (!p->nframes)
		die("'%s/%s': no frame files %s_frameFF.nii.gz", dir, p->name, p->name);
	for (i = 0; i < p->nframes; i++) {
		if (l->masks && !p->frame[i].mask)
			die("'%s': no labels %s_frame%02d_gt.nii.gz beside it", p->frame[i].image, p->name,
			    p->frame[i].number);
		add_patient(l, p, p->frame[i].image, l->masks ? p->frame[i].mask : NULL, p->frame[i].number);
	}
}

void
studies_add_acdc(struct studies *l, const char *dir, enum dataset_part part, int cine)
{
	struct acdc a;
	struct err e;
	int i;

	if (acdc_list(&a, dir, (enum acdc_split)part, &e))
		die("%s", e.msg);
	for (i = 0; i < a.n; i++) {
		if (cine && !l->masks && a.patient[i].cine)
			add_patient(l, &a.patient[i], a.patient[i].cine, NULL, 0);
		else
			add_frames(l, dir, &a.patient[i]);
	}
	acdc_free(&a);
	l->classes.names = mem_strdup(acdc_names);
	l->classes.n = 4;
}

static char *
known(const char *text)
{
	return *text ? mem_strdup(text) : NULL;
}

static void
add_case(struct studies *l, const struct dataset_case *c)
{
	struct study *s = add(l, c->name);
	int k;

	if (dataset_is_picture(c))
		die("'%s' is a picture (img2ten reads those)", c->image[0]);
	if (l->masks && !c->mask)
		die("'%s': no mask (--unlabelled takes images alone, labels.tsv may say that there is none)", c->image[0]);
	for (k = 0; k < c->channels; k++)
		s->image[s->channels++] = mem_strdup(c->image[k]);
	free(s->patient);
	s->patient = mem_strdup(c->patient);
	s->frame = c->frame;
	s->group = known(c->group);
	s->phase = known(c->phase);
	s->mask = l->masks ? mem_strdup(c->mask) : NULL;
}

/* Those of a table may have no mask, to learn from without; where masks are wanted they are left out. */
static void
add_cases(struct studies *l, const struct dataset *d)
{
	int i, without = 0;

	for (i = 0; i < d->n; i++) {
		if (l->masks && d->c[i].unlabelled)
			without++;
		else
			add_case(l, &d->c[i]);
	}
	if (without == d->n)
		die("'%s': none of these %d cases has a mask (--unlabelled takes images alone)", d->dir, d->n);
	if (without)
		note("%d of %d cases have no mask and are left out; --unlabelled takes all", without, d->n);
}

void
studies_add_folder(struct studies *l, const char *dir, enum dataset_part part, int cine)
{
	struct dataset d;
	struct err e;

	if (dataset_open(&d, dir, part, &e))
		die("%s", e.msg);
	if (d.layout == DATASET_ACDC) {
		studies_add_acdc(l, dir, part, cine);
	} else {
		add_cases(l, &d);
		classes_take(&l->classes, &d);
	}
	dataset_free(&d);
}

/* "a/x.nii.gz" and "_gt" make "a/x_gt.nii.gz". */
static char *
with_ending(const char *path, const char *ending)
{
	size_t n = case_stem(path);

	return mem_printf("%.*s%s%s", (int)n, path, ending, path + n);
}

/* Is path the mask of another operand? */
static int
is_mask_of_another(char *const *operand, int n, const char *path)
{
	int i, found = 0;

	for (i = 0; i < n && !found; i++) {
		char *gt = with_ending(operand[i], "_gt");

		found = !strcmp(gt, path);
		free(gt);
	}
	return found;
}

static void
add_file(struct studies *l, const char *path, const char *mask)
{
	char *gt = with_ending(path, "_gt"), *name = case_of_file(path);
	struct study *s = add(l, name);

	s->image[s->channels++] = mem_strdup(path);
	if (l->masks && (mask || !access(gt, F_OK)))
		s->mask = mem_strdup(mask ? mask : gt);
	free(name);
	free(gt);
}

void
studies_add_files(struct studies *l, char *const *path, int n, const char *mask)
{
	int i;

	for (i = 0; i < n; i++)
		if (!is_mask_of_another(path, n, path[i]))
			add_file(l, path[i], mask);
}

/* Channels and masks are looked at together, pixel by pixel: they must lie in one place. */
static void
check_place(const struct studies *l, const struct study *s, const struct nifti *first, const char *path)
{
	struct nifti n;
	struct err e;

	if (nifti_read_header(&n, path, &e))
		die("%s", e.msg);
	if (nifti_match(&n, first, l->by_voxel, &e))
		die("'%s' and '%s': %s", path, s->image[0], e.msg);
	nifti_free(&n);
}

static int64_t
survey(const struct studies *l, struct study *s)
{
	struct nifti first;
	struct err e;
	int k;

	if (nifti_read_header(&first, s->image[0], &e))
		die("%s", e.msg);
	memcpy(s->dim, first.dim, sizeof s->dim);
	if (s->frame && s->dim[3] > 1)
		die("'%s': %lld frames, expected one", s->image[0], (long long)s->dim[3]);
	for (k = 1; k < s->channels; k++)
		check_place(l, s, &first, s->image[k]);
	if (s->mask)
		check_place(l, s, &first, s->mask);
	nifti_free(&first);
	return s->dim[2] * s->dim[3];
}

static void
check_names(const struct studies *l)
{
	struct case_file *f = mem_array((size_t)l->n + 1, sizeof *f);
	struct err e;
	int i;

	for (i = 0; i < l->n; i++)
		f[i] = (struct case_file){ l->s[i].name, l->s[i].image[0], l->s[i].dim[3] };
	if (case_unique(f, l->n, &e))
		die("%s", e.msg);
	free(f);
}

int64_t
studies_survey(struct studies *l)
{
	int64_t samples = 0;
	int i;

	for (i = 0; i < l->n; i++) {
		if (l->s[i].channels != l->s[0].channels)
			die("'%s' has %d channels, '%s' %d", l->s[i].name, l->s[i].channels, l->s[0].name, l->s[0].channels);
		if (__builtin_add_overflow(samples, survey(l, &l->s[i]), &samples))
			die("more slices than can be counted");
	}
	check_names(l);
	return samples;
}

void
studies_free(struct studies *l)
{
	int i, k;

	for (i = 0; i < l->n; i++) {
		struct study *s = &l->s[i];

		for (k = 0; k < s->channels; k++)
			free(s->image[k]);
		free(s->mask);
		free(s->name);
		free(s->patient);
		free(s->group);
		free(s->phase);
	}
	free(l->s);
	classes_free(&l->classes);
	*l = (struct studies){ .classes.ignore = -1 };
}
