#include "predict_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/outdir.h"
#include "base/outfile.h"
#include "base/utf8.h"
#include "io/case_name.h"
#include "io/dataset.h"
#include "io/gallery.h"
#include "io/nifti.h"
#include "io/nifti_layout.h"
#include "io/picture.h"
#include "predict_cases.h"
#include "tool.h"

enum predict_kind
predict_kind(const char *path)
{
	unsigned char h[132] = { 0 };
	struct stat st;
	FILE *f;
	int big;

	if (!strcmp(path, "-") || stat(path, &st))
		return PREDICT_STREAM;
	if (S_ISDIR(st.st_mode))
		return PREDICT_FOLDER;
	if (!S_ISREG(st.st_mode) || !(f = fopen(path, "rb")))
		return PREDICT_STREAM;
	if (fread(h, 1, sizeof h, f) < 9)
		h[8] = '{';
	fclose(f);
	if (h[8] == '{') /* a stream's header, after its length */
		return PREDICT_STREAM;
	if ((h[0] == 0x1f && h[1] == 0x8b) || nifti_layout_find(h, &big) || !memcmp(h + 128, "DICM", 4))
		return PREDICT_NIFTI; /* of DICOM the reader says what to do */
	if (!memcmp(h, "II", 2) || !memcmp(h, "MM", 2) || !memcmp(h, "\377\330", 2) || !memcmp(h, "\211PNG", 4))
		return PREDICT_PICTURE;
	return PREDICT_STREAM;
}

/* Looks at all headers, so that what can be known beforehand fails beforehand. Returns the number of images. */
static uint64_t
survey(const struct predictor *p, const struct predict_cases *s)
{
	uint64_t images = 0;
	struct nifti n;
	struct err e;
	int i, pages = 0;

	for (i = 0; i < s->n; i++) {
		const struct predict_case *c = &s->c[i];

		if (!c->picture && c->channels != p->models.channels)
			die("'%s': %d channels, the model takes %d%s", c->image[0], c->channels, p->models.channels,
			    p->models.channels > 1 ? " (NAME_0000.nii.gz, NAME_0001.nii.gz, ...)" : "");
		if (c->picture && (pages = pictures_count(c->image[0], &e)) < 0)
			die("%s", e.msg);
		if (!c->picture && nifti_read_header(&n, c->image[0], &e))
			die("%s", e.msg);
		images += c->picture ? (uint64_t)pages : (uint64_t)(n.dim[2] * n.dim[3]);
		if (!c->picture)
			nifti_free(&n);
	}
	return images;
}

/* "a/x.nii.gz" and "_entropy" make "a/x_entropy.nii.gz"; NULL if it is not wanted. */
static char *
beside(const char *path, const char *what, int picture, int wanted)
{
	size_t n = picture && gallery_is_picture(path) ? gallery_stem(path) : case_stem(path);

	if (!wanted)
		return NULL;
	return mem_printf("%.*s%s%s", (int)n, path, what, path + n);
}

static void
predict_case(struct predictor *p, const struct predict_case *c, const char *out, const char *probabilities, const char *entropy)
{
	struct err e;

	if (c->picture ? predict_picture(p, c, out, probabilities, entropy, &e)
	               : predict_study(p, c, out, probabilities, entropy, &e))
		die("%s", e.msg);
}

static void
predict_one(struct predictor *p, const struct predict_case *c)
{
	const char *out = opt_common.output;
	char *probabilities, *entropy;

	if ((p->probabilities || p->entropy) && (!out || !strcmp(out, "-")))
		die("--probabilities and --entropy need -o: their files are named after it");
	probabilities = beside(out ? out : "", "_probabilities", c->picture, p->probabilities);
	entropy = beside(out ? out : "", "_entropy", c->picture, p->entropy);
	predict_case(p, c, out, probabilities, entropy);
	free(probabilities);
	free(entropy);
}

/* The file DIR/[FOLDER/]NAME of the folder that is to be; NULL if it is not wanted. */
static char *
place(struct outdir *d, const char *folder, const char *name, const char *suffix, int wanted)
{
	char *file, *path;
	struct err e;

	if (!wanted)
		return NULL;
	if (*folder && outdir_folder(d, folder, &e))
		die("%s", e.msg);
	file = mem_printf("%s%s%s%s", folder, *folder ? "/" : "", name, suffix);
	path = outdir_file(d, file);
	free(file);
	return path;
}

/* Whether classes.tsv could be read back (io/dataset.h): no name is there twice, or says that its label is to be ignored. */
static int
are_plain(const struct names *a)
{
	int i, k;

	for (i = 0; i < a->n; i++) {
		for (k = 0; k < i && strcmp(a->name[i], a->name[k]) != 0; k++)
			;
		if (k < i || !strcmp(a->name[i], "ignore") || strlen(a->name[i]) > 100 || !utf8_valid(a->name[i]))
			return 0;
	}
	return a->n > 0 && a->n <= DATASET_CLASSES;
}

/* The classes that the model names, for who reads the folder of masks. */
static void
write_classes(struct outdir *d, const struct names *a)
{
	char *path = outdir_file(d, "classes.tsv");
	struct outfile out;
	struct err e;
	int i;

	if (outfile_open(&out, path, OUTFILE_TEXT, &e))
		die("%s", e.msg);
	fputs("label\tname\n", out.f);
	for (i = 0; i < a->n; i++)
		fprintf(out.f, "%d\t%s\n", i, a->name[i]);
	if (outfile_close(&out, &e))
		die("%s", e.msg);
	free(path);
}

static void
predict_all(struct predictor *p, const struct predict_cases *s)
{
	struct outdir d;
	struct err e;
	int i;

	if (!opt_common.output || !strcmp(opt_common.output, "-"))
		die("several files need a folder to go to: -o DIR");
	if (outdir_open(&d, opt_common.output, &e))
		die("%s", e.msg);
	for (i = 0; i < s->n; i++) {
		const struct predict_case *c = &s->c[i];
		const char *suffix = c->picture ? ".tif" : ".nii.gz";
		char *out = place(&d, "", c->name, suffix, 1);
		char *probabilities = place(&d, "probabilities", c->name, suffix, p->probabilities);
		char *entropy = place(&d, "entropy", c->name, suffix, p->entropy);

		predict_case(p, c, out, probabilities, entropy);
		free(out);
		free(probabilities);
		free(entropy);
	}
	if (are_plain(&p->models.names))
		write_classes(&d, &p->models.names);
	if (outdir_close(&d, &e))
		die("%s", e.msg);
}

void
predict_files(struct predictor *p, char *const *operand, int n)
{
	struct predict_cases s;

	if (p->logits)
		die("--logits is for streams");
	predict_cases_list(&s, operand, n, p->models.channels, p->split < 0 ? DATASET_ALL : (enum dataset_part)p->split);
	progress_start(&p->progress, "images", survey(p, &s), opt_common.quiet);
	if (n > 1 || predict_kind(operand[0]) == PREDICT_FOLDER)
		predict_all(p, &s);
	else
		predict_one(p, &s.c[0]);
	progress_end(&p->progress);
	predict_cases_free(&s);
}
