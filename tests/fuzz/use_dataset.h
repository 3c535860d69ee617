/* use_dataset.h - a folder of cases, with every part of it that can be asked for */
#ifndef USE_DATASET_H
#define USE_DATASET_H

#include "base/mem.h"
#include "fuzz.h"
#include "io/dataset.h"

/* Files that a table or dataset.json may name. */
static inline void
make_files(void)
{
	static const char *const folder[] = { "imagesTr", "labelsTr", "imagesTs" };
	static const char *const file[] = { "a.nii", "a_gt.nii", "b.nii.gz", "p.tif", "imagesTr/a_0000.nii.gz",
	                                    "imagesTr/a_0001.nii.gz", "imagesTr/b_0000.nii.gz", "imagesTr/c_0001.nii",
	                                    "imagesTr/d.nii", "labelsTr/a.nii.gz", "labelsTr/d.nii", "imagesTs/t_0000.nii",
	                                    "p_gt.tif", "imagesTr/p_0000.png", "imagesTr/q_0000.png", "imagesTr/q_0001.png",
	                                    "labelsTr/p.png", "labelsTr/q.png" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(folder); i++)
		fuzz_put(folder[i], NULL, 0);
	for (i = 0; i < ARRAY_LEN(file); i++)
		fuzz_put(file[i], "", 0);
}

static inline void
check_case(const struct dataset *d, const struct dataset_case *c)
{
	int k;

	FUZZ_CHECK(*c->name && !strchr(c->name, '/') && *c->name != '.' && dataset_find(d, c->name) == c);
	FUZZ_CHECK(*c->patient && c->frame >= 0 && c->group && c->phase);
	FUZZ_CHECK(c->channels <= DATASET_CHANNELS && (c->channels > 0 || c->mask));
	for (k = 0; k < c->channels; k++)
		FUZZ_CHECK(!access(c->image[k], F_OK) && !strstr(c->image[k], "/../"));
	FUZZ_CHECK(!c->mask || (!access(c->mask, F_OK) && !strstr(c->mask, "/../")));
}

static inline void
check_dataset(const struct dataset *d)
{
	char *names = dataset_join_names(d), **again;
	struct err e;
	int i, n;

	FUZZ_CHECK(d->classes >= 0 && d->classes <= DATASET_CLASSES && d->ignore >= -1 && d->ignore <= 255);
	for (i = 0; i < d->n; i++)
		check_case(d, &d->c[i]);
	for (i = 0; i < d->findings; i++)
		FUZZ_CHECK(*d->finding[i].name && *d->finding[i].text);
	if (names) {
		FUZZ_CHECK(!dataset_names(&again, &n, names, &e) && n == d->classes);
		while (n-- > 0)
			free(again[n]);
		free(again);
	}
	free(names);
}

/* The folder in every way. What can be opened has cases and nothing that a survey calls fatal. */
static inline void
use_dataset(void)
{
	struct err e = { "" };
	struct dataset d;
	int part, fatal = 0, i, bad = dataset_survey(&d, fuzz_folder(), &e);

	FUZZ_CHECK(!bad || *e.msg);
	if (!bad) {
		check_dataset(&d);
		for (i = 0; i < d.findings; i++)
			fatal |= d.finding[i].fatal;
		dataset_free(&d);
	}
	for (part = DATASET_TRAIN; part <= DATASET_ALL + 1; part++) {
		*e.msg = '\0';
		if (part > DATASET_ALL ? dataset_masks(&d, fuzz_folder(), &e) :
		                         dataset_open(&d, fuzz_folder(), (enum dataset_part)part, &e)) {
			FUZZ_CHECK(*e.msg);
			continue;
		}
		FUZZ_CHECK(!bad && d.n > 0 && (!fatal || d.layout == DATASET_NNUNET));
		check_dataset(&d);
		dataset_free(&d);
	}
}

#endif
