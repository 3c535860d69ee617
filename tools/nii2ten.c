/* nii2ten - NIfTI volumes to a stream of slices */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/progress.h"
#include "io/case_name.h"
#include "io/volume.h"
#include "shared/studies.h"
#include "shared/tool.h"

#define OTHERWISE 4 /* classes, where nobody says how many */

static const char *acdc_dir, *mask_path, *names;
static int split = -1, unlabelled, frames_only, by_voxel, classes, ignore = -1;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'a', "acdc", OPT_FILE, &acdc_dir, "DIR", "read patients from a folder in ACDC's layout", 0, 0, "" },
	{ 0, "split", OPT_CHOICE, &split, DATASET_PARTS, "part of the folder to take", 0, 0, "train" },
	{ 'u', "unlabelled", OPT_FLAG, &unlabelled, NULL, "no masks; of ACDC the whole cine", 0, 0, "" },
	{ 'f', "frames", OPT_FLAG, &frames_only, NULL, "with -u, of ACDC: the labelled frames only", 0, 0, "" },
	{ 'm', "mask", OPT_FILE, &mask_path, "FILE", "mask of the one operand", 0, 0, "" },
	{ 0, "by-voxel", OPT_FLAG, &by_voxel, NULL, "take channels and masks although their headers place them elsewhere", 0, 0, "" },
	{ 'c', "classes", OPT_INT, &classes, "N", "labels in masks are 0..N-1; 0: as the folder says, else 4", 0, 256, "" },
	{ 'n', "names", OPT_TEXT, &names, "A,B,...", "names of the classes, from 0 on", 0, 0, "as the folder says" },
	{ 0, "ignore", OPT_INT, &ignore, "LABEL", "label of pixels without truth, -1: as the folder says", -1, 255, "" },
	OPT_END
};

/* What a record says of its study. A file with several frames is a case for each. */
static void
describe(struct meta *m, const struct studies *l, const struct study *s, const struct nifti *image, int64_t t)
{
	int frame = s->frame ? s->frame : (int)t + 1;
	char *name = case_of_frame(s->name, frame, image->dim[3]);

	meta_set(m, "case", name);
	free(name);
	meta_set(m, "patient", s->patient);
	meta_setf(m, "frame", "%d", frame);
	meta_set(m, "slice", "0");
	meta_setf(m, "slices", "%lld", (long long)image->dim[2]);
	meta_setf(m, "spacing", "%g %g %g", image->spacing[0], image->spacing[1], image->spacing[2]);
	if (s->group)
		meta_set(m, "group", s->group);
	if (s->phase)
		meta_set(m, "phase", s->phase);
	else if (frame == s->ed || frame == s->es)
		meta_set(m, "phase", frame == s->ed ? "ED" : "ES");
	classes_describe(m, &l->classes);
}

static void
count(struct meta *m, int64_t first, int64_t samples)
{
	meta_set(m, "epoch", "0");
	meta_set(m, "epochs", "1");
	meta_setf(m, "first", "%lld", (long long)first);
	meta_setf(m, "samples", "%lld", (long long)samples);
}

static void
read_volume(struct nifti *n, const struct study *s, const char *path)
{
	struct err e;

	if (nifti_read(n, path, &e))
		die("%s", e.msg);
	if (memcmp(n->dim, s->dim, sizeof s->dim))
		die("'%s': changed while it was read", path);
}

/* Writes the study's frames; returns the index of the next sample. */
static int64_t
convert(struct ten_writer *out, const struct studies *l, const struct study *s, int64_t first, int64_t samples,
        struct progress *p)
{
	struct nifti image[DATASET_CHANNELS] = { 0 }, mask = { 0 };
	struct record r = { 0 };
	struct err e;
	int64_t t;
	int k;

	for (k = 0; k < s->channels; k++)
		read_volume(&image[k], s, s->image[k]);
	if (s->mask)
		read_volume(&mask, s, s->mask);
	for (t = 0; t < s->dim[3]; t++) {
		if (volume_channels(&r, image, s->channels, t, &k, &e))
			die("'%s': %s", s->image[k], e.msg);
		if (s->mask && volume_mask(&r, &mask, t, l->classes.n ? l->classes.n : OTHERWISE, l->classes.ignore, &e))
			die("'%s': %s%s", s->mask, e.msg,
			    l->classes.n ? "" : " (nothing tells how many classes there are: --classes, --names, classes.tsv)");
		describe(&r.meta, l, s, image, t);
		count(&r.meta, first, samples);
		out_write(out, &r);
		first += s->dim[2];
		progress_update(p, (uint64_t)first, "%s", "");
	}
	for (k = 0; k < s->channels; k++)
		nifti_free(&image[k]);
	nifti_free(&mask);
	return first;
}

static int
is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void
check_options(int n, const char *first, const char *folder)
{
	if (acdc_dir && n)
		die("--acdc takes no operands");
	if (!acdc_dir && !n)
		die("nothing to read: name files, a folder or --acdc DIR");
	if (folder && n > 1)
		die("'%s': a folder is read alone", folder);
	if (!acdc_dir && !folder && (split >= 0 || frames_only) && access(first, F_OK))
		die("cannot open '%s':", first);
	if (!acdc_dir && !folder && (split >= 0 || frames_only))
		die("--%s goes with a folder", split >= 0 ? "split" : "frames");
	if (frames_only && !unlabelled)
		die("--frames goes with --unlabelled");
	if (mask_path && (acdc_dir || folder || n != 1 || unlabelled))
		die("--mask goes with one operand%s", unlabelled ? ", without --unlabelled" : "");
}

static void
gather(struct studies *l, char *const *operand, int n)
{
	enum dataset_part part = split < 0 ? DATASET_TRAIN : (enum dataset_part)split;
	const char *folder = NULL;
	int i;

	for (i = 0; i < n && !folder; i++)
		folder = is_folder(operand[i]) ? operand[i] : NULL;
	check_options(n, n ? operand[0] : NULL, folder);
	if (acdc_dir)
		studies_add_acdc(l, acdc_dir, part, !frames_only);
	else if (folder)
		studies_add_folder(l, folder, part, !frames_only);
	else
		studies_add_files(l, operand, n, mask_path);
	classes_settle(&l->classes, names, classes, ignore, OTHERWISE);
}

int
main(int argc, char *argv[])
{
	struct studies l = { .classes.ignore = -1 };
	struct ten_writer out;
	struct progress p;
	int64_t samples, first = 0;
	int i, n;

	n = opt_parse(argc, &argv, opts, "[file ...|folder]", "NIfTI volumes to a stream of slices", 0, -1);
	l.masks = !unlabelled;
	l.by_voxel = by_voxel;
	gather(&l, argv, n);
	samples = studies_survey(&l);
	out_open(&out);
	progress_start(&p, "slices", (uint64_t)samples, opt_common.quiet);
	for (i = 0; i < l.n; i++)
		first = convert(&out, &l, &l.s[i], first, samples, &p);
	progress_end(&p);
	out_close(&out);
	studies_free(&l);
	return 0;
}
