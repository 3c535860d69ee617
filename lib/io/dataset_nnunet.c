/* nnU-Net's raw data: dataset.json says which classes, channels and, in version 1, which cases there are */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/dataset_build.h"
#include "io/gallery.h"
#include "ten/json.h"

#define JSON_MAX ((size_t)16 << 20) /* bytes of a dataset.json: a hundred thousand cases take 10 MB */

/* A list of files in a folder of the set. */
struct listing {
	const char *sub;
	char **name;
	int n;
};

static char *
read_text(const char *path, size_t *size, struct err *e)
{
	FILE *f = fopen(path, "r");
	struct stat st;
	char *text = NULL;

	if (!f || fstat(fileno(f), &st)) {
		err_set(e, "cannot open '%s':", path);
	} else if (!S_ISREG(st.st_mode) || (size_t)st.st_size > JSON_MAX) {
		err_set(e, "'%s': not a file of at most %zu bytes", path, JSON_MAX);
	} else {
		text = mem_alloc((size_t)st.st_size + 1);
		*size = fread(text, 1, (size_t)st.st_size, f);
		if (ferror(f)) {
			err_set(e, "cannot read '%s':", path);
			free(text);
			text = NULL;
		}
	}
	if (f)
		fclose(f);
	return text;
}

static json_t *
load(const char *path, struct err *e)
{
	json_error_t why;
	json_t *root = NULL;
	size_t size;
	char *text = read_text(path, &size, e);

	if (!text)
		return NULL;
	json_start();
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
	free(text);
	if (!root)
		err_set(e, "not valid JSON: %s at line %d, column %d", why.text, why.line, why.column);
	else if (!json_is_object(root))
		err_set(e, "no JSON object");
	else
		return root;
	json_decref(root);
	err_prefix(e, "'%s'", path);
	return NULL;
}

/* A key "0", "17" as a number; -1: it is none. */
static int
key_number(const char *key)
{
	size_t n = strspn(key, "0123456789");

	return n && n < 6 && !key[n] ? atoi(key) : -1;
}

static int
take_label(struct dataset_labels *l, const char *key, const json_t *value, struct err *e)
{
	if (json_is_string(value)) { /* version 1: "3": "LV" */
		if (key_number(key) < 0)
			return err_set(e, "label '%.100s' is no number", key);
		return dataset_label(l, key_number(key), json_string_value(value), e);
	}
	if (json_is_integer(value)) /* version 2: "LV": 3 */
		return dataset_label(l, json_integer_value(value), key, e);
	if (json_is_array(value))
		return err_set(e, "label '%.100s' is a region (a list of labels), which is not supported", key);
	return err_set(e, "label '%.100s' is neither a name nor a number", key);
}

static int
take_labels(struct dataset *d, const json_t *labels, struct err *e)
{
	struct dataset_labels l = { { 0 } };
	const char *key;
	json_t *value;
	int rc = 0;

	if (!json_is_object(labels))
		return err_set(e, "no object \"labels\"");
	json_object_foreach((json_t *)labels, key, value)
		if (!rc)
			rc = take_label(&l, key, value, e);
	if (!rc)
		return dataset_labels_finish(d, &l, e);
	dataset_labels_free(&l);
	return -1;
}

static int
take_channels(struct dataset *d, const json_t *root, struct err *e)
{
	const json_t *names = json_object_get(root, "channel_names");
	size_t n, i;
	char key[32];

	if (!names)
		names = json_object_get(root, "modality");
	n = json_object_size(names);
	if (!n)
		return err_set(e, "no object \"channel_names\" (version 2) or \"modality\" (version 1) with channels");
	if (n > DATASET_CHANNELS)
		return err_set(e, "%zu channels, at most %d are supported", n, DATASET_CHANNELS);
	for (i = 0; i < n; i++) {
		snprintf(key, sizeof key, "%zu", i);
		if (!json_object_get(names, key))
			return err_set(e, "%zu channels, but none is \"%s\"", n, key);
	}
	d->channels = (int)n;
	return 0;
}

static int
take_ending(struct dataset *d, const json_t *root, struct err *e)
{
	const char *ending = json_string_value(json_object_get(root, "file_ending"));

	d->pictures = ending && gallery_is_picture(ending);
	if (ending && !d->pictures && strcmp(ending, ".nii.gz") != 0 && strcmp(ending, ".nii") != 0)
		return err_set(e, "file_ending is '%.100s', only NIfTI (.nii.gz, .nii), TIFF, PNG and JPEG are read", ending);
	return 0;
}

/* Length of a file's name without its suffix; 0: it is not of the kind that this set consists of. */
static size_t
stem_of(const struct dataset *d, const char *file)
{
	if (d->pictures)
		return gallery_is_picture(file) ? gallery_stem(file) : 0;
	return dataset_stem(file);
}

/* SUB/STEM with a suffix, if it is in the listing, else NULL. */
static char *
find_volume(const struct dataset *d, const struct listing *l, const char *stem)
{
	static const char *const suffix[] = { ".nii.gz", ".nii", ".png", ".tif", ".tiff", ".jpg", ".jpeg" };
	char *file, *path = NULL;
	size_t i;

	for (i = d->pictures ? 2 : 0; i < (d->pictures ? ARRAY_LEN(suffix) : 2) && !path; i++) {
		file = mem_printf("%s%s", stem, suffix[i]);
		if (dataset_in_list(l->name, l->n, file))
			path = mem_printf("%s/%s/%s", d->dir, l->sub, file);
		free(file);
	}
	return path;
}

static char *
find_channel(const struct dataset *d, const struct listing *images, const char *name, int k)
{
	char *stem = mem_printf("%s_%04d", name, k), *path = find_volume(d, images, stem);

	free(stem);
	return path;
}

/* The case whose first channel is this file. */
static void
add_listed(struct dataset *d, const struct listing *images, const struct listing *labels, const char *file,
           const char *name, enum dataset_part part)
{
	struct dataset_case *c;
	char *path;
	int k;

	if (dataset_bad_name(name)) {
		dataset_note(d, 1, file, "the name of the case %s", dataset_bad_name(name));
		return;
	}
	c = dataset_add(d, name);
	c->part = part;
	c->mask = find_volume(d, labels, name);
	dataset_add_image(c, mem_printf("%s/%s/%s", d->dir, images->sub, file));
	for (k = 1; k < d->channels; k++) {
		path = find_channel(d, images, name, k);
		if (path) {
			dataset_add_image(c, path);
			continue;
		}
		if (k == 1 && d->pictures)
			return; /* of several colours */
		dataset_note(d, 1, name, "channel %d is missing: no %s/%s_%04d%s", k, images->sub, name, k, file + stem_of(d, file));
		dataset_drop_last(d);
		return;
	}
}

/* The number k of "CASE_000k", -1 for any other stem. */
static int
channel_of(const char *file, size_t stem)
{
	const char *end = file + stem;

	return stem > 5 && end[-5] == '_' && strspn(end - 4, "0123456789") >= 4 ? atoi(end - 4) : -1;
}

static void
take_file(struct dataset *d, const struct listing *images, const struct listing *labels, const char *file,
          enum dataset_part part)
{
	size_t stem = stem_of(d, file);
	int k = channel_of(file, stem);
	char *name, *first;

	if (!stem)
		return;
	if (k < 0 || k >= d->channels) {
		dataset_note(d, 0, file, "not taken from %s: its name does not end in _0000%s", images->sub,
		             d->channels > 1 ? " or another channel of dataset.json" : "");
		return;
	}
	name = mem_printf("%.*s", (int)stem - 5, file);
	first = find_channel(d, images, name, 0);
	if (!k)
		add_listed(d, images, labels, file, name, part);
	else if (!first)
		dataset_note(d, 1, name, "channel 0 is missing: no %s/%s_0000%s", images->sub, name, file + stem);
	free(first);
	free(name);
}

/* Labels that no image goes with. */
static void
find_orphans(struct dataset *d, const struct listing *images, const struct listing *labels)
{
	char *name, *first;
	size_t stem;
	int i;

	for (i = 0; i < labels->n; i++) {
		stem = stem_of(d, labels->name[i]);
		name = mem_printf("%.*s", (int)stem, labels->name[i]);
		first = find_channel(d, images, name, 0);
		if (stem && !first)
			dataset_note(d, 1, labels->name[i], "labels without an image: no %s/%s_0000%s",
			             images->sub, name, labels->name[i] + stem);
		free(first);
		free(name);
	}
}

static void
free_listing(struct listing *l)
{
	dataset_free_list(l->name, l->n);
}

/* All cases of imagesTr or imagesTs. 1: there is no such folder. */
static int
list_cases(struct dataset *d, const char *images_sub, const char *labels_sub, enum dataset_part part, struct err *e)
{
	struct listing images = { .sub = images_sub }, labels = { .sub = labels_sub };
	int rc = dataset_list(&images.name, &images.n, d, images_sub, e), i;

	if (rc)
		return rc;
	if (dataset_list(&labels.name, &labels.n, d, labels_sub, e) < 0) { /* there need be none */
		free_listing(&images);
		return -1;
	}
	for (i = 0; i < images.n; i++)
		take_file(d, &images, &labels, images.name[i], part);
	find_orphans(d, &images, &labels);
	free_listing(&images);
	free_listing(&labels);
	return 0;
}

/* "imagesTr/X.nii.gz" stands for imagesTr/X_0000.nii.gz, ..., unless there is a file of that very name: then it has all
 * channels. */
static int
add_named_images(struct dataset *d, struct dataset_case *c, const char *image, struct err *e)
{
	char *path = dataset_path(d, image, NULL), *name;
	size_t stem = stem_of(d, image);
	int k;

	if (path) {
		dataset_add_image(c, path);
		return 0;
	}
	for (k = 0; k < d->channels; k++) {
		name = mem_printf("%.*s_%04d%s", (int)stem, image, k, image + stem);
		path = dataset_path(d, name, e);
		free(name);
		if (!path)
			return -1;
		dataset_add_image(c, path);
	}
	return 0;
}

/* An entry of "training". */
static void
take_entry(struct dataset *d, const json_t *entry, size_t i)
{
	const char *image = json_string_value(json_object_get(entry, "image"));
	const char *label = json_string_value(json_object_get(entry, "label")), *file;
	char *name;
	struct err e;

	if (!image || !label || !stem_of(d, image)) {
		dataset_note(d, 1, "dataset.json", "entry %zu of \"training\" has no \"image\" and \"label\" that are %s",
		             i, d->pictures ? "pictures" : "NIfTI");
		return;
	}
	file = strrchr(image, '/') ? strrchr(image, '/') + 1 : image;
	name = mem_printf("%.*s", (int)stem_of(d, file), file);
	if (dataset_bad_name(name)) {
		dataset_note(d, 1, file, "the name of the case %s", dataset_bad_name(name));
	} else {
		struct dataset_case *c = dataset_add(d, name);

		if (add_named_images(d, c, image, &e) || !(c->mask = dataset_path(d, label, &e))) {
			dataset_note(d, 1, name, "%s", e.msg);
			dataset_drop_last(d);
		}
	}
	free(name);
}

static int
by_case_name(const void *a, const void *b)
{
	return strcmp(((const struct dataset_case *)a)->name, ((const struct dataset_case *)b)->name);
}

static int
take_training(struct dataset *d, const json_t *training, struct err *e)
{
	size_t i;

	if (json_array_size(training) > DATASET_CASES)
		return err_set(e, "more than %d cases", DATASET_CASES);
	for (i = 0; i < json_array_size(training); i++)
		take_entry(d, json_array_get(training, i), i);
	if (d->n)
		qsort(d->c, (size_t)d->n, sizeof *d->c, by_case_name);
	return 0;
}

static void
check_count(struct dataset *d, const json_t *root)
{
	const json_t *count = json_object_get(root, "numTraining");

	if (json_is_integer(count) && json_integer_value(count) != d->n)
		dataset_note(d, 0, "dataset.json", "numTraining is %lld, but there are %d cases",
		             (long long)json_integer_value(count), d->n);
}

static int
take_all(struct dataset *d, const json_t *root, int parts, struct err *e)
{
	const json_t *training = json_object_get(root, "training");
	int rc;

	if (take_channels(d, root, e) || take_labels(d, json_object_get(root, "labels"), e) || take_ending(d, root, e))
		return err_prefix(e, "'%s/dataset.json'", d->dir);
	if (parts & DATASET_LABELLED) {
		if (json_is_array(training) ? take_training(d, training, e) :
		                              list_cases(d, "imagesTr", "labelsTr", DATASET_ALL, e))
			return -1;
		check_count(d, root);
	}
	rc = parts & DATASET_TESTS ? list_cases(d, "imagesTs", "labelsTs", DATASET_TEST, e) : 0;
	return rc < 0 || (rc && !(parts & DATASET_LABELLED)) ? -1 : 0; /* there need be none */
}

int
dataset_read_nnunet(struct dataset *d, int parts, struct err *e)
{
	char *path = mem_printf("%s/dataset.json", d->dir);
	json_t *root = load(path, e);
	int rc = root ? take_all(d, root, parts, e) : -1;

	json_decref(root);
	free(path);
	return rc;
}
