#include "page/slices.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/panels.h"
#include "io/picture_write.h"

enum { MARGIN = 16, LEAST = 64, MOST = 512, GOAL = 256 };

/* What is drawn of each slice: pixel (x0 + i step, y0 + j step) for i < w, j < h. */
struct cut {
	int x0, y0, w, h, step;
};

static void
widen(int *from, int *count, int lo, int hi, int size)
{
	int least = LEAST < size ? LEAST : size;

	lo = hi < lo ? 0 : lo - MARGIN;
	hi = hi < 0 ? size - 1 : hi + MARGIN;
	if (hi - lo + 1 < least) {
		lo -= (least - (hi - lo + 1)) / 2;
		hi = lo + least - 1;
	}
	if (lo < 0) {
		hi = hi < least - 1 ? least - 1 : hi;
		lo = 0;
	}
	if (hi > size - 1) {
		lo = lo > size - least ? size - least : lo;
		hi = size - 1;
	}
	*from = lo;
	*count = hi - lo + 1;
}

static struct cut
find_cut(const struct tensor *pred, const struct tensor *mask, int ignore)
{
	int h = (int)pred->dim[1], w = (int)pred->dim[2], x0 = w, x1 = -1, y0 = h, y1 = -1;
	const uint8_t *p = pred->data, *t = mask ? mask->data : NULL;
	int64_t i, n = tensor_count(pred);
	struct cut c;

	for (i = 0; i < n; i++) {
		int x = (int)(i % w), y = (int)(i / w % h);

		if (!p[i] && (!t || !t[i] || t[i] == ignore))
			continue;
		x0 = x < x0 ? x : x0;
		x1 = x > x1 ? x : x1;
		y0 = y < y0 ? y : y0;
		y1 = y > y1 ? y : y1;
	}
	widen(&c.x0, &c.w, x0, x1, w);
	widen(&c.y0, &c.h, y0, y1, h);
	c.step = ((c.w > c.h ? c.w : c.h) + MOST - 1) / MOST;
	c.w = (c.w + c.step - 1) / c.step;
	c.h = (c.h + c.step - 1) / c.step;
	return c;
}

static uint8_t *
cut_labels(const struct tensor *t, int64_t i, const struct cut *c)
{
	uint8_t *label = mem_array((size_t)c->w * (size_t)c->h, 1);
	const uint8_t *from = (const uint8_t *)t->data + i * tensor_stride0(t);
	int x, y;

	for (y = 0; y < c->h; y++)
		for (x = 0; x < c->w; x++)
			label[y * c->w + x] = from[(c->y0 + y * c->step) * t->dim[2] + c->x0 + x * c->step];
	return label;
}

/* The values of the first channel, or of three; lo and hi are those of the whole slice. */
static float *
cut_image(struct panels *p, const struct tensor *t, int64_t i, const struct cut *c)
{
	static const double percent[2] = { .5, 99.5 };
	int64_t plane = t->dim[2] * t->dim[3], n;
	float *all, *x;
	int j, k, m;

	p->channels = t->dim[1] == 3 ? 3 : 1;
	n = p->channels * plane;
	all = mem_array((size_t)n, sizeof *all);
	x = mem_array((size_t)p->channels * (size_t)c->w * (size_t)c->h, sizeof *x);
	tensor_to_f32(all, t, i * tensor_stride0(t), n);
	show_window(&p->lo[0], &p->hi[0], all, n, percent);
	for (m = 0; m < p->channels; m++)
		for (j = 0; j < c->h; j++)
			for (k = 0; k < c->w; k++)
				x[((size_t)m * (size_t)c->h + (size_t)j) * (size_t)c->w + (size_t)k] =
					all[m * plane + (c->y0 + j * c->step) * t->dim[3] + c->x0 + k * c->step];
	free(all);
	return x;
}

static int
draw(struct slice_picture *s, const struct tensor *image, const struct tensor *mask, const struct tensor *pred, int64_t i,
     const struct cut *c, int ignore, struct err *e)
{
	struct panels p = { .h = c->h, .w = c->w, .ignore = mask ? ignore : -1, .labels = PANELS_DIFFERENCE,
		            .which = PANELS_EACH };
	float *x = cut_image(&p, image, i, c);
	uint8_t *truth = mask ? cut_labels(mask, i, c) : NULL, *found = cut_labels(pred, i, c);
	struct show show;
	struct page page;
	int rc;

	p.image[0] = x;
	p.mask = truth ? truth : found; /* alone it is drawn solid, which reads better */
	p.pred = truth ? found : NULL;
	p.zoom = GOAL / (c->w > c->h ? c->w : c->h);
	p.zoom = p.zoom < 1 ? 1 : p.zoom > 4 ? 4 : p.zoom;
	rc = panels_show(&show, &p, e);
	if (!rc) {
		page = (struct page){ show.w, show.h, 3, TEN_U8, show.rgb };
		rc = png_bytes(&s->png, &s->size, &page, e);
		s->w = show.w;
		s->h = show.h;
		show_free(&show);
	}
	free(x);
	free(truth);
	free(found);
	return rc;
}

static int
fits(const struct tensor *t, const struct tensor *image, struct err *e)
{
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];

	if (t->dtype == TEN_U8 && t->ndim == 3 && t->dim[0] == image->dim[0] && t->dim[1] == image->dim[2] &&
	    t->dim[2] == image->dim[3])
		return 0;
	return err_set(e, "'%s' is %s %s, which does not fit 'image' %s", t->name, ten_dtype_name(t->dtype),
	               tensor_shape(a, t), tensor_shape(b, image));
}

int
slices_draw(struct slice_list *l, const struct record *r, int truth, int ignore, struct err *e)
{
	const struct tensor *image = record_find(r, "image"), *pred = record_find(r, "pred");
	const struct tensor *mask = truth ? record_find(r, "mask") : NULL;
	int64_t first = 0, i, every;
	char shape[TENSOR_SHAPE_LEN];
	struct cut c;

	if (!image || !pred || (truth && !mask))
		return err_set(e, "no tensor '%s'", !image ? "image" : !pred ? "pred" : "mask");
	if (image->ndim != 4 || image->dim[1] < 1 || image->dim[2] < 1 || image->dim[3] < 1 || image->dim[2] > 30000 ||
	    image->dim[3] > 30000)
		return err_set(e, "'image' is %s, expected [N,C,H,W]", tensor_shape(shape, image));
	if (fits(pred, image, e) || (mask && fits(mask, image, e)) ||
	    meta_int(&r->meta, "slice", &first, 0, INT64_MAX / 2, e) < 0)
		return -1;
	c = find_cut(pred, mask, ignore);
	every = (image->dim[0] + SLICES_MOST - 1) / SLICES_MOST;
	for (i = 0; i < image->dim[0]; i += every) {
		l->p = mem_grow(l->p, (size_t)l->n + 1, sizeof *l->p);
		memset(&l->p[l->n], 0, sizeof *l->p);
		l->p[l->n].number = first + i + 1;
		if (draw(&l->p[l->n++], image, mask, pred, i, &c, ignore, e))
			return -1;
	}
	return 0;
}

void
slices_free(struct slice_list *l)
{
	int i;

	for (i = 0; i < l->n; i++)
		free(l->p[i].png);
	free(l->p);
	memset(l, 0, sizeof *l);
}
