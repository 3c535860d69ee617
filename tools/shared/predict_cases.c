#include "predict_cases.h"

#include <stdlib.h>
#include <string.h>

#include "io/case_name.h"
#include "io/gallery.h"
#include "predict_files.h"
#include "tool.h"

static struct predict_case *
add(struct predict_cases *s, char *name, int channels)
{
	s->c = mem_grow(s->c, (size_t)s->n + 1, sizeof *s->c);
	s->c[s->n] = (struct predict_case){ .name = name, .image = mem_array((size_t)channels, sizeof(char *)),
		                            .channels = channels };
	return &s->c[s->n++];
}

/* NAME_0000.nii.gz stands for all channels. */
static void
add_file(struct predict_cases *s, const char *path, int channels, int picture)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = picture ? gallery_stem(base) : case_stem(base);
	int numbered = !picture && n > 5 && !strncmp(base + n - 5, "_0000", 5), i;
	struct predict_case *c = add(s, mem_printf("%.*s", (int)(numbered ? n - 5 : n), base), numbered ? channels : 1);

	c->picture = picture;
	if (!numbered)
		c->image[0] = mem_strdup(path);
	for (i = 0; i < channels && numbered; i++)
		c->image[i] = mem_printf("%.*s_%04d%s", (int)((size_t)(base - path) + n - 5), path, i, base + n);
}

static void
add_folder(struct predict_cases *s, const char *dir, enum dataset_part part)
{
	struct dataset d;
	struct err e;
	int i, k;

	if (dataset_open(&d, dir, part, &e))
		die("%s", e.msg);
	for (i = 0; i < d.n; i++) {
		const struct dataset_case *from = &d.c[i];
		struct predict_case *c = add(s, mem_strdup(from->name), from->channels);

		for (k = 0; k < from->channels; k++)
			c->image[k] = mem_strdup(from->image[k]);
		c->picture = dataset_is_picture(from) || predict_kind(c->image[0]) == PREDICT_PICTURE;
	}
	dataset_free(&d);
}

/* Their masks would replace each other. */
static void
refuse_twins(const struct predict_cases *s)
{
	struct case_file *f = mem_array((size_t)s->n + 1, sizeof *f);
	struct err e;
	int i;

	for (i = 0; i < s->n; i++)
		f[i] = (struct case_file){ s->c[i].name, s->c[i].image[0], 1 };
	if (case_unique(f, s->n, &e))
		die("%s", e.msg);
	free(f);
}

void
predict_cases_list(struct predict_cases *s, char *const *operand, int n, int channels, enum dataset_part part)
{
	int i;

	*s = (struct predict_cases){ 0 };
	for (i = 0; i < n; i++) {
		enum predict_kind kind = predict_kind(operand[i]);

		if (kind == PREDICT_STREAM)
			die("'%s' is neither NIfTI nor a picture nor a folder of them: a stream goes alone", operand[i]);
		if (kind == PREDICT_FOLDER)
			add_folder(s, operand[i], part);
		else
			add_file(s, operand[i], channels, kind == PREDICT_PICTURE);
	}
	refuse_twins(s);
}

void
predict_cases_free(struct predict_cases *s)
{
	int k;

	while (s->n > 0) {
		struct predict_case *c = &s->c[--s->n];

		for (k = 0; k < c->channels; k++)
			free(c->image[k]);
		free(c->image);
		free(c->name);
	}
	free(s->c);
}
