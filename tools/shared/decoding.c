#include "decoding.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/par.h"

#define BYTES ((int64_t)64 << 20) /* of files: large ones are taken fewer at a time */

static int
decode_image(struct decoding_slot *s, enum picture_channels channels)
{
	const struct gallery_item *it = s->item;
	char *file[DATASET_CHANNELS] = { it->path };
	int n = 1;

	while (n < DATASET_CHANNELS && it->more[n - 1]) {
		file[n] = it->more[n - 1];
		n++;
	}
	return pictures_read_channels(&s->image, file, n, channels, DATASET_CHANNELS, &s->e);
}

static int
decode_mask(struct decoding_slot *s, int classes, int ignore)
{
	int i;

	if (pictures_read(&s->mask, s->item->mask, PICTURE_INDICES, &s->e))
		return -1;
	if (s->mask.n != s->image.n)
		return err_set(&s->e, "'%s': %d pages, its image has %d", s->item->mask, s->mask.n, s->image.n);
	for (i = 0; i < s->image.n; i++)
		if (picture_mask(&s->record[i], &s->mask.page[i], &s->image.page[i], classes, ignore, &s->e))
			return err_prefix(&s->e, "'%s'", s->item->mask);
	return 0;
}

static int
decode(struct decoding_slot *s, const struct decoding *d)
{
	int i;

	if (decode_image(s, d->channels))
		return -1;
	s->record = mem_array((size_t)s->image.n, sizeof *s->record);
	for (i = 0; i < s->image.n; i++)
		if (picture_image(&s->record[i], &s->image.page[i], &s->e))
			return err_prefix(&s->e, "'%s'", s->item->path);
	return s->item->mask && d->masks ? decode_mask(s, d->classes, d->ignore) : 0;
}

static void
decode_slot(void *ctx, int i, int worker)
{
	struct decoding *d = ctx;

	(void)worker;
	d->slot[i].bad = decode(&d->slot[i], d) < 0;
}

static void
clear(struct decoding *d)
{
	int i, k;

	for (i = 0; i < d->n; i++) {
		struct decoding_slot *s = &d->slot[i];

		for (k = 0; s->record && k < s->image.n; k++)
			record_free(&s->record[k]);
		free(s->record);
		pictures_free(&s->image);
		pictures_free(&s->mask);
		*s = (struct decoding_slot){ 0 };
	}
	d->n = 0;
}

int
decoding_next(struct decoding *d)
{
	int64_t bytes = 0;
	struct stat st;

	clear(d);
	while (d->n < DECODING_MOST && d->next < d->g->n && bytes < BYTES) {
		const struct gallery_item *it = &d->g->item[d->order ? d->order[d->next] : d->next];

		d->slot[d->n++].item = it;
		d->next++;
		bytes += stat(it->path, &st) ? 0 : (int64_t)st.st_size;
	}
	par_for(d->n, decode_slot, d);
	return d->n;
}
