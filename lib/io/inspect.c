/* The files of one case */
#include "io/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/inspect_read.h"

void
inspect_find(struct inspect_case *c, const char *fmt, ...)
{
	struct err text;
	va_list ap;

	va_start(ap, fmt);
	err_vset(&text, fmt, ap);
	va_end(ap);
	c->finding = mem_grow(c->finding, (size_t)c->findings + 1, sizeof *c->finding);
	c->finding[c->findings++] = mem_strdup(text.msg);
}

static void
tell_met(struct inspect_case *c, const char *name, const struct inspect_met *m, int picture, const char *one, const char *many)
{
	char frame[40] = "", z[40] = "";

	if (!m->times)
		return;
	if (m->at[3])
		snprintf(frame, sizeof frame, " of %s %lld", picture ? "page" : "frame", (long long)m->at[3] + 1);
	if (!picture)
		snprintf(z, sizeof z, ",%lld", (long long)m->at[2]);
	inspect_find(c, "%s: %lld %s %s, the first %g at (%lld,%lld%s)%s", name, (long long)m->times,
	             m->times == 1 ? "value" : "values", m->times == 1 ? one : many, m->value, (long long)m->at[0],
	             (long long)m->at[1], z, frame);
}

/* Reads the file; the finding it makes is the first that it has. 1: it is there. */
static int
inspect_file(struct inspect_case *c, struct inspect_gather *g, const char *name, const char *path)
{
	struct err e;
	int rc = inspect_read(g, path, &e);

	if (rc)
		inspect_find(c, "%s: %s", name, e.msg);
	return rc >= 0;
}

static void
name_image(char name[32], const struct inspect_case *c, int k)
{
	if (c->of->channels == 1)
		snprintf(name, 32, "image");
	else
		snprintf(name, 32, "channel %d", k);
}

/* One value is all there is, in all planes. */
static void
tell_flat(struct inspect_case *c, const char *name, const struct inspect_file *f)
{
	int p;

	for (p = 0; p < f->planes; p++)
		if (f->range[p].min != f->range[p].max)
			return;
	for (p = 1; p < f->planes; p++)
		if (f->range[p].min != f->range[0].min)
			return;
	inspect_find(c, "%s: all of it is %g", name, f->range[0].min);
}

static void
compare(const struct inspection *x, struct inspect_case *c, const char *name, const struct inspect_file *f,
        const struct inspect_file *image)
{
	const char *other = f == &c->mask || c->of->channels == 1 ? "image" : "channel 0";
	struct err e;

	if (!image->whole || image == f)
		return;
	if (nifti_geometry_match(&f->at, &image->at, x->tolerance, &e))
		inspect_find(c, "%s and %s: %s", name, other, e.msg);
	if (f->frames != image->frames)
		inspect_find(c, "%s and %s: %lld against %lld %s", name, other, (long long)f->frames, (long long)image->frames,
		             f->picture ? "pages" : "frames");
}

static void
inspect_image(struct inspection *x, struct inspect_case *c, int k)
{
	struct inspect_file *f = &c->image[k];
	struct inspect_gather g = { .f = f };
	char name[32];
	int i;

	name_image(name, c, k);
	if (!inspect_file(c, &g, name, c->of->image[k]))
		return;
	tell_met(c, name, &g.odd, f->picture, "is no finite float", "are no finite floats");
	tell_flat(c, name, f);
	compare(x, c, name, f, &c->image[0]);
	for (i = 0; i < k; i++)
		if (c->image[i].whole && c->image[i].crc == f->crc && c->image[i].range[0].mean == f->range[0].mean)
			inspect_find(c, "%s: the same values as channel %d", name, i);
}

/* What the labels of a mask are; 0: they are none. */
static int
inspect_labels(struct inspect_case *c, const struct inspect_gather *g)
{
	if (g->coloured.times) {
		inspect_find(c, "mask: %lld pixels have a colour, the first at (%lld,%lld), expected labels as grey values or indices",
		             (long long)g->coloured.times, (long long)g->coloured.at[0], (long long)g->coloured.at[1]);
		memset(c->label, 0, sizeof c->label);
		return 0;
	}
	tell_met(c, "mask", &g->fraction, c->mask.picture, "is no label of 0..255", "are no labels of 0..255");
	tell_met(c, "mask", &g->unknown, c->mask.picture, "is no class", "are no classes");
	return 1;
}

static void
inspect_mask(struct inspection *x, struct inspect_case *c)
{
	struct inspect_gather g = { .f = &c->mask, .set = x->set, .label = c->label };
	int64_t found = 0;
	int i;

	if (!inspect_file(c, &g, "mask", c->of->mask))
		return;
	for (i = 1; i < 256; i++)
		found += i == x->set->ignore ? 0 : c->label[i];
	if (inspect_labels(c, &g) && !found)
		inspect_find(c, "mask: nothing but background");
	if (c->of->channels)
		compare(x, c, "mask", &c->mask, &c->image[0]);
}

void
inspect_files(struct inspection *x, struct inspect_case *c)
{
	int k;

	for (k = 0; k < c->of->channels; k++)
		inspect_image(x, c, k);
	if (c->of->mask)
		inspect_mask(x, c);
}

const struct inspect_file *
inspect_first(const struct inspect_case *c)
{
	int k;

	for (k = 0; k < c->of->channels; k++)
		if (c->image[k].whole)
			return &c->image[k];
	return c->mask.whole ? &c->mask : NULL;
}

int
inspect_channels(const struct inspect_case *c)
{
	int k, n = 0;

	for (k = 0; k < c->of->channels; k++) {
		if (!c->image[k].whole && dataset_is_picture(c->of))
			return 0;
		n += c->image[k].whole ? c->image[k].planes : 1;
	}
	return n;
}
