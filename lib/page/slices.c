#include "page/slices.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/panels.h"
#include "io/picture_write.h"

enum { MARGIN = 16, LEAST = 64, MOST = 512, GOAL = 256 };

/* A slice as it waits: what is shown of its image is settled, whatever slices come with it. */
struct slice_kept {
	int64_t place, order; /* order of arrival, which decides where two are at one place */
	int channels, h, w;
	uint8_t *image, *pred, *mask; /* one piece of memory; mask NULL: no truth */
};

/* What is drawn of each slice: pixel (x0 + i step, y0 + j step) for i < w, j < h. */
struct cut {
	int x0, y0, w, h, step;
};

/* A rectangle, its borders within it */
struct box {
	int x0, x1, y0, y1;
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

static void
cover(struct box *b, const struct slice_kept *s, int ignore)
{
	int x, y;

	for (y = 0; y < s->h; y++)
		for (x = 0; x < s->w; x++) {
			size_t i = (size_t)y * (size_t)s->w + (size_t)x;

			if (!s->pred[i] && (!s->mask || !s->mask[i] || s->mask[i] == ignore))
				continue;
			b->x0 = x < b->x0 ? x : b->x0;
			b->x1 = x > b->x1 ? x : b->x1;
			b->y0 = y < b->y0 ? y : b->y0;
			b->y1 = y > b->y1 ? y : b->y1;
		}
}

/* What all slices of this one's size cover together. */
static struct cut
find_cut(const struct slice_list *l, const struct slice_kept *like, int ignore)
{
	struct box b = { like->w, -1, like->h, -1 };
	struct cut c;
	int64_t i;

	for (i = 0; i < l->keeping; i++)
		if (l->kept[i].h == like->h && l->kept[i].w == like->w)
			cover(&b, &l->kept[i], ignore);
	widen(&c.x0, &c.w, b.x0, b.x1, like->w);
	widen(&c.y0, &c.h, b.y0, b.y1, like->h);
	c.step = ((c.w > c.h ? c.w : c.h) + MOST - 1) / MOST;
	c.w = (c.w + c.step - 1) / c.step;
	c.h = (c.h + c.step - 1) / c.step;
	return c;
}

static uint8_t *
cut_labels(const struct slice_kept *s, const uint8_t *from, const struct cut *c)
{
	uint8_t *label = mem_array((size_t)c->w * (size_t)c->h, 1);
	int x, y;

	for (y = 0; y < c->h; y++)
		for (x = 0; x < c->w; x++)
			label[y * c->w + x] = from[(int64_t)(c->y0 + y * c->step) * s->w + c->x0 + x * c->step];
	return label;
}

static float *
cut_image(const struct slice_kept *s, const struct cut *c)
{
	float *x = mem_array((size_t)s->channels * (size_t)c->w * (size_t)c->h, sizeof *x), *to = x;
	int j, k, m;

	for (m = 0; m < s->channels; m++)
		for (j = 0; j < c->h; j++)
			for (k = 0; k < c->w; k++)
				*to++ = s->image[((int64_t)m * s->h + c->y0 + j * c->step) * s->w + c->x0 + k * c->step];
	return x;
}

static int
draw(struct slice_picture *to, const struct slice_kept *s, const struct cut *c, int ignore, struct err *e)
{
	struct panels p = { .h = c->h, .w = c->w, .ignore = s->mask ? ignore : -1, .labels = PANELS_DIFFERENCE,
		            .which = PANELS_EACH, .channels = s->channels, .hi = { 255 } };
	float *x = cut_image(s, c);
	uint8_t *truth = s->mask ? cut_labels(s, s->mask, c) : NULL, *found = cut_labels(s, s->pred, c);
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
		rc = png_bytes(&to->png, &to->size, &page, e);
		to->w = show.w;
		to->h = show.h;
		show_free(&show);
	}
	free(x);
	free(truth);
	free(found);
	return rc;
}

/* --- gathering --- */

/* From this channel on, as many as are shown, as bytes: black and white are percentiles of the whole slice. */
static void
keep_image(struct slice_kept *s, const struct tensor *t, int64_t i, int channel)
{
	static const double percent[2] = { .5, 99.5 };
	int64_t n = (int64_t)s->channels * s->h * s->w;
	float *x = mem_array((size_t)n, sizeof *x), lo, hi;

	tensor_to_f32(x, t, i * tensor_stride0(t) + (channel > 0 ? channel : 0) * t->dim[2] * t->dim[3], n);
	show_window(&lo, &hi, x, n, percent);
	show_bytes(s->image, x, n, lo, hi);
	free(x);
}

static void
keep(struct slice_list *l, const struct tensor *image, const struct tensor *mask, const struct tensor *pred, int64_t i,
     int64_t place, int channel)
{
	int colours = image->dim[1] == 3 && channel < 0;
	struct slice_kept s = { .place = place, .order = l->keeping, .channels = colours ? 3 : 1,
		                .h = (int)image->dim[2], .w = (int)image->dim[3] };
	size_t plane = (size_t)s.h * (size_t)s.w;

	if (l->keeping == l->room) {
		l->room = 2 * l->room + 16;
		l->kept = mem_grow(l->kept, (size_t)l->room, sizeof *l->kept);
	}
	s.image = mem_array(plane, (size_t)s.channels + 1 + (mask != NULL));
	s.pred = s.image + plane * (size_t)s.channels;
	s.mask = mask ? s.pred + plane : NULL;
	keep_image(&s, image, i, channel);
	memcpy(s.pred, (const uint8_t *)pred->data + i * tensor_stride0(pred), plane);
	if (mask)
		memcpy(s.mask, (const uint8_t *)mask->data + i * tensor_stride0(mask), plane);
	l->kept[l->keeping++] = s;
}

static void
forget(struct slice_list *l)
{
	int64_t i;

	for (i = 0; i < l->keeping; i++)
		free(l->kept[i].image);
	free(l->kept);
	l->kept = NULL;
	l->keeping = l->room = 0;
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
slices_gather(struct slice_list *l, const struct record *r, int truth, int channel, struct err *e)
{
	const struct tensor *image = record_find(r, "image"), *pred = record_find(r, "pred");
	const struct tensor *mask = truth ? record_find(r, "mask") : NULL;
	int64_t first = l->keeping, i;
	char shape[TENSOR_SHAPE_LEN];

	if (!image || !pred || (truth && !mask))
		return err_set(e, "no tensor '%s'", !image ? "image" : !pred ? "pred" : "mask");
	if (image->ndim != 4 || image->dim[1] < 1 || image->dim[2] < 1 || image->dim[3] < 1 || image->dim[2] > 30000 ||
	    image->dim[3] > 30000)
		return err_set(e, "'image' is %s, expected [N,C,H,W]", tensor_shape(shape, image));
	if (channel >= image->dim[1])
		return err_set(e, "'image' is %s: it has no channel %d", tensor_shape(shape, image), channel);
	if (fits(pred, image, e) || (mask && fits(mask, image, e)) ||
	    meta_int(&r->meta, "slice", &first, 0, INT64_MAX / 2, e) < 0)
		return -1;
	for (i = 0; i < image->dim[0]; i++)
		keep(l, image, mask, pred, i, first + i, channel);
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct slice_kept *x = a, *y = b;

	return x->place != y->place ? (x->place > y->place) - (x->place < y->place) : (x->order > y->order) - (x->order < y->order);
}

int
slices_draw(struct slice_list *l, int ignore, struct err *e)
{
	int64_t every = (l->keeping + SLICES_MOST - 1) / SLICES_MOST, i;
	const struct slice_kept *s, *last = NULL;
	struct cut c;
	int rc = 0;

	if (l->keeping)
		qsort(l->kept, (size_t)l->keeping, sizeof *l->kept, by_place);
	for (i = 0; i < l->keeping && !rc; i += every) {
		s = &l->kept[i];
		if (!last || last->h != s->h || last->w != s->w)
			c = find_cut(l, s, ignore);
		last = s;
		l->p = mem_grow(l->p, (size_t)l->n + 1, sizeof *l->p);
		memset(&l->p[l->n], 0, sizeof *l->p);
		l->p[l->n].number = s->place + 1;
		rc = draw(&l->p[l->n++], s, &c, ignore, e);
	}
	forget(l);
	return rc;
}

void
slices_free(struct slice_list *l)
{
	int i;

	for (i = 0; i < l->n; i++)
		free(l->p[i].png);
	free(l->p);
	forget(l);
	memset(l, 0, sizeof *l);
}
