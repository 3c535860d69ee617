/* Several files as the channels of one picture */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/picture.h"

static void
to_float(struct picture *p)
{
	int64_t n = (int64_t)p->channels * p->height * p->width;
	struct tensor t = { .dtype = p->dtype, .ndim = 1, .dim = { n }, .data = p->data };
	float *x = mem_aligned((size_t)n * sizeof *x);

	tensor_to_f32(x, &t, 0, n);
	free(p->data);
	p->data = x;
	p->dtype = TEN_F32;
}

static int
append(struct picture *p, struct picture *more, int most, struct err *e)
{
	size_t before = picture_bytes(p), added;
	char *all;

	if (p->height != more->height || p->width != more->width)
		return err_set(e, "%dx%d pixels, the first channel has %dx%d", more->width, more->height, p->width, p->height);
	if (p->channels + more->channels > most)
		return err_set(e, "with its %d there would be more than %d channels", more->channels, most);
	if (p->dtype != more->dtype) {
		to_float(p);
		to_float(more);
		before = picture_bytes(p);
	}
	added = picture_bytes(more);
	all = mem_aligned(before + added);
	memcpy(all, p->data, before);
	memcpy(all + before, more->data, added);
	free(p->data);
	p->data = all;
	p->channels += more->channels;
	return 0;
}

static int
append_pages(struct pictures *p, struct pictures *more, int most, struct err *e)
{
	int i;

	if (p->n != more->n)
		return err_set(e, "%d pages, the first channel has %d", more->n, p->n);
	for (i = 0; i < p->n; i++)
		if (append(&p->page[i], &more->page[i], most, e))
			return -1;
	return 0;
}

int
pictures_read_channels(struct pictures *p, char *const *path, int files, enum picture_channels as, int most, struct err *e)
{
	struct pictures more;
	int k, i, rc = 0;

	*p = (struct pictures){ 0 };
	for (k = 0; k < files && !rc; k++) {
		if (pictures_read(&more, path[k], PICTURE_COLOURS, e)) {
			rc = -1;
			break;
		}
		for (i = 0; i < more.n; i++)
			if (as == PICTURE_GREY)
				picture_grey(&more.page[i]);
			else if (as == PICTURE_RGB)
				picture_rgb(&more.page[i]);
		if (!k) {
			*p = more;
			continue;
		}
		if (append_pages(p, &more, most, e))
			rc = err_prefix(e, "'%s'", path[k]);
		pictures_free(&more);
	}
	if (rc)
		pictures_free(p);
	return rc;
}
