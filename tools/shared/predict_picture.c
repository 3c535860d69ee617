#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/show.h"
#include "io/picture.h"
#include "io/picture_write.h"
#include "predict_cases.h"

/* The background black, the others as show.h colours them. */
static void
fill_palette(uint8_t palette[256 * 3])
{
	int k;

	memset(palette, 0, 3);
	for (k = 1; k < 256; k++)
		memcpy(palette + 3 * k, show_colour(k), 3);
}

static int
predict_page(struct predictor *p, struct tiff_writer *t, struct picture *page, struct err *e)
{
	struct record r = { 0 };
	struct ensemble_result out = { 0 };
	int64_t dim[3] = { 1, page->height, page->width };
	uint8_t palette[256 * 3];
	int rc;

	if (p->models.channels == 1)
		picture_grey(page);
	else if (p->models.channels == 3)
		picture_rgb(page);
	rc = picture_image(&r, page, e);
	out.pred = mem_array((size_t)(dim[1] * dim[2]), 1);
	if (!rc && (rc = ensemble_fits(&p->models, record_find(&r, "image"), NULL, e)) == 0)
		rc = predictor_run(p, &out, record_find(&r, "image"), NULL, 0, e);
	if (!rc) {
		postprocess_apply(&p->keep, out.pred, dim);
		fill_palette(palette);
		rc = tiff_labels(t, page->width, page->height, out.pred, palette, e);
	}
	free(out.pred);
	record_free(&r);
	return rc;
}

int
predict_picture(struct predictor *p, const struct predict_case *c, const char *out, struct err *e)
{
	struct pictures in;
	struct tiff_writer t;
	int i, rc = 0;

	if (pictures_read(&in, c->image[0], PICTURE_COLOURS, e))
		return -1;
	if (tiff_create(&t, out, 1, e)) {
		pictures_free(&in);
		return -1;
	}
	for (i = 0; i < in.n && !rc; i++)
		if ((rc = predict_page(p, &t, &in.page[i], e)))
			err_prefix(e, "'%s' page %d", c->image[0], i + 1);
	pictures_free(&in);
	if (!rc)
		return tiff_finish(&t, e);
	tiff_discard(&t);
	return -1;
}
