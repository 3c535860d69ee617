#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/show.h"
#include "io/dataset.h"
#include "io/picture.h"
#include "io/picture_write.h"
#include "predict_cases.h"

/* What becomes of a picture: three files, of which one is always wanted. */
struct maps {
	struct tiff_writer pred, probabilities, entropy;
	int with_probabilities, with_entropy;
};

/* The background black, the others as show.h colours them. */
static void
fill_palette(uint8_t palette[256 * 3])
{
	int k;

	memset(palette, 0, 3);
	for (k = 1; k < 256; k++)
		memcpy(palette + 3 * k, show_colour(k), 3);
}

/* What is open is given up; what is finished, or was never opened, is left alone. */
static void
maps_discard(struct maps *m)
{
	tiff_discard(&m->pred);
	tiff_discard(&m->probabilities);
	tiff_discard(&m->entropy);
}

static int
maps_open(struct maps *m, const char *pred, const char *probabilities, const char *entropy, struct err *e)
{
	*m = (struct maps){ .with_probabilities = probabilities != NULL, .with_entropy = entropy != NULL };
	if (!tiff_create(&m->pred, pred, 1, e) && (!probabilities || !tiff_create(&m->probabilities, probabilities, 1, e)) &&
	    (!entropy || !tiff_create(&m->entropy, entropy, 1, e)))
		return 0;
	maps_discard(m);
	return -1;
}

static int
maps_close(struct maps *m, struct err *e)
{
	return tiff_finish(&m->pred, e) || (m->with_probabilities && tiff_finish(&m->probabilities, e)) ||
	                       (m->with_entropy && tiff_finish(&m->entropy, e))
	               ? -1
	               : 0;
}

static int
put_page(const struct predictor *p, struct maps *m, const struct ensemble_result *r, const struct picture *page, struct err *e)
{
	struct page out = { page->width, page->height, 1, TEN_F32, r->entropy };
	size_t area = (size_t)page->width * (size_t)page->height;
	uint8_t palette[256 * 3];
	int k;

	fill_palette(palette);
	if (tiff_labels(&m->pred, page->width, page->height, r->pred, palette, e))
		return -1;
	if (m->with_entropy && tiff_page(&m->entropy, &out, e))
		return -1;
	for (k = 0; k < p->models.classes && m->with_probabilities; k++) {
		out.data = r->probabilities + (size_t)k * area;
		if (k < p->models.names.n && tiff_name(&m->probabilities, p->models.names.name[k], e))
			return -1;
		if (tiff_page(&m->probabilities, &out, e))
			return -1;
	}
	return 0;
}

static int
predict_page(struct predictor *p, struct maps *m, const struct picture *page, struct err *e)
{
	int64_t dim[3] = { 1, page->height, page->width };
	size_t area = (size_t)page->width * (size_t)page->height;
	struct ensemble_result r = { .pred = mem_array(area, 1) };
	struct record image = { 0 };
	int rc = picture_image(&image, page, e);

	if (m->with_probabilities)
		r.probabilities = mem_array(area * (size_t)p->models.classes, sizeof *r.probabilities);
	if (m->with_entropy)
		r.entropy = mem_array(area, sizeof *r.entropy);
	if (!rc)
		rc = ensemble_fits(&p->models, record_find(&image, "image"), NULL, e);
	if (!rc)
		rc = predictor_run(p, &r, record_find(&image, "image"), NULL, 0, e);
	if (!rc) {
		postprocess_apply(&p->keep, r.pred, dim);
		rc = put_page(p, m, &r, page, e);
	}
	free(r.pred);
	free(r.probabilities);
	free(r.entropy);
	record_free(&image);
	return rc;
}

/* A model of one channel takes colours as grey, one of three takes grey as a colour. */
static enum picture_channels
channels_of(const struct predictor *p, const struct predict_case *c)
{
	if (p->models.channels == c->channels)
		return PICTURE_GREY;
	return p->models.channels == 3 && c->channels == 1 ? PICTURE_RGB : PICTURE_AS_IS;
}

int
predict_picture(struct predictor *p, const struct predict_case *c, const char *out, const char *probabilities,
                const char *entropy, struct err *e)
{
	struct pictures in;
	struct maps maps;
	int i, rc = 0;

	if (pictures_read_channels(&in, c->image, c->channels, channels_of(p, c), DATASET_CHANNELS, e))
		return -1;
	if (maps_open(&maps, out, probabilities, entropy, e)) {
		pictures_free(&in);
		return -1;
	}
	for (i = 0; i < in.n && !rc; i++)
		if ((rc = predict_page(p, &maps, &in.page[i], e)))
			err_prefix(e, "'%s' page %d", c->image[0], i + 1);
	pictures_free(&in);
	if (!rc)
		rc = maps_close(&maps, e);
	maps_discard(&maps);
	return rc;
}
