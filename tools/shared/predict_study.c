#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/dataset.h"
#include "io/nifti_geometry.h"
#include "io/volume.h"
#include "predict_cases.h"

/* A study's channels, read frame by frame. */
struct channels {
	struct nifti_frames f[DATASET_CHANNELS];
	int n;
};

/* A frame's results, and the files they go to. */
struct maps {
	struct nifti_map pred, probabilities, entropy;
	struct ensemble_result out;
};

static int
channels_open(struct channels *s, const struct predict_case *c, struct err *e)
{
	for (s->n = 0; s->n < c->channels; s->n++) {
		if (nifti_open(&s->f[s->n], c->image[s->n], e))
			return -1;
		if (s->n && nifti_match(&s->f[s->n].head, &s->f[0].head, 0, e)) {
			err_prefix(e, "'%s' and '%s'", c->image[s->n], c->image[0]);
			s->n++;
			return -1;
		}
	}
	return 0;
}

static void
channels_close(struct channels *s)
{
	while (s->n > 0)
		nifti_close(&s->f[--s->n]);
}

/* image [Z,C,Y,X] of the next frame; 0: there are no more. */
static int
channels_next(struct channels *s, struct record *r, struct err *e)
{
	const int64_t *d = s->f[0].head.dim;
	int64_t plane = d[0] * d[1], z;
	struct record one = { 0 };
	float *all = NULL;
	int c, rc = 0;

	if (s->n > 1)
		all = record_add4(r, "image", TEN_F32, d[2], s->n, d[1], d[0])->data;
	for (c = 0; c < s->n; c++) {
		if ((rc = nifti_next(&s->f[c], e)) <= 0)
			break;
		if (volume_image(s->n > 1 ? &one : r, &s->f[c].frame, 0, e)) {
			rc = err_prefix(e, "'%s'", s->f[c].path);
			break;
		}
		for (z = 0; z < d[2] && all; z++)
			tensor_to_f32(all + (z * s->n + c) * plane, record_find(&one, "image"), z * plane, plane);
	}
	record_free(&one);
	return rc;
}

static int
maps_open(struct maps *m, const struct nifti *like, int classes, const char *pred, const char *probabilities,
          const char *entropy, struct err *e)
{
	size_t n = (size_t)(like->dim[0] * like->dim[1] * like->dim[2]);

	if (nifti_map_open(&m->pred, pred, like, TEN_U8, 0, e) ||
	    (probabilities && nifti_map_open(&m->probabilities, probabilities, like, TEN_F32, classes, e)) ||
	    (entropy && nifti_map_open(&m->entropy, entropy, like, TEN_F32, 0, e)))
		return -1;
	m->out.pred = mem_array(n, 1);
	m->out.probabilities = probabilities ? mem_array(n * (size_t)classes, sizeof(float)) : NULL;
	m->out.entropy = entropy ? mem_array(n, sizeof(float)) : NULL;
	return 0;
}

/* What was not closed is given up. */
static void
maps_free(struct maps *m)
{
	nifti_map_discard(&m->pred);
	nifti_map_discard(&m->probabilities);
	nifti_map_discard(&m->entropy);
	free(m->out.pred);
	free(m->out.probabilities);
	free(m->out.entropy);
}

/* Probabilities come slice by slice and lie class by class. */
static int
maps_put(struct maps *m, const struct tensor *image, int classes, struct err *e)
{
	int64_t slices = image->dim[0], plane = image->dim[2] * image->dim[3], z;
	int k;

	if (nifti_map_put(&m->pred, m->out.pred, slices * plane, e))
		return -1;
	for (k = 0; k < classes && m->out.probabilities; k++)
		for (z = 0; z < slices; z++)
			if (nifti_map_put(&m->probabilities, m->out.probabilities + (z * classes + k) * plane, plane, e))
				return -1;
	return m->out.entropy ? nifti_map_put(&m->entropy, m->out.entropy, slices * plane, e) : 0;
}

static int
maps_close(struct maps *m, struct err *e)
{
	return nifti_map_close(&m->pred, e) || (m->out.probabilities && nifti_map_close(&m->probabilities, e)) ||
	                       (m->out.entropy && nifti_map_close(&m->entropy, e))
	               ? -1
	               : 0;
}

static int
predict_frame(struct predictor *p, struct maps *m, const struct record *r, const struct nifti *head, const char *file,
              struct err *e)
{
	const struct tensor *image = record_find(r, "image");
	int64_t dim[3] = { image->dim[0], image->dim[2], image->dim[3] };

	if (ensemble_fits(&p->models, image, NULL, e) || predictor_run(p, &m->out, image, head->spacing, 0, e))
		return err_prefix(e, "'%s'", file);
	if (p->keep.n)
		postprocess_apply(&p->keep, m->out.pred, dim);
	return maps_put(m, image, p->models.classes, e);
}

int
predict_study(struct predictor *p, const struct predict_case *c, const char *out, const char *probabilities,
              const char *entropy, struct err *e)
{
	struct channels in = { .n = 0 };
	struct maps maps = { .out = { 0 } };
	struct record r = { 0 };
	int rc = channels_open(&in, c, e);

	if (!rc)
		rc = maps_open(&maps, &in.f[0].head, p->models.classes, out ? out : "-", probabilities, entropy, e);
	while (!rc) {
		int more = channels_next(&in, &r, e);

		if (more <= 0) {
			rc = more ? -1 : maps_close(&maps, e);
			break;
		}
		rc = predict_frame(p, &maps, &r, &in.f[0].head, c->image[0], e);
	}
	maps_free(&maps);
	channels_close(&in);
	record_free(&r);
	return rc;
}
