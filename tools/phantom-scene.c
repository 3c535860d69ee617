/* phantom-scene - natural-like images in classes */
#include "shared/tool.h"

#include <stdlib.h>
#include <string.h>

#include "base/outdir.h"
#include "base/par.h"
#include "base/progress.h"
#include "image/scene.h"
#include "io/picture_write.h"

static int classes = 10, per_class = 100, size = 96, grey;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'c', "classes", OPT_INT, &classes, "N", "number of classes", 1, 1000, "" },
	{ 'n', "per-class", OPT_INT, &per_class, "N", "images of each class", 1, 99999, "" },
	{ 0, "size", OPT_INT, &size, "N", "pixels of a side", 8, 2048, "" },
	{ 0, "grey", OPT_FLAG, &grey, 0, "one channel, not three", 0, 0, "" },
	OPT_END
};

struct job {
	struct outdir dir;
	struct progress progress;
	struct scene_style *style;
	pthread_mutex_t lock; /* of what follows, and of progress */
	struct err e;
	int failed, done;
};

/* Luminance (ITU-R BT.601), in place. */
static void
to_grey(uint8_t *rgb, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		const uint8_t *p = rgb + 3 * (size_t)i;

		rgb[i] = (uint8_t)(.299f * p[0] + .587f * p[1] + .114f * p[2] + .5f);
	}
}

static void
make_image(void *ctx, int i, int worker)
{
	struct job *job = ctx;
	int class = i / per_class, index = i % per_class, bad;
	uint8_t *rgb = mem_array((size_t)size * (size_t)size, 3);
	char *name = mem_printf("class%02d/scene%05d.tif", class, index), *path;
	struct page page = { size, size, grey ? 1 : 3, TEN_U8, rgb };
	struct err e;

	scene_paint(rgb, size, &job->style[class], opt_common.seed, class, (uint64_t)index);
	if (grey)
		to_grey(rgb, size * size);
	path = outdir_file(&job->dir, name);
	bad = tiff_write(path, &page, 1, &e);
	pthread_mutex_lock(&job->lock);
	if (bad && !job->failed) {
		job->failed = 1;
		job->e = e;
	}
	progress_update(&job->progress, (uint64_t)++job->done, "class %d", class);
	pthread_mutex_unlock(&job->lock);
	free(path);
	free(name);
	free(rgb);
}

static void
make_classes(struct job *job)
{
	struct err e;
	char name[32];
	int k;

	job->style = mem_array((size_t)classes, sizeof *job->style);
	for (k = 0; k < classes; k++) {
		scene_style(&job->style[k], opt_common.seed, k);
		snprintf(name, sizeof name, "class%02d", k);
		if (outdir_folder(&job->dir, name, &e))
			die("%s", e.msg);
	}
}

int
main(int argc, char *argv[])
{
	struct job job = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct err e;

	opt_common.folder = 1;
	opt_parse(argc, &argv, opts, "", "write natural-like images in classes", 0, 0);
	if (!opt_common.output || !strcmp(opt_common.output, "-"))
		die("-o: a folder to write is needed");
	if (outdir_open(&job.dir, opt_common.output, &e))
		die("%s", e.msg);
	make_classes(&job);
	progress_start(&job.progress, "images", (uint64_t)classes * (uint64_t)per_class, opt_common.quiet);
	par_for(classes * per_class, make_image, &job);
	if (job.failed)
		die("%s", job.e.msg);
	progress_end(&job.progress);
	if (outdir_close(&job.dir, &e))
		die("%s", e.msg);
	free(job.style);
	return 0;
}
