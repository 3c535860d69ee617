#include "predict/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "image/colour.h"
#include "image/grid.h"

enum room { ROOM_IMAGE, ROOM_TURNED, ROOM_LOOK, ROOM_SUM, ROOM_MEMBER, ROOM_ALL, ROOM_CUT, ROOM_PART };

/* Room for so many floats, kept from call to call. */
static float *
room(struct ensemble *m, enum room which, size_t n)
{
	struct ensemble_room *r = &m->room[which];

	if (n * sizeof(float) > r->bytes) {
		free(r->x);
		r->bytes = n * sizeof(float);
		r->x = mem_aligned(r->bytes);
	}
	return r->x;
}

/* --- members --- */

static int
names_agree(struct ensemble *m, const struct record *model, const char *file, struct err *e)
{
	struct names names;
	int i, rc = 0;

	if (names_read(&names, &model->meta, e))
		return err_prefix(e, "model '%s'", file);
	if (!meta_get(&model->meta, "names")) {
		names_free(&names);
		return 0;
	}
	if (names.n != m->classes)
		rc = err_set(e, "model '%s': names of %d classes for a network of %d", file, names.n, m->classes);
	for (i = 0; !rc && i < m->names.n; i++)
		if (strcmp(names.name[i], m->names.name[i]))
			rc = err_set(e, "model '%s': class %d is '%s', in the models before it '%s'", file, i, names.name[i],
			             m->names.name[i]);
	if (rc || m->names.n)
		names_free(&names);
	else
		m->names = names;
	return rc;
}

static int
member_agrees(struct ensemble *m, struct ensemble_member *k, const struct record *model, struct err *e)
{
	const char *grid = meta_get(&model->meta, "grid");

	if (grid && grid_parse(k->grid, grid, e))
		return err_prefix(e, "model '%s'", k->file);
	if (!m->n) {
		m->channels = k->net.channels;
		m->classes = k->net.classes;
	}
	if (k->net.channels != m->channels || k->net.classes != m->classes)
		return err_set(e, "model '%s' makes %d classes of %d channels, '%s' %d of %d", k->file, k->net.classes,
		               k->net.channels, m->member[0]->file, m->classes, m->channels);
	return names_agree(m, model, k->file, e);
}

static void
free_member(struct ensemble_member *k)
{
	segmenter_free(&k->net);
	free(k->file);
	free(k);
}

int
ensemble_add(struct ensemble *m, const struct record *model, const char *file, struct err *e)
{
	struct ensemble_member *k = mem_alloc(sizeof *k);

	k->file = mem_strdup(file);
	if (segmenter_load(&k->net, model, file, e)) {
		free(k->file);
		free(k);
		return -1;
	}
	if (member_agrees(m, k, model, e)) {
		free_member(k);
		return -1;
	}
	m->member = mem_grow(m->member, (size_t)m->n + 1, sizeof *m->member);
	m->member[m->n++] = k;
	return 0;
}

void
ensemble_free(struct ensemble *m)
{
	size_t i;

	while (m->n > 0)
		free_member(m->member[--m->n]);
	free(m->member);
	names_free(&m->names);
	windows_free(&m->windows);
	resampler_free(&m->resampler);
	for (i = 0; i < ARRAY_LEN(m->room); i++)
		free(m->room[i].x);
	memset(m, 0, sizeof *m);
}

int
ensemble_fits(const struct ensemble *m, const struct tensor *image, const char *normalize, struct err *e)
{
	int i;

	for (i = 0; i < m->n; i++)
		if (segmenter_fits(&m->member[i]->net, image, normalize, e))
			return m->n > 1 ? err_prefix(e, "model '%s'", m->member[i]->file) : -1;
	return 0;
}

/* --- from logits to probabilities --- */

struct rows {
	float *x; /* (n,k,h,w): logits, then probabilities */
	int k, h, w;
};

static void
softmax_row(void *ctx, int i, int worker)
{
	const struct rows *r = ctx;
	size_t area = (size_t)r->h * r->w;
	float *row = r->x + (size_t)(i / r->h) * r->k * area + (size_t)(i % r->h) * r->w;
	int x, c;

	for (x = 0; x < r->w; x++) {
		float top = row[x], sum = 0;

		for (c = 1; c < r->k; c++)
			top = row[c * area + x] > top ? row[c * area + x] : top;
		for (c = 0; c < r->k; c++)
			sum += row[c * area + x] = expf(row[c * area + x] - top);
		for (c = 0; c < r->k; c++)
			row[c * area + x] /= sum;
	}
}

static void
softmax(float *x, int n, int k, int h, int w)
{
	struct rows r = { x, k, h, w };

	par_for(n * h, softmax_row, &r);
}

static void
measure_entropy(float *entropy, const float *p, int n, int k, size_t area)
{
	size_t i;
	int c, s;

	for (s = 0; s < n; s++, p += (size_t)k * area, entropy += area)
		for (i = 0; i < area; i++) {
			double sum = 0;

			for (c = 0; c < k; c++)
				if (p[c * area + i] > 0)
					sum -= (double)p[c * area + i] * log((double)p[c * area + i]);
			entropy[i] = sum > 0 ? (float)sum : 0;
		}
}

/* --- one look --- */

static int
fits_window(const struct ensemble *m, int h, int w)
{
	return !m->window || (h <= m->window && w <= m->window);
}

static void
look_through_windows(struct ensemble *m, struct segmenter *net, float *p, const float *image, int n, int h, int w)
{
	struct windows *s = &m->windows;
	size_t in = (size_t)m->channels * h * w, out = (size_t)m->classes * h * w, cut, part;
	float *crop, *logits;
	int each, i, k, count;

	if (s->h != h || s->w != w)
		windows_plan(s, h, w, m->window);
	cut = (size_t)m->channels * s->size[0] * s->size[1];
	part = (size_t)m->classes * s->size[0] * s->size[1];
	crop = room(m, ROOM_CUT, ENSEMBLE_BATCH * cut);
	logits = room(m, ROOM_PART, ENSEMBLE_BATCH * part);
	memset(p, 0, n * out * sizeof *p);
	each = windows_count(s);
	for (i = 0; i < n * each; i += count) {
		count = n * each - i < ENSEMBLE_BATCH ? n * each - i : ENSEMBLE_BATCH;
		for (k = i; k < i + count; k++)
			windows_cut(s, crop + (k - i) * cut, k % each, image + k / each * in, m->channels);
		segmenter_logits(net, logits, crop, count, s->size[0], s->size[1]);
		softmax(logits, count, m->classes, s->size[0], s->size[1]);
		for (k = i; k < i + count; k++)
			windows_add(s, p + k / each * out, k % each, logits + (k - i) * part, m->classes);
	}
	for (i = 0; i < n; i++)
		windows_divide(s, p + i * out, m->classes);
}

/* p(n,K,h,w) of the normalised images. */
static void
look(struct ensemble *m, struct segmenter *net, float *p, const float *image, int n, int h, int w)
{
	if (!fits_window(m, h, w)) {
		look_through_windows(m, net, p, image, n, h, w);
		return;
	}
	segmenter_logits(net, p, image, n, h, w);
	softmax(p, n, m->classes, h, w);
}

/* --- mirrored looks --- */

static void
mirror(float *dst, const float *src, size_t planes, int h, int w, enum ensemble_flip how, int add)
{
	size_t k;
	int y, x;

	for (k = 0; k < planes; k++, src += (size_t)h * w)
		for (y = 0; y < h; y++, dst += w) {
			const float *row = src + (size_t)(how & FLIP_Y ? h - 1 - y : y) * w;

			for (x = 0; x < w; x++) {
				float v = row[how & FLIP_X ? w - 1 - x : x];

				dst[x] = add ? dst[x] + v : v;
			}
		}
}

/* sum(n,K,h,w): the mean over all mirrorings. */
static void
look_all_ways(struct ensemble *m, struct segmenter *net, float *sum, const float *image, int n, int h, int w)
{
	size_t in = (size_t)n * m->channels * h * w, out = (size_t)n * m->classes * h * w, i;
	float *turned, *p, part = m->flip == FLIP_BOTH ? 0.25f : 0.5f;
	int how;

	look(m, net, sum, image, n, h, w);
	if (m->flip == FLIP_NONE)
		return;
	turned = room(m, ROOM_TURNED, in);
	p = room(m, ROOM_LOOK, out);
	for (how = FLIP_X; how <= FLIP_BOTH; how++) {
		if (m->flip != FLIP_BOTH && how != (int)m->flip)
			continue;
		mirror(turned, image, (size_t)n * m->channels, h, w, (enum ensemble_flip)how, 0);
		look(m, net, p, turned, n, h, w);
		mirror(sum, p, (size_t)n * m->classes, h, w, (enum ensemble_flip)how, 1);
	}
	for (i = 0; i < out; i++)
		sum[i] *= part;
}

/* --- all members --- */

/* The size on the member's grid; the same where it has none. */
static int
member_size(int size[2], const struct ensemble_member *k, const struct ensemble_images *in, struct err *e)
{
	char text[GRID_LEN];

	size[0] = in->h;
	size[1] = in->w;
	if (!(k->grid[0] > 0) || in->normalized)
		return 0;
	if (!in->spacing)
		return err_set(e, "model '%s' wants pixels of %s mm, but the size of these is not known", k->file,
		               grid_format(text, k->grid));
	return grid_size(size, in->h, in->w, in->spacing, k->grid, e);
}

static int
same_size(const struct ensemble_images *in, const int size[2])
{
	return size[0] == in->h && size[1] == in->w;
}

int
ensemble_is_plain(const struct ensemble *m, const struct ensemble_images *in)
{
	int size[2];
	struct err e;

	return m->n == 1 && m->flip == FLIP_NONE && !member_size(size, m->member[0], in, &e) && same_size(in, size) &&
	       fits_window(m, in->h, in->w);
}

int
ensemble_batch(const struct ensemble *m, const struct ensemble_images *in)
{
	return fits_window(m, in->h, in->w) ? ENSEMBLE_BATCH : 1;
}

/* The images as member k wants them, in a room of their own. */
static const float *
prepare(struct ensemble *m, const struct ensemble_member *k, const struct ensemble_images *in, const int size[2])
{
	size_t area = (size_t)size[0] * size[1], one = m->channels * area, from = (size_t)m->channels * in->h * in->w;
	float *x = room(m, ROOM_IMAGE, in->n * one);
	int i;

	if (same_size(in, size))
		memcpy(x, in->x, in->n * one * sizeof *x);
	else
		for (i = 0; i < in->n; i++)
			resample(&m->resampler, x + i * one, size[0], size[1], in->x + i * from, m->channels, in->h, in->w,
			         (struct box){ 0, 0, in->w, in->h }, RESAMPLE_BILINEAR, 0);
	for (i = 0; i < in->n && !in->normalized; i++)
		normalize_apply(&k->net.norm, x + i * one, m->channels, (int64_t)area);
	return x;
}

/* Images and weights that are finite don't make the n outputs so; the class of what is not would be the background. */
static int
check_outputs(const struct ensemble_member *k, const float *p, size_t n, struct err *e)
{
	float lo, hi;

	if (!colour_range(&lo, &hi, p, (int64_t)n))
		return 0;
	return err_set(e, "model '%s': the network's outputs are not finite (of a training that diverged, or meant for "
	               "other intensities?)", k->file);
}

/* p(n,K,h,w): the mean over all looks of member k, on the image's own pixels. */
static int
ask(struct ensemble *m, struct ensemble_member *k, float *p, const struct ensemble_images *in, struct err *e)
{
	size_t own = (size_t)m->classes * in->h * in->w, there;
	const float *x;
	float *sum;
	int size[2], i;

	if (member_size(size, k, in, e))
		return -1;
	x = prepare(m, k, in, size);
	if (same_size(in, size)) {
		look_all_ways(m, &k->net, p, x, in->n, in->h, in->w);
		return check_outputs(k, p, in->n * own, e);
	}
	there = (size_t)m->classes * size[0] * size[1];
	sum = room(m, ROOM_SUM, in->n * there);
	look_all_ways(m, &k->net, sum, x, in->n, size[0], size[1]);
	for (i = 0; i < in->n; i++)
		resample(&m->resampler, p + i * own, in->h, in->w, sum + i * there, m->classes, size[0], size[1],
		         (struct box){ 0, 0, size[1], size[0] }, RESAMPLE_BILINEAR, 0);
	return check_outputs(k, p, in->n * own, e);
}

static int
ask_all(struct ensemble *m, float *p, const struct ensemble_images *in, struct err *e)
{
	size_t all = (size_t)in->n * m->classes * in->h * in->w, i;
	float *other, part = 1 / (float)m->n;
	int k;

	if (ask(m, m->member[0], p, in, e))
		return -1;
	for (k = 1; k < m->n; k++) {
		other = room(m, ROOM_MEMBER, all);
		if (ask(m, m->member[k], other, in, e))
			return -1;
		for (i = 0; i < all; i++)
			p[i] += other[i];
	}
	for (i = 0; i < all && m->n > 1; i++)
		p[i] *= part;
	return 0;
}

/* One look at the image's own pixels: the classes follow from the logits. */
static int
run_plain(struct ensemble *m, const struct ensemble_result *out, float *p, const struct ensemble_images *in, struct err *e)
{
	size_t all = (size_t)in->n * m->classes * in->h * in->w;
	int whole[2] = { in->h, in->w };

	segmenter_logits(&m->member[0]->net, p, prepare(m, m->member[0], in, whole), in->n, in->h, in->w);
	if (check_outputs(m->member[0], p, all, e))
		return -1;
	segmenter_classify(out->pred, p, in->n, m->classes, (int64_t)in->h * in->w);
	if (out->logits)
		memcpy(out->logits, p, all * sizeof *p);
	if (out->probabilities || out->entropy)
		softmax(p, in->n, m->classes, in->h, in->w);
	return 0;
}

int
ensemble_run(struct ensemble *m, const struct ensemble_result *out, const struct ensemble_images *in, struct err *e)
{
	size_t area = (size_t)in->h * in->w;
	float *p = out->probabilities ? out->probabilities : room(m, ROOM_ALL, in->n * m->classes * area);

	if (ensemble_is_plain(m, in)) {
		if (run_plain(m, out, p, in, e))
			return -1;
	} else if (out->logits) {
		return err_set(e, "there are logits of one model's one look at an image alone, not of means over several");
	} else {
		if (ask_all(m, p, in, e))
			return -1;
		segmenter_classify(out->pred, p, in->n, m->classes, (int64_t)area);
	}
	if (out->entropy)
		measure_entropy(out->entropy, p, in->n, m->classes, area);
	return 0;
}
