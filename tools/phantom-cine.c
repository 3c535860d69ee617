/* phantom-cine - procedural short-axis cardiac cine MRI, laid out as ACDC */
#include "shared/tool.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/outdir.h"
#include "base/outfile.h"
#include "base/par.h"
#include "base/progress.h"
#include "image/cine.h"
#include "io/nifti.h"

static int patients = 10, first = 1, no_cine;
static double frames[2] = { 20, 30 }, slices[2] = { 6, 14 }, matrix[2] = { 160, 256 };
static struct cine_option option = { .noise = { .02, .05 } };

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'n', "patients", OPT_INT, &patients, "N", "number of patients", 1, 9999, "" },
	{ 0, "first", OPT_INT, &first, "ID", "number of the first patient", 1, 9999, "" },
	{ 0, "frames", OPT_PAIR, frames, "LO,HI", "images per heart cycle, drawn between these", 4, 100, "" },
	{ 0, "slices", OPT_PAIR, slices, "LO,HI", "slices per stack, likewise", 1, CINE_MAX_SLICES, "" },
	{ 0, "matrix", OPT_PAIR, matrix, "LO,HI", "pixels of the longer side, likewise", 32, 1024, "" },
	{ 0, "noise", OPT_PAIR, option.noise, "LO,HI", "noise, likewise; blood is 1", 0, 1, "" },
	{ 0, "no-cine", OPT_FLAG, &no_cine, 0, "leave out the 4D files", 0, 0, "" },
	OPT_END
};

struct job {
	struct outdir dir;
	struct progress progress;
	pthread_mutex_t lock; /* of what follows, and of progress */
	struct err e;
	atomic_int failed;
	int done;
};

static void
whole(int to[2], const double from[2], const char *name)
{
	int i;

	for (i = 0; i < 2; i++) {
		to[i] = (int)from[i];
		if (to[i] != from[i])
			die("--%s: %g is not a whole number", name, from[i]);
	}
}

/* Writes [t][slices][h][w] voxels as patientNNN/patientNNN_WHAT.nii.gz. */
static int
write_volume(struct job *job, const struct cine *c, const char *what, enum ten_dtype dtype, void *data, int t,
	     struct err *e)
{
	struct nifti n = { .dim = { c->w, c->h, c->slices, t }, .dtype = dtype, .slope = 1, .data = data };
	char *name = mem_printf("patient%03d/patient%03d_%s.nii.gz", (int)c->id, (int)c->id, what);
	char *path = outdir_file(&job->dir, name);
	int rc;

	memcpy(n.spacing, c->spacing, sizeof n.spacing);
	if (t == 1)
		n.spacing[3] = 0;
	rc = nifti_write(path, &n, e);
	free(path);
	free(name);
	return rc;
}

static int
write_info(struct job *job, const struct cine *c, struct err *e)
{
	char *name = mem_printf("patient%03d/Info.cfg", (int)c->id), *path = outdir_file(&job->dir, name);
	struct outfile out;
	int rc = outfile_open(&out, path, OUTFILE_TEXT, e);

	if (!rc) {
		fprintf(out.f, "ED: 1\nES: %d\nGroup: %s\nHeight: %.1f\nNbFrame: %d\nWeight: %.1f\n",
			c->es + 1, heart_group_name(c->heart.group), c->height, c->frames, c->weight);
		rc = outfile_close(&out, e);
	}
	free(path);
	free(name);
	return rc;
}

/* The labelled frames, and the whole cycle unless it is not wanted. */
static int
write_images(struct job *job, const struct cine *c, struct err *e)
{
	size_t volume = (size_t)c->w * (size_t)c->h * (size_t)c->slices;
	int16_t *image = mem_array(volume * (size_t)(no_cine ? 1 : c->frames), sizeof *image), *at;
	uint8_t *mask = mem_array(volume, 1);
	char what[32];
	int f, rc = 0;

	for (f = 0; f < c->frames && !rc; f++) {
		int labelled = f == 0 || f == c->es;

		if (no_cine && !labelled)
			continue;
		at = no_cine ? image : image + (size_t)f * volume;
		cine_frame(at, labelled ? mask : NULL, c, f);
		if (!labelled)
			continue;
		snprintf(what, sizeof what, "frame%02d", f + 1);
		rc = write_volume(job, c, what, TEN_I16, at, 1, e);
		snprintf(what, sizeof what, "frame%02d_gt", f + 1);
		rc = rc || write_volume(job, c, what, TEN_U8, mask, 1, e) ? -1 : 0;
	}
	if (!rc && !no_cine)
		rc = write_volume(job, c, "4d", TEN_I16, image, c->frames, e);
	free(image);
	free(mask);
	return rc;
}

static void
make_patient(void *ctx, int i, int worker)
{
	struct job *job = ctx;
	struct err e = { "" };
	struct cine c;
	char folder[32];
	int bad;

	if (job->failed)
		return;
	snprintf(folder, sizeof folder, "patient%03d", first + i);
	cine_draw(&c, &option, opt_common.seed, (uint64_t)first + (uint64_t)i);
	bad = outdir_folder(&job->dir, folder, &e) || write_info(job, &c, &e) || write_images(job, &c, &e);
	cine_free(&c);
	pthread_mutex_lock(&job->lock);
	if (bad && !job->failed) {
		job->failed = 1;
		job->e = e;
	}
	progress_update(&job->progress, (uint64_t)++job->done, "%s", heart_group_name(c.heart.group));
	pthread_mutex_unlock(&job->lock);
}

int
main(int argc, char *argv[])
{
	struct job job = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct err e;

	opt_common.folder = 1;
	opt_parse(argc, &argv, opts, "", "write procedural cardiac cine MRI laid out as ACDC", 0, 0);
	if (!opt_common.output || !strcmp(opt_common.output, "-"))
		die("-o: a folder to write is needed");
	whole(option.frames, frames, "frames");
	whole(option.slices, slices, "slices");
	whole(option.matrix, matrix, "matrix");
	if (outdir_open(&job.dir, opt_common.output, &e))
		die("%s", e.msg);
	progress_start(&job.progress, "patients", (uint64_t)patients, opt_common.quiet);
	par_for(patients, make_patient, &job);
	if (job.failed)
		die("%s", job.e.msg);
	progress_end(&job.progress);
	if (outdir_close(&job.dir, &e))
		die("%s", e.msg);
	return 0;
}
