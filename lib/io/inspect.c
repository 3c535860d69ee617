/* The files of one case */
#include "io/inspect.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/mem.h"

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

/* --- a file, frame by frame --- */

/* Where something was met first, and how often it was. */
struct met {
	int64_t times, at[4];
	double value;
};

/* What is gathered while a file is read. */
struct gather {
	struct inspect_file *f;
	const struct dataset *set; /* of a mask; NULL: an image */
	int64_t *label;            /* [256] */
	double sum;
	struct met odd, unknown, fraction;
};

static void
meet(struct met *m, const struct nifti *n, int64_t i, int64_t t, double value)
{
	if (m->times++)
		return;
	m->value = value;
	m->at[0] = i % n->dim[0];
	m->at[1] = i / n->dim[0] % n->dim[1];
	m->at[2] = i / n->dim[0] / n->dim[1];
	m->at[3] = t;
}

static void
take_label(struct gather *g, const struct nifti *n, int64_t i, int64_t t, double v)
{
	const struct dataset *set = g->set;

	if (!(v >= 0 && v <= 255 && v == floor(v))) {
		meet(&g->fraction, n, i, t, v);
		return;
	}
	g->label[(int)v]++;
	if (set->classes && v >= set->classes && v != set->ignore)
		meet(&g->unknown, n, i, t, v);
}

static void
take_frame(struct gather *g, const struct nifti *n, int64_t t)
{
	int64_t size = n->dim[0] * n->dim[1] * n->dim[2], i;
	struct tensor stored = { .dtype = n->dtype, .ndim = 1, .dim = { size }, .data = n->data, .borrowed = 1 };
	struct inspect_file *f = g->f;

	f->crc = crc_add(f->crc, n->data, (size_t)size * ten_dtype_size(n->dtype));
	for (i = 0; i < size; i++) {
		double v = n->slope * tensor_get(&stored, i) + n->inter;

		if (g->set)
			take_label(g, n, i, t, v);
		if (!(fabs(v) <= FLT_MAX)) {
			meet(&g->odd, n, i, t, v);
			continue;
		}
		f->min = fmin(f->min, v);
		f->max = fmax(f->max, v);
		g->sum += v;
	}
	f->values += size;
}

/* Reads the file whole, or says why not. */
static int
read_file(struct gather *g, const char *path, struct err *e)
{
	struct inspect_file *f = g->f;
	struct nifti_frames in;
	struct err why;
	int rc;

	*f = (struct inspect_file){ .path = path, .min = INFINITY, .max = -INFINITY };
	if (nifti_open(&in, path, e))
		return -1;
	while ((rc = nifti_next(&in, e)) > 0)
		take_frame(g, &in.frame, in.next - 1);
	if (!rc) {
		f->whole = 1;
		f->frames = in.head.dim[3];
		f->odd = g->odd.times;
		f->mean = f->values > f->odd ? g->sum / (double)(f->values - f->odd) : NAN;
		rc = nifti_geometry(&f->at, &in.head, &why) ? 1 : 0;
		if (rc) {
			f->at.origin = NIFTI_SPACING;
			err_set(e, "%s", why.msg);
		}
	}
	nifti_close(&in);
	return rc;
}

/* --- what is wrong with it --- */

static void
tell_met(struct inspect_case *c, const char *name, const struct met *m, const char *what)
{
	char frame[40] = "";

	if (!m->times)
		return;
	if (m->at[3])
		snprintf(frame, sizeof frame, " of frame %lld", (long long)m->at[3] + 1);
	inspect_find(c, "%s: %lld %s %s, the first %g at (%lld,%lld,%lld)%s", name, (long long)m->times,
	             m->times == 1 ? "value" : "values", what, m->value, (long long)m->at[0], (long long)m->at[1],
	             (long long)m->at[2], frame);
}

/* Reads the file; the finding it makes is the first that it has. 1: it is there. */
static int
inspect_file(struct inspect_case *c, struct gather *g, const char *name, const char *path)
{
	struct err e;
	int rc = read_file(g, path, &e);

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
		inspect_find(c, "%s and %s: %lld against %lld frames", name, other, (long long)f->frames, (long long)image->frames);
}

static void
inspect_image(struct inspection *x, struct inspect_case *c, int k)
{
	struct inspect_file *f = &c->image[k];
	struct gather g = { .f = f };
	char name[32];
	int i;

	name_image(name, c, k);
	if (!inspect_file(c, &g, name, c->of->image[k]))
		return;
	tell_met(c, name, &g.odd, g.odd.times == 1 ? "is no finite float" : "are no finite floats");
	if (f->min == f->max)
		inspect_find(c, "%s: all of it is %g", name, f->min);
	compare(x, c, name, f, &c->image[0]);
	for (i = 0; i < k; i++)
		if (c->image[i].whole && c->image[i].crc == f->crc && c->image[i].mean == f->mean)
			inspect_find(c, "%s: the same values as channel %d", name, i);
}

static void
inspect_mask(struct inspection *x, struct inspect_case *c)
{
	struct gather g = { .f = &c->mask, .set = x->set, .label = c->label };
	int64_t found = 0;
	int i;

	if (!inspect_file(c, &g, "mask", c->of->mask))
		return;
	tell_met(c, "mask", &g.fraction, g.fraction.times == 1 ? "is no label of 0..255" : "are no labels of 0..255");
	tell_met(c, "mask", &g.unknown, g.unknown.times == 1 ? "is no class" : "are no classes");
	for (i = 1; i < 256; i++)
		found += i == x->set->ignore ? 0 : c->label[i];
	if (!found)
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
