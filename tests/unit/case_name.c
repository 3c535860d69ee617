/* case names: of files and their frames, what they tell, and that none is given twice */
#include "io/case_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check.h"

static void
files(void)
{
	static const char *const file[][2] = { { "a/b.nii.gz", "b" }, { "b.nii", "b" }, { "a.nii/b", "b" }, { "b.gz", "b.gz" },
		{ "x/.nii", ".nii" }, { "a.nii.nii.gz", "a.nii" }, { "b_gt.nii", "b_gt" } };
	char *name;
	size_t i;

	for (i = 0; i < ARRAY_LEN(file); i++) {
		name = case_of_file(file[i][0]);
		CHECK_STR(name, file[i][1], file[i][0]);
		free(name);
	}
	CHECK(case_mask_stem("b_gt") == 1 && case_mask_stem("b_seg") == 1 && !case_mask_stem("b") && !case_mask_stem("_gt"),
	      "endings of masks");
}

static void
frames(void)
{
	static const struct {
		const char *name;
		int frame, frames;
		const char *called;
	} of[] = { { "p", 1, 1, "p" }, { "p", 3, 30, "p_frame03" }, { "p", 120, 200, "p_frame120" },
		   { "p_4d", 1, 2, "p_frame01" }, { "p_4d", 1, 1, "p_4d" }, { "_4d", 1, 2, "_4d_frame01" } };
	char *name;
	size_t i;

	for (i = 0; i < ARRAY_LEN(of); i++) {
		name = case_of_frame(of[i].name, of[i].frame, of[i].frames);
		CHECK_STR(name, of[i].called, of[i].called);
		free(name);
	}
}

static void
patients(void)
{
	static const struct {
		const char *name, *patient;
		int frame;
	} of[] = { { "p_frame01", "p", 1 }, { "p_frame123", "p", 123 }, { "p_4d", "p", 0 }, { "p", "p", 0 },
		   { "p_frame", "p_frame", 0 }, { "p_frame00", "p_frame00", 0 }, { "p_frame1a", "p_frame1a", 0 },
		   { "_frame01", "_frame01", 0 }, { "p_frame9999999999", "p_frame9999999999", 0 } };
	char *name;
	size_t i;

	for (i = 0; i < ARRAY_LEN(of); i++) {
		name = mem_strdup(of[i].name);
		CHECK(case_patient(name) == of[i].frame && !strcmp(name, of[i].patient), of[i].name);
		free(name);
	}
}

static const char *
said(struct case_file *f, int n)
{
	static struct err e;
	int i;

	for (i = 0; i < n; i++)
		f[i].path = f[i].path ? f[i].path : f[i].name;
	strcpy(e.msg, "fine");
	case_unique(f, n, &e);
	return e.msg;
}

static void
twins(void)
{
	struct case_file none = { "", NULL, 1 };
	struct case_file same[] = { { "b", "x/b", 1 }, { "a", NULL, 1 }, { "b", "y/b", 1 } };
	struct case_file cine[] = { { "p_frame03", NULL, 1 }, { "p_frame30", NULL, 1 }, { "p_4d", NULL, 30 } };
	struct case_file late[] = { { "p_frame31", NULL, 1 }, { "p", NULL, 1 }, { "p_frame3", NULL, 1 }, { "p_4d", NULL, 30 } };
	struct case_file both[] = { { "p", NULL, 2 }, { "p_4d", NULL, 9 } };
	struct case_file far[] = { { "p", NULL, 99 }, { "p_frame100", NULL, 1 }, { "q_frame01", NULL, 1 }, { "p_frame98", NULL, 1 } };

	CHECK_STR(said(&none, 0), "fine", "no files");
	CHECK_STR(said(same, 2), "fine", "two names");
	CHECK_STR(said(same, 3), "'x/b' and 'y/b' would both be case 'b'", "one name for two files");
	CHECK_STR(said(cine, 2), "fine", "frames have names of their own");
	CHECK_STR(said(cine, 3), "'p_frame03' and 'p_4d' would both be case 'p_frame03'", "which a cine uses too");
	CHECK_STR(said(late, 4), "fine", "as far as it goes, and written as it writes them");
	CHECK_STR(said(both, 2), "'p' and 'p_4d' would both be case 'p_frame01'", "two cines");
	CHECK_STR(said(far, 3), "fine", "behind a cine");
	CHECK_STR(said(far, 4), "'p' and 'p_frame98' would both be case 'p_frame98'", "and within it");
}

int
main(void)
{
	files();
	frames();
	patients();
	twins();
	return check_done();
}
