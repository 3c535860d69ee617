#include "predictor.h"

#include <stdlib.h>

#include "tool.h"

static void
load(struct predictor *p, int i)
{
	const char *file = p->files.file[i];
	struct record r = { 0 };
	struct err e;

	weights_read(&r, file);
	if (ensemble_add(&p->models, &r, file, &e))
		die("%s", e.msg);
	meta_copy(&p->trained[i], &r.meta);
	record_free(&r);
}

static void
read_postprocessing(struct predictor *p)
{
	struct err e;

	if (p->postprocess && postprocess_read(&p->keep, p->postprocess, &p->models.names, p->models.classes, &e))
		die("--postprocess: %s", e.msg);
	if (p->largest && postprocess_parse(&p->keep, p->largest, &p->models.names, p->models.classes, &e))
		die("--keep-largest: %s", e.msg);
}

void
predictor_start(struct predictor *p)
{
	int i;

	p->trained = mem_array((size_t)p->files.n, sizeof *p->trained);
	for (i = 0; i < p->files.n; i++)
		load(p, i);
	p->models.flip = (enum ensemble_flip)p->flip;
	p->models.window = p->window;
	read_postprocessing(p);
}

void
predictor_free(struct predictor *p)
{
	int i;

	for (i = 0; i < p->files.n; i++)
		meta_free(&p->trained[i]);
	free(p->trained);
	free(p->files.file);
	ensemble_free(&p->models);
}

/* The results of the images from `first` on. */
static struct ensemble_result
part_of(const struct ensemble_result *all, const struct tensor *image, int64_t first, int classes)
{
	size_t area = (size_t)(image->dim[2] * image->dim[3]), at = (size_t)first * area;
	struct ensemble_result r = { .pred = all->pred + at };

	r.logits = all->logits ? all->logits + at * classes : NULL;
	r.probabilities = all->probabilities ? all->probabilities + at * classes : NULL;
	r.entropy = all->entropy ? all->entropy + at : NULL;
	return r;
}

int
predictor_run(struct predictor *p, const struct ensemble_result *out, const struct tensor *image,
              const double *spacing, int normalized, struct err *e)
{
	struct ensemble_images in = { .h = (int)image->dim[2], .w = (int)image->dim[3], .normalized = normalized,
		                      .spacing = spacing };
	int64_t n = image->dim[0], size = tensor_stride0(image), i;
	int batch = ensemble_batch(&p->models, &in), rc = 0;
	float *x = mem_aligned((size_t)(batch * size) * sizeof *x);

	in.x = x;
	for (i = 0; i < n && !rc; i += in.n) {
		struct ensemble_result part = part_of(out, image, i, p->models.classes);

		in.n = n - i < batch ? (int)(n - i) : batch;
		tensor_to_f32(x, image, i * size, in.n * size);
		rc = ensemble_run(&p->models, &part, &in, e);
		progress_update(&p->progress, p->done += (uint64_t)in.n, "%s", "");
	}
	free(x);
	return rc;
}
