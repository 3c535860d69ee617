/* make-studies - a data set of NIfTI studies that is not ACDC: several channels, any number of classes, an ignore label
 *
 * Each class but the background is a disc, seen in all slices. How bright a class is in a channel are the digits of its
 * number, to the base 3 with one or two channels and 2 with more (the fourth channel: their sum modulo 2), so that no
 * channel alone tells them apart. Cases differ in size, spacing and gain. With an ignore label the corner of each slice has
 * it, and shows classes that are not those around it.
 *
 * Files are those of nnU-Net, the last cases being for testing, or a table with float masks and names that have blanks and
 * dots. Paths are told by -o; the folder must not exist.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "base/rng.h"
#include "io/nifti.h"

#define SLICES 4
#define CORNER 12 /* pixels of the ignored square's side */

enum { NNUNET, TABLE };

static int layout = NNUNET, channels = 2, classes = 7, cases = 8, tests = 2, ignore;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 0, "layout", OPT_CHOICE, &layout, "nnunet|table", "which files", 0, 0, "" },
	{ 0, "channels", OPT_INT, &channels, "N", "channels", 1, 4, 0 },
	{ 0, "classes", OPT_INT, &classes, "N", "classes with the background", 2, 8, 0 },
	{ 0, "cases", OPT_INT, &cases, "N", "cases", 1, 99, 0 },
	{ 0, "tests", OPT_INT, &tests, "N", "so many of them are for testing", 0, 99, 0 },
	{ 0, "ignore", OPT_FLAG, &ignore, NULL, "the label after the classes has no truth", 0, 0, 0 },
	OPT_END
};

struct study {
	int number, w, h;
	double spacing[3], gain;
	unsigned char *label, *shown; /* [SLICES][h][w]: the mask, and what the image shows */
	struct rng r;
};

static int
brightness(int class, int channel)
{
	int base = channels > 2 ? 2 : channels == 2 ? 3 : classes, i;

	if (channel == 3)
		return (class + class / 2 + class / 4) % 2;
	for (i = 0; i < channel; i++)
		class /= base;
	return class % base;
}

static void
draw_disc(struct study *s, int class, double x, double y, double radius)
{
	int z, i, k;

	for (z = 0; z < SLICES; z++)
		for (k = 0; k < s->h; k++)
			for (i = 0; i < s->w; i++)
				if ((i - x) * (i - x) + (k - y) * (k - y) <= (radius - z / 2.) * (radius - z / 2.))
					s->shown[(z * s->h + k) * s->w + i] = (unsigned char)class;
}

/* Discs stand in cells of a grid, four to a row, in random order. */
static void
draw(struct study *s)
{
	int rows = (classes + 2) / 4, i, z, k;
	uint64_t cell[8];

	rng_permutation(&s->r, cell, (size_t)(rows * 4));
	for (i = 1; i < classes; i++) {
		double wide = s->w / 4., high = (double)s->h / rows, radius = rng_range(&s->r, .38, .48) * wide;

		draw_disc(s, i, ((double)(cell[i - 1] % 4) + rng_range(&s->r, .45, .55)) * wide,
			  ((double)(cell[i - 1] / 4) + rng_range(&s->r, .4, .6)) * high, radius);
	}
	memcpy(s->label, s->shown, (size_t)(SLICES * s->h * s->w));
	for (z = 0; z < SLICES && ignore; z++)
		for (k = 0; k < CORNER; k++)
			for (i = 0; i < CORNER; i++) {
				s->label[(z * s->h + k) * s->w + i] = (unsigned char)classes;
				s->shown[(z * s->h + k) * s->w + i] = (unsigned char)((i / 4 + k / 4 + 1) % classes);
			}
}

static void
write_volume(const struct study *s, enum ten_dtype dtype, void *data, char *path)
{
	struct nifti n = { .dim = { s->w, s->h, SLICES, 1 }, .dtype = dtype, .slope = 1, .data = data };
	struct err e;

	memcpy(n.spacing, s->spacing, sizeof s->spacing);
	if (nifti_write(path, &n, &e))
		die("%s", e.msg);
	free(path);
}

static char *
name_of(int number)
{
	return mem_printf(layout == TABLE ? "case no. %d v1.5" : "case_%03d", number);
}

static char *
path_of(int number, const char *sub, int channel)
{
	const char *part = layout == TABLE ? "" : number < cases - tests ? "Tr" : "Ts";
	char *name = name_of(number), *path;

	if (channel < 0)
		path = mem_printf("%s/%s%s/%s.nii.gz", opt_common.output, sub, part, name);
	else
		path = mem_printf("%s/%s%s/%s_%04d.nii.gz", opt_common.output, sub, part, name, channel);
	free(name);
	return path;
}

static void
write_study(struct study *s)
{
	size_t n = (size_t)(SLICES * s->h * s->w), i;
	int16_t *image = mem_array(n, sizeof *image);
	float *mask = mem_array(n, sizeof *mask);
	int c;

	for (c = 0; c < channels; c++) {
		for (i = 0; i < n; i++)
			image[i] = (int16_t)(s->gain * (200 + 300 * brightness(s->shown[i], c) + 30 * rng_normal(&s->r)));
		write_volume(s, TEN_I16, image, path_of(s->number, "images", c));
	}
	for (i = 0; i < n; i++)
		mask[i] = s->label[i];
	if (layout == TABLE)
		write_volume(s, TEN_F32, mask, path_of(s->number, "labels", -1));
	else
		write_volume(s, TEN_U8, s->label, path_of(s->number, "labels", -1));
	free(image);
	free(mask);
}

static void
make_study(int number)
{
	struct study s = { .number = number, .r = rng_at(opt_common.seed, RNG_TEST, 0, (uint64_t)number) };
	size_t n;

	s.w = 56 + (int)rng_below(&s.r, 17);
	s.h = 40 + (int)rng_below(&s.r, 9);
	s.spacing[0] = s.spacing[1] = rng_range(&s.r, 1.1, 1.3);
	s.spacing[2] = 8;
	s.gain = rng_range(&s.r, .7, 1.3);
	n = (size_t)(SLICES * s.h * s.w);
	s.label = mem_alloc(n);
	s.shown = mem_alloc(n);
	memset(s.shown, 0, n);
	draw(&s);
	write_study(&s);
	free(s.label);
	free(s.shown);
}

/* --- what the folder says of itself --- */

static const char *const class_name[] = { "background", "left lung", "right lung", "heart", "aorta", "liver", "spleen", "cord" };

static FILE *
text(const char *name)
{
	char *path = mem_printf("%s/%s", opt_common.output, name);
	FILE *f = fopen(path, "w");

	if (!f)
		die("cannot open '%s':", path);
	free(path);
	return f;
}

static void
write_json(void)
{
	FILE *f = text("dataset.json");
	int i;

	fputs("{ \"channel_names\": {", f);
	for (i = 0; i < channels; i++)
		fprintf(f, "%s \"%d\": \"sequence %d\"", i ? "," : "", i, i);
	fputs(" },\n  \"labels\": {", f);
	for (i = 0; i < classes; i++)
		fprintf(f, "%s \"%s\": %d", i ? "," : "", class_name[i], i);
	if (ignore)
		fprintf(f, ", \"ignore\": %d", classes);
	fprintf(f, " },\n  \"numTraining\": %d, \"file_ending\": \".nii.gz\" }\n", cases - tests);
	fclose(f);
}

static void
write_table(void)
{
	FILE *f = text("classes.tsv");
	int i, c;

	fputs("label\tname\n", f);
	for (i = 0; i < classes; i++)
		fprintf(f, "%d\t%s\n", i, class_name[i]);
	if (ignore)
		fprintf(f, "%d\tignore\n", classes);
	fclose(f);
	f = text("labels.tsv");
	fputs("image\tmask\tpatient\tsplit\n", f);
	for (i = 0; i < cases; i++) {
		char *name = name_of(i);

		for (c = 0; c < channels; c++)
			fprintf(f, "%simages/%s_%04d.nii.gz", c ? "," : "", name, c);
		fprintf(f, "\tlabels/%s.nii.gz\tMr. %d\t%s\n", name, i, i >= cases - tests ? "test" : i % 4 == 1 ? "val" : "train");
		free(name);
	}
	fclose(f);
}

static void
make_folder(const char *sub, const char *part)
{
	char *path = mem_printf("%s%s%s%s", opt_common.output, *sub ? "/" : "", sub, part);

	if (mkdir(path, 0777))
		die("cannot create folder '%s':", path);
	free(path);
}

int
main(int argc, char *argv[])
{
	int i;

	opt_parse(argc, &argv, opts, "", "write a data set of several channels and classes", 0, 0);
	if (!opt_common.output)
		die("-o: a folder to write is needed");
	make_folder("", "");
	for (i = 0; i < (layout == TABLE ? 1 : 2); i++) {
		make_folder("images", layout == TABLE ? "" : i ? "Ts" : "Tr");
		make_folder("labels", layout == TABLE ? "" : i ? "Ts" : "Tr");
	}
	if (layout == TABLE)
		write_table();
	else
		write_json();
	for (i = 0; i < cases; i++)
		make_study(i);
	return 0;
}
