/* nii2ten - NIfTI volumes to a stream of slices */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "io/acdc.h"
#include "io/volume.h"
#include "shared/tool.h"

static const char *acdc_dir, *mask_path;
static int split = -1, unlabelled, frames_only, classes = 4;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'a', "acdc", OPT_FILE, &acdc_dir, "DIR", "read patients from a folder in ACDC's layout", 0, 0, "" },
	{ 0, "split", OPT_CHOICE, &split, "train|val|test|all", "patients of --acdc to take", 0, 0, "train" },
	{ 'u', "unlabelled", OPT_FLAG, &unlabelled, NULL, "no masks; of --acdc the whole cine", 0, 0, "" },
	{ 'f', "frames", OPT_FLAG, &frames_only, NULL, "with --acdc -u: the labelled frames only", 0, 0, "" },
	{ 'm', "mask", OPT_FILE, &mask_path, "FILE", "mask of the one operand", 0, 0, "" },
	{ 'c', "classes", OPT_INT, &classes, "N", "labels in masks are 0..N-1", 1, 256, "" },
	OPT_END
};

/* A file to convert. Strings belong to the item. */
struct item {
	char *image, *mask, *patient, *group; /* mask, group may be NULL */
	int frame;                            /* number of its only frame; 0: frames count from 1 */
	int ed, es;                           /* 0: unknown */
	int64_t dim[4];
};

static struct item *items;
static int nitems;

static struct item *
add_item(const char *image, const char *mask, const char *patient)
{
	items = mem_grow(items, (size_t)nitems + 1, sizeof *items);
	items[nitems] = (struct item){ .image = mem_strdup(image), .patient = mem_strdup(patient) };
	items[nitems].mask = mask && !unlabelled ? mem_strdup(mask) : NULL;
	return &items[nitems++];
}

static void
add_acdc_file(const struct acdc_patient *p, const char *image, const char *mask, int frame)
{
	struct item *it = add_item(image, mask, p->name);

	it->frame = frame;
	it->group = mem_strdup(p->group);
	it->ed = p->ed;
	it->es = p->es;
}

static void
add_patient(const struct acdc_patient *p)
{
	int i;

	if (unlabelled && p->cine && !frames_only) {
		add_acdc_file(p, p->cine, NULL, 0);
		return;
	}
	if (!p->nframes)
		die("'%s/%s': no frame files %s_frameFF.nii.gz", acdc_dir, p->name, p->name);
	for (i = 0; i < p->nframes; i++) {
		if (!unlabelled && !p->frame[i].mask)
			die("'%s': no labels %s_frame%02d_gt.nii.gz beside it", p->frame[i].image, p->name,
			    p->frame[i].number);
		add_acdc_file(p, p->frame[i].image, p->frame[i].mask, p->frame[i].number);
	}
}

static void
add_acdc(void)
{
	struct acdc a;
	struct err e;
	int i;

	if (acdc_list(&a, acdc_dir, split < 0 ? ACDC_TRAIN : (enum acdc_split)split, &e))
		die("%s", e.msg);
	for (i = 0; i < a.n; i++)
		add_patient(&a.patient[i]);
	acdc_free(&a);
}

/* Length of path without ".nii" or ".nii.gz". */
static size_t
stem(const char *path)
{
	size_t n = strlen(path);

	if (n > 3 && !strcmp(path + n - 3, ".gz"))
		n -= 3;
	return n > 4 && !strncmp(path + n - 4, ".nii", 4) ? n - 4 : strlen(path);
}

/* "a/x.nii.gz" and "_gt" make "a/x_gt.nii.gz". */
static char *
with_ending(const char *path, const char *ending)
{
	size_t n = stem(path);

	return mem_printf("%.*s%s%s", (int)n, path, ending, path + n);
}

/* Is path the mask of another operand? */
static int
is_mask_of_another(char *const *operand, int n, const char *path)
{
	int i, found = 0;

	for (i = 0; i < n && !found; i++) {
		char *gt = with_ending(operand[i], "_gt");

		found = !strcmp(gt, path);
		free(gt);
	}
	return found;
}

/* "patient007_frame01" is frame 1 of patient007, "patient007_4d" all its frames. */
static void
take_name_apart(struct item *it)
{
	char *mark = strstr(it->patient, "_frame");
	size_t n = strlen(it->patient), digits = mark ? strspn(mark + 6, "0123456789") : 0;

	if (digits && digits < 10 && !mark[6 + digits] && atoi(mark + 6) > 0) {
		it->frame = atoi(mark + 6);
		*mark = '\0';
	} else if (n > 3 && !strcmp(it->patient + n - 3, "_4d")) {
		it->patient[n - 3] = '\0';
	}
}

static void
add_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *gt = with_ending(path, "_gt"), *name = mem_strdup(slash ? slash + 1 : path);

	name[stem(name)] = '\0';
	take_name_apart(add_item(path, mask_path ? mask_path : !access(gt, F_OK) ? gt : NULL, name));
	free(name);
	free(gt);
}

static void
add_files(char *const *operand, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (!is_mask_of_another(operand, n, operand[i]))
			add_file(operand[i]);
}

/* Reads the headers, so that what can be known beforehand fails beforehand. Returns the number of slices. */
static int64_t
survey(struct item *it)
{
	struct nifti image, mask;
	struct err e;

	if (nifti_read_header(&image, it->image, &e))
		die("%s", e.msg);
	memcpy(it->dim, image.dim, sizeof it->dim);
	if (it->frame && it->dim[3] > 1)
		die("'%s': %lld frames, expected one", it->image, (long long)it->dim[3]);
	if (it->mask) {
		if (nifti_read_header(&mask, it->mask, &e))
			die("%s", e.msg);
		if (volume_match(&image, &mask, &e))
			die("'%s': %s", it->mask, e.msg);
		nifti_free(&mask);
	}
	nifti_free(&image);
	return it->dim[2] * it->dim[3];
}

static void
describe(struct meta *m, const struct item *it, const struct nifti *image, int64_t t, int64_t first,
         int64_t samples)
{
	int frame = it->frame ? it->frame : (int)t + 1;

	meta_set(m, "patient", it->patient);
	meta_setf(m, "frame", "%d", frame);
	meta_set(m, "slice", "0");
	meta_setf(m, "slices", "%lld", (long long)image->dim[2]);
	meta_setf(m, "spacing", "%g %g %g", image->spacing[0], image->spacing[1], image->spacing[2]);
	if (it->group)
		meta_set(m, "group", it->group);
	if (frame == it->ed || frame == it->es)
		meta_set(m, "phase", frame == it->ed ? "ED" : "ES");
	meta_set(m, "epoch", "0");
	meta_set(m, "epochs", "1");
	meta_setf(m, "first", "%lld", (long long)first);
	meta_setf(m, "samples", "%lld", (long long)samples);
}

static void
read_volume(struct nifti *n, const struct item *it, const char *path)
{
	struct err e;

	if (nifti_read(n, path, &e))
		die("%s", e.msg);
	if (memcmp(n->dim, it->dim, sizeof it->dim))
		die("'%s': changed while it was read", path);
}

/* Writes the item's frames; returns the index of the next sample. */
static int64_t
convert(struct ten_writer *out, const struct item *it, int64_t first, int64_t samples, struct progress *p)
{
	struct nifti image, mask = { 0 };
	struct record r = { 0 };
	struct err e;
	int64_t t;

	read_volume(&image, it, it->image);
	if (it->mask)
		read_volume(&mask, it, it->mask);
	for (t = 0; t < it->dim[3]; t++) {
		if (volume_image(&r, &image, t, &e))
			die("'%s': %s", it->image, e.msg);
		if (it->mask && volume_mask(&r, &mask, t, classes, &e))
			die("'%s': %s", it->mask, e.msg);
		describe(&r.meta, it, &image, t, first, samples);
		out_write(out, &r);
		first += it->dim[2];
		progress_update(p, (uint64_t)first, "%s", "");
	}
	nifti_free(&image);
	nifti_free(&mask);
	return first;
}

static void
free_items(void)
{
	int i;

	for (i = 0; i < nitems; i++) {
		free(items[i].image);
		free(items[i].mask);
		free(items[i].patient);
		free(items[i].group);
	}
	free(items);
}

static void
check_options(int n)
{
	if (acdc_dir && n)
		die("--acdc takes no operands");
	if (!acdc_dir && !n)
		die("nothing to read: name files or --acdc DIR");
	if (!acdc_dir && (split >= 0 || frames_only))
		die("--%s goes with --acdc", split >= 0 ? "split" : "frames");
	if (frames_only && !unlabelled)
		die("--frames goes with --unlabelled");
	if (mask_path && (acdc_dir || n != 1 || unlabelled))
		die("--mask goes with one operand%s", unlabelled ? ", without --unlabelled" : "");
}

int
main(int argc, char *argv[])
{
	struct ten_writer out;
	struct progress p;
	int64_t samples = 0, first = 0;
	int i, n;

	n = opt_parse(argc, &argv, opts, "[file ...]", "NIfTI volumes to a stream of slices", 0, -1);
	check_options(n);
	if (acdc_dir)
		add_acdc();
	else
		add_files(argv, n);
	for (i = 0; i < nitems; i++)
		if (__builtin_add_overflow(samples, survey(&items[i]), &samples))
			die("more slices than can be counted");
	out_open(&out);
	progress_start(&p, "slices", (uint64_t)samples, opt_common.quiet);
	for (i = 0; i < nitems; i++)
		first = convert(&out, &items[i], first, samples, &p);
	progress_end(&p);
	out_close(&out);
	free_items();
	return 0;
}
