/* phantom-cine - procedural short-axis cardiac cine MRI, laid out as ACDC or with a table of cases */
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

#define VAL 4 /* one of so many patients with masks is for validation */

static int patients = 10, first = 1, no_cine, table, masks;
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
	{ 0, "table", OPT_FLAG, &table, 0, "lay it out with a table of cases, labels.tsv", 0, 0, "" },
	{ 0, "masks", OPT_INT, &masks, "N", "with --table: give masks to the first N patients only, 0: to all", 0, 9999, "" },
	OPT_END
};

struct job {
	struct outdir dir;
	struct progress progress;
	pthread_mutex_t lock; /* of what follows, and of progress */
	struct err e;
	atomic_int failed;
	int done;
	int *es; /* [patients] number of each one's end-systolic frame */
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

/* patientNNN/patientNNN_WHAT.nii.gz, or with a table images/ or masks/patientNNN_WHAT.nii.gz; the caller frees it. */
static char *
file_name(const struct cine *c, const char *what, int mask)
{
	if (table)
		return mem_printf("%s/patient%03d_%s.nii.gz", mask ? "masks" : "images", (int)c->id, what);
	return mem_printf("patient%03d/patient%03d_%s%s.nii.gz", (int)c->id, (int)c->id, what, mask ? "_gt" : "");
}

/* Writes [t][slices][h][w] voxels; those of 8 bits are a mask. */
static int
write_volume(struct job *job, const struct cine *c, const char *what, enum ten_dtype dtype, void *data, int t,
	     struct err *e)
{
	struct nifti n = { .dim = { c->w, c->h, c->slices, t }, .dtype = dtype, .slope = 1, .data = data };
	char *name = file_name(c, what, dtype == TEN_U8), *path = outdir_file(&job->dir, name);
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
write_text(struct job *job, const char *name, void (*put)(FILE *, const void *), const void *of, struct err *e)
{
	char *path = outdir_file(&job->dir, name);
	struct outfile out;
	int rc = outfile_open(&out, path, OUTFILE_TEXT, e);

	if (!rc) {
		put(out.f, of);
		rc = outfile_close(&out, e);
	}
	free(path);
	return rc;
}

static void
put_info(FILE *f, const void *of)
{
	const struct cine *c = of;

	fprintf(f, "ED: 1\nES: %d\nGroup: %s\nHeight: %.1f\nNbFrame: %d\nWeight: %.1f\n", c->es + 1,
		heart_group_name(c->heart.group), c->height, c->frames, c->weight);
}

static int
write_info(struct job *job, const struct cine *c, struct err *e)
{
	char *name = mem_printf("patient%03d/Info.cfg", (int)c->id);
	int rc = write_text(job, name, put_info, c, e);

	free(name);
	return rc;
}

static int
has_masks(int i)
{
	return !masks || i < masks;
}

static int
write_frame(struct job *job, const struct cine *c, int f, void *image, void *mask, struct err *e)
{
	char what[32];

	snprintf(what, sizeof what, "frame%02d", f + 1);
	if (write_volume(job, c, what, TEN_I16, image, 1, e))
		return -1;
	return has_masks((int)c->id - first) ? write_volume(job, c, what, TEN_U8, mask, 1, e) : 0;
}

/* The labelled frames, and the whole cycle unless it is not wanted. */
static int
write_images(struct job *job, const struct cine *c, struct err *e)
{
	size_t volume = (size_t)c->w * (size_t)c->h * (size_t)c->slices;
	int16_t *image = mem_array(volume * (size_t)(no_cine ? 1 : c->frames), sizeof *image), *at;
	uint8_t *mask = mem_array(volume, 1);
	int f, rc = 0;

	for (f = 0; f < c->frames && !rc; f++) {
		int labelled = f == 0 || f == c->es;

		if (no_cine && !labelled)
			continue;
		at = no_cine ? image : image + (size_t)f * volume;
		cine_frame(at, labelled ? mask : NULL, c, f);
		if (labelled)
			rc = write_frame(job, c, f, at, mask, e);
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
	job->es[i] = c.es + 1;
	bad = (!table && (outdir_folder(&job->dir, folder, &e) || write_info(job, &c, &e))) || write_images(job, &c, &e);
	cine_free(&c);
	pthread_mutex_lock(&job->lock);
	if (bad && !job->failed) {
		job->failed = 1;
		job->e = e;
	}
	progress_update(&job->progress, (uint64_t)++job->done, "%s", heart_group_name(c.heart.group));
	pthread_mutex_unlock(&job->lock);
}

/* --- the table --- */

/* Two frames of each patient; without a mask the cell is empty. */
static void
put_cases(FILE *f, const void *of)
{
	const struct job *job = of;
	int i;

	fputs("image\tmask\tpatient\tframe\tphase\tgroup\tsplit\n", f);
	for (i = 0; i < 2 * patients; i++) {
		int id = first + i / 2, frame = i % 2 ? job->es[i / 2] : 1, mask = has_masks(i / 2);

		fprintf(f, "images/patient%03d_frame%02d.nii.gz\t", id, frame);
		if (mask)
			fprintf(f, "masks/patient%03d_frame%02d.nii.gz", id, frame);
		fprintf(f, "\tpatient%03d\t%d\t%s\t%s\t%s\n", id, frame, i % 2 ? "ES" : "ED",
			heart_group_name(cine_group((uint64_t)id)), mask && i / 2 % VAL == VAL - 1 ? "val" : "train");
	}
}

static void
put_classes(FILE *f, const void *of)
{
	fputs("label\tname\n0\tbackground\n1\tRV\n2\tMYO\n3\tLV\n", f);
}

static int
begin_table(struct job *job, struct err *e)
{
	return outdir_folder(&job->dir, "images", e) || outdir_folder(&job->dir, "masks", e) ? -1 : 0;
}

static int
end_table(struct job *job, struct err *e)
{
	return write_text(job, "labels.tsv", put_cases, job, e) ||
	       write_text(job, "classes.tsv", put_classes, NULL, e) ? -1 : 0;
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
	if (masks && !table)
		die("--masks goes with --table");
	no_cine |= table;
	if (outdir_open(&job.dir, opt_common.output, &e) || (table && begin_table(&job, &e)))
		die("%s", e.msg);
	job.es = mem_array((size_t)patients, sizeof *job.es);
	progress_start(&job.progress, "patients", (uint64_t)patients, opt_common.quiet);
	par_for(patients, make_patient, &job);
	if (job.failed)
		die("%s", job.e.msg);
	if (table && end_table(&job, &e))
		die("%s", e.msg);
	progress_end(&job.progress);
	free(job.es);
	if (outdir_close(&job.dir, &e))
		die("%s", e.msg);
	return 0;
}
