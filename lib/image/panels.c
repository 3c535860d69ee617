#include "image/panels.h"

#include <stdlib.h>

#include "base/mem.h"
#include "image/difference.h"

enum { TRUTH = 1, PRED = 2, DIFFERENCE = 4, SECOND = 8 }; /* what a panel shows, beside its image */

/* What each panel shows; returns how many there are, 1 to 3. */
static int
layout(int shows[3], const struct panels *p)
{
	int labelled = p->labels != PANELS_NONE, mask = labelled && p->mask ? TRUTH : 0;
	int pred = labelled && p->pred ? PRED : 0, n = 0;

	if (p->image[1]) {
		shows[0] = 0;
		shows[1] = SECOND;
		return 2;
	}
	if (p->which == PANELS_ALL || (!mask && !pred))
		shows[n++] = 0;
	if (mask && pred && p->labels == PANELS_DIFFERENCE) {
		if (p->which != PANELS_ONE)
			shows[n++] = mask | pred;
		shows[n++] = DIFFERENCE;
	} else if (p->which == PANELS_ONE && (mask || pred)) {
		shows[n++] = mask | pred;
	} else {
		if (mask)
			shows[n++] = mask;
		if (pred)
			shows[n++] = pred;
	}
	return n;
}

/* The labels of mask without what is ignored: a copy if there is any such label. */
static uint8_t *
without_ignored(const struct panels *p)
{
	size_t n = (size_t)p->h * (size_t)p->w, i;
	uint8_t *label;

	if (p->ignore < 0)
		return NULL;
	label = mem_array(n, 1);
	for (i = 0; i < n; i++)
		label[i] = p->mask[i] == p->ignore ? 0 : p->mask[i];
	return label;
}

static void
draw_truth(struct show *s, const struct panels *p, enum show_style style)
{
	uint8_t *label = without_ignored(p);

	show_labels(s, label ? label : p->mask, p->h, p->w, p->zoom, style);
	show_ignored(s, p->mask, p->h, p->w, p->zoom, p->ignore);
	free(label);
}

static void
draw(struct show *s, const struct panels *p, int shows)
{
	int second = shows & SECOND ? 1 : 0, fill = p->labels == PANELS_FILL;

	show_image(s, p->image[second], p->channels, p->h, p->w, p->lo[second], p->hi[second], p->zoom);
	if (shows & TRUTH)
		draw_truth(s, p, fill ? SHOW_FILL : SHOW_SOLID);
	if (shows & PRED)
		show_labels(s, p->pred, p->h, p->w, p->zoom, fill ? SHOW_FILL : SHOW_DASHED);
	if (shows & DIFFERENCE) {
		show_difference(s, p->mask, p->pred, p->h, p->w, p->zoom, p->ignore);
		show_ignored(s, p->mask, p->h, p->w, p->zoom, p->ignore);
	}
}

int
panels_show(struct show *out, const struct panels *p, struct err *e)
{
	struct show panel[3];
	int shows[3], n = layout(shows, p), i;

	if ((int64_t)n * p->w * p->zoom > INT32_MAX / 3 / ((int64_t)p->h * p->zoom))
		return err_set(e, "%d panels of %d x %d pixels at zoom %d are too large a picture", n, p->h, p->w, p->zoom);
	i = 0;
	do
		draw(&panel[i], p, shows[i]);
	while (++i < n);
	if (n == 1) {
		*out = panel[0];
		return 0;
	}
	show_sheet(out, panel, n, n, 0);
	for (i = 0; i < n; i++)
		show_free(&panel[i]);
	return 0;
}
