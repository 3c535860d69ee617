/* dataset: what cases a folder holds, by each of its layouts; and what is refused */
#include "io/dataset.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"

static char dir[64];

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path);
}

static void
clear(void)
{
	if (*dir)
		nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	strcpy(dir, "/tmp/segpipe-dataset.XXXXXX");
	if (!mkdtemp(dir))
		abort();
}

/* A file in the folder, and the folder that it is in. */
static void
put_bytes(const char *name, const void *bytes, size_t n)
{
	char *path = mem_printf("%s/%s", dir, name), *slash = strrchr(path + strlen(dir) + 1, '/');
	int fd;

	if (slash) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	close(fd);
	free(path);
}

static void
put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* Files without content: only names are looked at. */
static void
touch(const char *names)
{
	char *copy = mem_strdup(names), *next = copy, *name;

	while ((name = strsep(&next, " ")))
		put(name, "");
	free(copy);
}

static void
mkdirs(const char *names)
{
	char *copy = mem_strdup(names), *next = copy, *name, *path;

	while ((name = strsep(&next, " "))) {
		path = mem_printf("%s/%s", dir, name);
		if (mkdir(path, 0700))
			abort();
		free(path);
	}
	free(copy);
}

/* Names of all cases, "a b c"; with + for a mask and the number of channels where it is not 1. */
static const char *
listed(const struct dataset *d)
{
	static char text[4096];
	size_t n = 0;
	int i;

	*text = '\0';
	for (i = 0; i < d->n && n < sizeof text - 300; i++) {
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s", i ? " " : "", d->c[i].name, d->c[i].mask ? "+" : "");
		if (d->c[i].channels != 1)
			n += (size_t)snprintf(text + n, sizeof text - n, "%d", d->c[i].channels);
	}
	return text;
}

static const char *
names_of(const struct dataset *d)
{
	static char text[1000];
	char *all = dataset_join_names(d);

	snprintf(text, sizeof text, "%s", all ? all : "(none)");
	free(all);
	return text;
}

/* The cases of a part, as listed() has them; or the message. */
static const char *
open_part(enum dataset_part part)
{
	static char text[5000];
	struct dataset d;
	struct err e;

	if (dataset_open(&d, dir, part, &e))
		return snprintf(text, sizeof text, "error: %s", e.msg), text;
	snprintf(text, sizeof text, "%s", listed(&d));
	dataset_free(&d);
	return text;
}

static void
refuses(const char *reason, const char *what)
{
	const char *text = open_part(DATASET_ALL);

	if (!CHECK(!strncmp(text, "error: ", 7) && strstr(text, reason) && !strchr(text, '\n'), what))
		printf("# %s\n", text);
}

static void
plain(void)
{
	struct dataset d;
	struct err e;

	clear();
	refuses("no data set", "an empty folder is none");
	touch("b.nii.gz b_gt.nii.gz a.nii a_seg.nii.gz patient7_frame03.nii.gz c_0000.nii.gz c_0001.nii c_seg.nii scan_2019.nii.gz "
	      "x_4d.nii.gz .hidden.nii notes.txt");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.layout == DATASET_PLAIN, "a plain folder");
	CHECK_STR(listed(&d), "a+ b+ c+2 patient7_frame03 scan_2019 x_4d", "masks by name, channels, an unlabelled case");
	CHECK(!strcmp(d.c[3].patient, "patient7") && d.c[3].frame == 3, "a frame of a patient by its name");
	CHECK(!strcmp(d.c[5].patient, "x") && d.c[5].frame == 0, "all frames of another");
	CHECK(strstr(d.c[2].image[1], "/c_0001.nii") && strstr(d.c[2].mask, "/c_seg.nii"), "its files");
	CHECK(dataset_find(&d, "c") == &d.c[2] && !dataset_find(&d, "cc") && !dataset_find(&d, ""), "a case by its name");
	CHECK(d.classes == 0 && d.ignore == -1 && !strcmp(names_of(&d), "(none)"), "no names of classes");
	dataset_free(&d);
	put("classes.tsv", "label\tname\n1\tliver, left\n");
	refuses("line 2: the name of label 1 has a comma", "a comma in a name");
	put("classes.tsv", "label\tname\n1\tliver\n0\tbackground\n9\tignore\n");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.classes == 2 && d.ignore == 9, "classes.tsv");
	CHECK_STR(names_of(&d), "background,liver", "names in order of their labels");
	dataset_free(&d);
	touch("d_gt.nii");
	refuses("d_gt.nii: labels without an image", "labels without an image");
	CHECK(!dataset_survey(&d, dir, &e) && d.n == 6 && d.findings == 1 && d.finding[0].fatal, "are left out of a survey");
	dataset_free(&d);
	touch("d.nii.gz d.nii");
	refuses("two cases of this name", "a name twice");
	clear();
	touch("c_0000.nii c_0002.nii");
	refuses("there is a channel 2, but no channel 1", "a gap in the channels");
}

static void
masks(void)
{
	struct dataset d;
	struct err e;

	clear();
	touch("b_gt.nii.gz b.nii.gz a_seg.nii c.nii.gz other.txt");
	CHECK(!dataset_masks(&d, dir, &e), "a folder of masks");
	CHECK_STR(listed(&d), "a+0 b+0 c+0", "each by the name of its case, without the image");
	CHECK(strstr(dataset_find(&d, "b")->mask, "/b_gt.nii.gz") != NULL, "its mask");
	dataset_free(&d);
	touch("c_gt.nii c_seg.nii");
	CHECK(dataset_masks(&d, dir, &e) < 0 && strstr(e.msg, "two cases of this name"), "two masks of a case");
	CHECK(dataset_masks(&d, "/nonexistent", &e) < 0 && strstr(e.msg, "cannot open"), "no folder");
}

static void
acdc(void)
{
	struct dataset d;
	struct err e;

	clear();
	put("patient012/Info.cfg", "ED: 1\nES: 9\nGroup: DCM\n");
	put("patient003/Info.cfg", "ED: 1\nES: 2\nGroup: NOR\n");
	touch("patient012/patient012_frame09.nii.gz patient012/patient012_frame09_gt.nii.gz patient012/patient012_frame01.nii.gz "
	      "patient003/patient003_frame02.nii patient012/patient012_4d.nii.gz");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.layout == DATASET_ACDC, "ACDC's folders");
	CHECK_STR(listed(&d), "patient003_frame02 patient012_frame01 patient012_frame09+", "its frames, by number");
	CHECK(!strcmp(d.c[2].patient, "patient012") && d.c[2].frame == 9 && !strcmp(d.c[2].phase, "ES") &&
	      !strcmp(d.c[2].group, "DCM"), "what is known of one");
	CHECK_STR(names_of(&d), "background,RV,MYO,LV", "its classes");
	dataset_free(&d);
	CHECK_STR(open_part(DATASET_VAL), "patient012_frame01 patient012_frame09+", "validation by number");
	CHECK_STR(open_part(DATASET_TRAIN), "patient003_frame02", "training");
	CHECK(!dataset_masks(&d, dir, &e) && d.n == 1 && d.c[0].mask, "the cases with a mask");
	dataset_free(&d);
}

static void
table(void)
{
	struct dataset d;
	struct err e;

	clear();
	touch("i/b.nii.gz i/a_0000.nii i/a_0001.nii m/b.nii.gz m/a.nii p.tif");
	put("labels.tsv", "age\timage\tmask\tpatient\tframe\tgroup\tphase\tsplit\tcase\n"
	    "61\ti/b.nii.gz\tm/b.nii.gz\tzoe\t4\tHCM\tED\tval\t-\n"
	    "\ti/a_0000.nii,./i/a_0001.nii\tm/a.nii\t\t\t\t\ttrain\t\n"
	    "2\tp.tif\t-\tKöln 7\t-\t-\t-\ttest\tpicture\n");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.layout == DATASET_TABLE, "a table");
	CHECK_STR(listed(&d), "b+ a+2 picture", "its rows, in their order");
	CHECK(!strcmp(d.c[0].patient, "zoe") && d.c[0].frame == 4 && !strcmp(d.c[0].group, "HCM") && !strcmp(d.c[0].phase, "ED"),
	      "what it says of one");
	CHECK(!strcmp(d.c[1].patient, "a") && !d.c[1].frame && !*d.c[1].group, "what it does not say of another");
	CHECK_STR(d.c[2].patient, "Köln 7", "UTF-8");
	CHECK(dataset_find(&d, "a") == &d.c[1] && dataset_find(&d, "b") == &d.c[0], "cases by their names");
	dataset_free(&d);
	CHECK_STR(open_part(DATASET_TRAIN), "a+2", "training");
	CHECK_STR(open_part(DATASET_VAL), "b+", "validation");
	CHECK_STR(open_part(DATASET_TEST), "picture", "test");
}

static void
bad_tables(void)
{
	static const struct {
		const char *text, *reason;
	} bad[] = {
		{ "mask\nm\n", "has no column 'image'" },
		{ "image\n\n", "line 2: it names no image" },
		{ "image\nb.nii\n../b.nii\n", "line 3: '../b.nii' is no path within the folder" },
		{ "image\n/etc/passwd\n", "'/etc/passwd' is no path within the folder" },
		{ "image\ni/../../b.nii\n", "is no path within the folder" },
		{ "image\n..\n", "is no path within the folder" },
		{ "image\nnone.nii\n", "none.nii': No such file" },
		{ "image\tmask\nb.nii\tnone.nii\n", "none.nii': No such file" },
		{ "image\nb.nii,\n", "'' is no path within" },
		{ "image\nb.nii,b.nii,b.nii,b.nii,b.nii\n", "more than 4 channels" },
		{ "image\nb.nii\nb.nii\n", "b: two cases of this name" },
		{ "image\tframe\nb.nii\t0\n", "frame is '0', expected a number from 1 on" },
		{ "image\tsplit\nb.nii\ttraining\n", "split is 'training', expected train, val or test" },
		{ "image\tgroup\nb.nii\ta\001b\n", "its group has control characters" },
		{ "image\tpatient\nb.nii\t\xff\xfe\n", "its patient is not UTF-8" },
		{ "image\tcase\nb.nii\ta/b\n", "its case holds a '/'" },
		{ "image\n", "no cases in there" },
	};
	size_t i;

	clear();
	touch("b.nii i/c.nii");
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		put("labels.tsv", bad[i].text);
		refuses(bad[i].reason, bad[i].reason);
	}
}

#define V1 "{\"modality\":{\"0\":\"T1\",\"1\":\"T2\"},\"labels\":{\"0\":\"background\",\"1\":\"tumour\"},"
#define V2 "{\"channel_names\":{\"0\":\"MR\"},\"labels\":{\"background\":0,\"LV\":2,\"MYO\":1,\"ignore\":3},\"file_ending\":\".nii.gz\""

static void
nnunet(void)
{
	struct dataset d;
	struct err e;

	clear();
	touch("imagesTr/b_0000.nii.gz imagesTr/b_0001.nii.gz imagesTr/a_0000.nii.gz imagesTr/a_0001.nii.gz labelsTr/a.nii.gz "
	      "labelsTr/b.nii.gz imagesTs/t_0000.nii.gz imagesTs/t_0001.nii.gz imagesTr/four.nii.gz labelsTr/four.nii.gz");
	put("dataset.json", V1 "\"numTraining\":2,\"training\":[{\"image\":\"./imagesTr/b.nii.gz\",\"label\":\"./labelsTr/b.nii.gz\"},"
	    "{\"image\":\"imagesTr/a.nii.gz\",\"label\":\"labelsTr/a.nii.gz\"}],\"test\":[\"./imagesTs/t.nii.gz\"]}");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.layout == DATASET_NNUNET && d.channels == 2, "version 1");
	CHECK_STR(listed(&d), "a+2 b+2", "its training cases, by name");
	CHECK_STR(names_of(&d), "background,tumour", "its classes");
	CHECK(d.findings == 0, "nothing to remark");
	dataset_free(&d);
	CHECK_STR(open_part(DATASET_TEST), "t2", "its test cases");
	CHECK(!dataset_survey(&d, dir, &e) && !strcmp(listed(&d), "a+2 b+2 t2"), "all");
	dataset_free(&d);
	put("dataset.json", V1 "\"training\":[{\"image\":\"imagesTr/four.nii.gz\",\"label\":\"labelsTr/four.nii.gz\"}]}");
	CHECK_STR(open_part(DATASET_ALL), "four+", "all channels in one file");

	clear();
	touch("imagesTr/b_0000.nii.gz imagesTr/a_0000.nii.gz labelsTr/b.nii.gz");
	put("dataset.json", V2 ",\"numTraining\":3}");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.channels == 1 && d.classes == 3 && d.ignore == 3, "version 2");
	CHECK_STR(listed(&d), "a b+", "its cases, labelled or not");
	CHECK_STR(names_of(&d), "background,MYO,LV", "its classes");
	CHECK(d.findings == 1 && strstr(d.finding[0].text, "numTraining is 3, but there are 2 cases"), "its number is wrong");
	dataset_free(&d);
	CHECK(!dataset_masks(&d, dir, &e) && !strcmp(listed(&d), "b+"), "its cases with a mask");
	dataset_free(&d);
	CHECK(strstr(open_part(DATASET_TEST), "cannot open") != NULL, "it has no test images");
	touch("labelsTr/c.nii.gz imagesTr/d.nii.gz imagesTr/a_0001.nii.gz");
	refuses("c.nii.gz: labels without an image", "labels without an image");
	CHECK(!dataset_survey(&d, dir, &e) && d.findings == 4 && d.n == 2, "a survey tells of files that fit nowhere");
	dataset_free(&d);

	clear();
	touch("imagesTr/b_0000.nii.gz labelsTr");
	put("dataset.json", V2 "}");
	refuses("labelsTr': Not a directory", "labels that cannot be listed");

	clear();
	touch("imagesTr/b_0000.nii.gz labelsTr/b.nii.gz imagesTs/e_0000.nii.gz imagesTs/f_0000.nii.gz labelsTs/f.nii.gz");
	put("dataset.json", V2 "}");
	CHECK(!dataset_masks(&d, dir, &e) && !strcmp(listed(&d), "b+ f+"), "masks of test images");
	dataset_free(&d);
}

static void
bad_json(void)
{
	static const struct {
		const char *text, *reason;
	} bad[] = {
		{ "", "not valid JSON" },
		{ "[1]", "no JSON object" },
		{ V1 "\"training\":[", "not valid JSON" },
		{ "{\"labels\":{\"a\":0}}", "no object \"channel_names\"" },
		{ "{\"modality\":{\"0\":\"a\",\"1\":\"a\",\"2\":\"a\",\"3\":\"a\",\"4\":\"a\"}}", "5 channels, at most 4" },
		{ "{\"modality\":{\"1\":\"a\"}}", "1 channels, but none is \"0\"" },
		{ "{\"modality\":{\"0\":\"a\"}}", "no object \"labels\"" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"whole\":[1,2]}}", "label 'whole' is a region" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"0\":\"a\",\"2\":\"b\"}}", "label 2 is 'b', but there is no label 1" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"a\":0,\"b\":0}}", "label 0 is both 'a' and 'b'" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"0\":\"a\",\"1\":\"a\"}}", "labels 0 and 1 are both 'a'" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"a\":256}}", "label 'a' is 256" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"a\":-1}}", "label 'a' is -1" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"a\":1.5}}", "neither a name nor a number" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{}}", "0 classes" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"0\":\"a,b\"}}", "has a comma" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"0\":\"a\\n\"}}", "has control characters" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"0\":\"a\\u0000\"}}", "not valid JSON" },
		{ "{\"modality\":{\"0\":\"a\"},\"labels\":{\"0\":\"\xff\"}}", "not valid JSON" },
		{ "{\"channel_names\":{\"0\":\"a\"},\"labels\":{\"a\":0},\"file_ending\":\".gif\"}", "file_ending is '.gif'" },
		{ V1 "\"training\":[3]}", "entry 0 of \"training\"" },
		{ V1 "\"training\":[{\"image\":\"a.png\",\"label\":\"b\"}]}", "entry 0 of \"training\"" },
		{ V1 "\"training\":[{\"image\":\"/a.nii\",\"label\":\"/a.nii\"}]}", "is no path within the folder" },
		{ V1 "\"training\":[{\"image\":\"../../a.nii\",\"label\":\"l.nii\"}]}", "is no path within the folder" },
		{ V1 "\"training\":[{\"image\":\"x.nii\",\"label\":\"l.nii\"}]}", "x_0000.nii': No such file" },
		{ V1 "\"training\":[{\"image\":\"a.nii\",\"label\":\"l.nii\"},{\"image\":\"a.nii\",\"label\":\"a.nii\"}]}",
		  "l.nii': No such file" },
		{ V1 "\"training\":[{\"image\":\"a.nii\",\"label\":\"a.nii\"},{\"image\":\"a.nii\",\"label\":\"a.nii\"}]}",
		  "two cases of this name" },
		{ V1 "\"training\":[]}", "no cases in there" },
		{ V1 "\"a\":1}", "cannot open" },
		{ V1 "\"a\":1,\"a\":2}", "duplicate" },
	};
	char *deep = mem_alloc(200001), *path;
	size_t i;

	clear();
	touch("a.nii");
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		put("dataset.json", bad[i].text);
		refuses(bad[i].reason, bad[i].reason);
	}
	memset(deep, '[', 200000);
	put("dataset.json", deep);
	refuses("maximum parsing depth", "arrays within arrays");
	free(deep);
	path = mem_printf("%s/dataset.json", dir);
	if (truncate(path, 20 << 20))
		abort();
	free(path);
	refuses("not a file of at most 16777216 bytes", "a large file");
}

static void
pictures(void)
{
	struct dataset d;
	struct err e;

	clear();
	touch("b.png b_gt.tif a.TIF c.jpeg notes.txt");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.layout == DATASET_PICTURES, "a folder of pictures");
	CHECK_STR(listed(&d), "a b+ c", "masks are none of them");
	CHECK(dataset_is_picture(&d.c[0]) && !strcmp(d.c[1].patient, "b"), "they are pictures");
	dataset_free(&d);
	CHECK_STR(open_part(DATASET_VAL), "a", "where nothing says so, the first is for validation");
	touch("d_gt.png");
	refuses("labels without an image", "labels without an image");
	CHECK(!dataset_masks(&d, dir, &e), "masks among them");
	CHECK_STR(listed(&d), "b+ d+0", "by the names of their images");
	dataset_free(&d);
	touch("x.nii");
	CHECK_STR(open_part(DATASET_ALL), "x", "NIfTI files go first");

	clear();
	touch("c_gt.tif a.png b_seg.tif");
	CHECK(!dataset_masks(&d, dir, &e) && !strcmp(listed(&d), "a+0 b+0 c+0"), "a folder of masks alone");
	dataset_free(&d);
}

/* Folders of images with folders of masks. */
static void
picture_folders(void)
{
	char *part;
	struct dataset d;
	struct err e;

	clear();
	mkdirs("img_dir ann_dir img_dir/train img_dir/val ann_dir/train ann_dir/val");
	touch("img_dir/train/x_0.tiff img_dir/train/y_0.tiff img_dir/val/x_0.tiff ann_dir/train/x_0_gt.tiff ann_dir/train/y_0.png "
	      "ann_dir/val/x_0_gt.tiff");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e) && d.layout == DATASET_PICTURES, "the paper's layout");
	CHECK_STR(listed(&d), "train_x_0+ y_0+ val_x_0+", "names are told apart by folders");
	CHECK(strstr(d.c[0].mask, "/ann_dir/train/x_0_gt.tiff") != NULL, "a mask");
	dataset_free(&d);
	CHECK_STR(open_part(DATASET_TRAIN), "train_x_0+ y_0+", "training");
	CHECK_STR(open_part(DATASET_VAL), "val_x_0+", "validation");
	CHECK(strstr(open_part(DATASET_TEST), "is in split test") != NULL, "no test");
	CHECK(!dataset_masks(&d, dir, &e) && !strcmp(listed(&d), "train_x_0+ y_0+ val_x_0+"), "its masks, by the same names");
	dataset_free(&d);
	touch("ann_dir/val/z_0_gt.tiff img_dir/val/w.tiff");
	refuses("z_0_gt.tiff: labels without an image", "labels without an image");
	CHECK(!dataset_survey(&d, dir, &e) && d.n == 4 && d.findings == 1, "an image without labels is a case");
	dataset_free(&d);
	part = mem_printf("%s/img_dir/train", dir);
	CHECK(!dataset_open(&d, part, DATASET_ALL, &e) && !strcmp(listed(&d), "x_0+ y_0+"), "a part alone, the labels of others aside");
	dataset_free(&d);
	free(part);

	clear();
	mkdirs("test test/images test/labels");
	touch("test/images/a.png test/labels/a.png");
	CHECK_STR(open_part(DATASET_TEST), "a+", "images and labels in a part");
	clear();
	mkdirs("images other");
	touch("images/a.png other/b.png");
	CHECK_STR(open_part(DATASET_ALL), "a b", "images without a folder of masks");
}

static void
picture_json(void)
{
	struct dataset d;
	struct err e;

	clear();
	touch("imagesTr/a_0000.png imagesTr/b_0000.png imagesTr/b_0001.png imagesTr/b_0002.png imagesTr/p_0000.nii labelsTr/a.png");
	put("dataset.json", "{\"channel_names\":{\"0\":\"R\",\"1\":\"G\",\"2\":\"B\"},\"labels\":{\"a\":0},\"file_ending\":\".png\"}");
	CHECK(!dataset_open(&d, dir, DATASET_ALL, &e), "nnU-Net's pictures");
	CHECK_STR(listed(&d), "a+ b3", "all colours in one file, or each in its own");
	dataset_free(&d);
	touch("imagesTr/c_0000.png imagesTr/c_0001.png");
	refuses("channel 2 is missing: no imagesTr/c_0002.png", "a channel that is missing");
}

/* Every fifth patient, with all its cases. */
static void
parts(void)
{
	clear();
	touch("a_frame01.nii a_frame02.nii b.nii c.nii d.nii e.nii f_frame07.nii g.nii");
	CHECK_STR(open_part(DATASET_VAL), "a_frame01 a_frame02 f_frame07", "the first and the sixth patient are for validation");
	CHECK_STR(open_part(DATASET_TRAIN), "b c d e g", "the others for training");
	CHECK(strstr(open_part(DATASET_TEST), "none of its 8 cases is in split test") != NULL, "none for testing");
	clear();
	touch("a.nii");
	CHECK_STR(open_part(DATASET_VAL), "a", "a single one is for validation");
	CHECK(strstr(open_part(DATASET_TRAIN), "none of its 1 cases is in split train") != NULL, "and none for training");
}

static void
names(void)
{
	struct err e;
	char **name;
	int n;

	CHECK(!dataset_names(&name, &n, "background,RV", &e) && n == 2 && !strcmp(name[1], "RV"), "names");
	while (n-- > 0)
		free(name[n]);
	free(name);
	CHECK(dataset_names(&name, &n, "a,,b", &e) < 0 && strstr(e.msg, "label 1 is empty"), "an empty name");
	CHECK(dataset_names(&name, &n, "a,b,a", &e) < 0 && strstr(e.msg, "labels 0 and 2 are both 'a'"), "one twice");
}

int
main(void)
{
	plain();
	masks();
	acdc();
	table();
	bad_tables();
	pictures();
	picture_folders();
	picture_json();
	nnunet();
	bad_json();
	parts();
	names();
	clear();
	rmdir(dir);
	return check_done();
}
