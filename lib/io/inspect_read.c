/* A file, frame by frame or page by page */
#include "io/inspect_read.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/crc.h"
#include "io/gallery.h"
#include "io/picture.h"

/* Values that lie one after the other: a frame of a volume, a channel of a page. */
struct values {
	struct tensor stored;
	int64_t width, height, depth, frame;
	double slope, inter;
	int plane;
};

static void
meet(struct inspect_met *m, const struct values *v, int64_t i, double value)
{
	if (m->times++)
		return;
	m->value = value;
	m->at[0] = i % v->width;
	m->at[1] = i / v->width % v->height;
	m->at[2] = i / v->width / v->height;
	m->at[3] = v->frame;
}

static void
take_label(struct inspect_gather *g, const struct values *v, int64_t i, double x)
{
	const struct dataset *set = g->set;

	if (!(x >= 0 && x <= 255 && x == floor(x))) {
		meet(&g->fraction, v, i, x);
		return;
	}
	g->label[(int)x]++;
	if (set->classes && x >= set->classes && x != set->ignore)
		meet(&g->unknown, v, i, x);
}

static void
take_values(struct inspect_gather *g, const struct values *v)
{
	struct inspect_range *range = &g->f->range[v->plane];
	int64_t size = v->width * v->height * v->depth, i;

	g->f->crc = crc_add(g->f->crc, v->stored.data, (size_t)size * ten_dtype_size(v->stored.dtype));
	for (i = 0; i < size; i++) {
		double x = v->slope * tensor_get(&v->stored, i) + v->inter;

		if (g->set && !v->plane)
			take_label(g, v, i, x);
		if (!(fabs(x) <= FLT_MAX)) {
			meet(&g->odd, v, i, x);
			range->odd++;
			continue;
		}
		range->min = fmin(range->min, x);
		range->max = fmax(range->max, x);
		g->sum[v->plane] += x;
	}
	range->values += size;
}

static void
take_frame(struct inspect_gather *g, const struct nifti *n, int64_t t)
{
	int64_t size = n->dim[0] * n->dim[1] * n->dim[2];
	struct values v = { .width = n->dim[0], .height = n->dim[1], .depth = n->dim[2], .frame = t, .slope = n->slope,
		            .inter = n->inter };

	v.stored = (struct tensor){ .dtype = n->dtype, .ndim = 1, .dim = { size }, .data = n->data, .borrowed = 1 };
	take_values(g, &v);
}

static int
read_volume(struct inspect_gather *g, const char *path, struct err *e)
{
	struct inspect_file *f = g->f;
	struct nifti_frames in;
	struct err why;
	int rc;

	f->planes = 1;
	if (nifti_open(&in, path, e))
		return -1;
	while ((rc = nifti_next(&in, e)) > 0)
		take_frame(g, &in.frame, in.next - 1);
	if (!rc) {
		f->whole = 1;
		f->frames = in.head.dim[3];
		rc = nifti_geometry(&f->at, &in.head, &why) ? 1 : 0;
		if (rc) {
			f->at.origin = NIFTI_SPACING;
			err_set(e, "%s", why.msg);
		}
	}
	nifti_close(&in);
	return rc;
}

/* --- pictures --- */

static void
find_colours(struct inspect_gather *g, const struct picture *p, const struct values *v)
{
	int64_t n = v->width * v->height, i;

	for (i = 0; i < n && g->set; i++)
		if (!picture_is_grey(p, i))
			meet(&g->coloured, v, i, 0);
}

static void
take_page(struct inspect_gather *g, const struct picture *p, int64_t t)
{
	int64_t size = (int64_t)p->width * p->height;
	size_t bytes = (size_t)size * ten_dtype_size(p->dtype);
	struct values v = { .width = p->width, .height = p->height, .depth = 1, .frame = t, .slope = 1 };

	for (v.plane = 0; v.plane < p->channels; v.plane++) {
		v.stored = (struct tensor){ .dtype = p->dtype, .ndim = 1, .dim = { size }, .borrowed = 1 };
		v.stored.data = (char *)p->data + (size_t)v.plane * bytes;
		take_values(g, &v);
	}
	v.plane = 0;
	find_colours(g, p, &v);
}

/* Pages are images of their own, but then those of one case are taken to be alike. */
static int
check_pages(const struct pictures *p, struct err *e)
{
	int i;

	for (i = 1; i < p->n; i++)
		if (p->page[i].width != p->page->width || p->page[i].height != p->page->height ||
		    p->page[i].channels != p->page->channels)
			return err_set(e, "page %d is %dx%d with %d channels, the first %dx%d with %d", i + 1, p->page[i].width,
			               p->page[i].height, p->page[i].channels, p->page->width, p->page->height,
			               p->page->channels);
	return 0;
}

static int
read_picture(struct inspect_gather *g, const char *path, struct err *e)
{
	struct inspect_file *f = g->f;
	struct pictures p;
	int i, rc;

	f->picture = 1;
	if (pictures_read(&p, path, g->set ? PICTURE_INDICES : PICTURE_COLOURS, e))
		return -1;
	f->whole = 1;
	f->frames = p.n;
	f->planes = p.page->channels;
	f->at = (struct nifti_geometry){ { p.page->width, p.page->height, 1 }, { 1, 1, 1 }, { { 0 } }, NIFTI_SPACING };
	rc = check_pages(&p, e) ? 1 : 0;
	for (i = 0; i < p.n; i++) {
		f->planes = p.page[i].channels > f->planes ? p.page[i].channels : f->planes;
		take_page(g, &p.page[i], i);
	}
	pictures_free(&p);
	return rc;
}

int
inspect_read(struct inspect_gather *g, const char *path, struct err *e)
{
	struct inspect_file *f = g->f;
	int k, rc;

	*f = (struct inspect_file){ .path = path };
	for (k = 0; k < INSPECT_PLANES; k++)
		f->range[k] = (struct inspect_range){ .min = INFINITY, .max = -INFINITY };
	rc = gallery_is_picture(path) ? read_picture(g, path, e) : read_volume(g, path, e);
	for (k = 0; k < INSPECT_PLANES; k++) {
		struct inspect_range *r = &f->range[k];

		r->mean = r->values > r->odd ? g->sum[k] / (double)(r->values - r->odd) : NAN;
		f->values += r->values;
	}
	return rc;
}
