/* acdc: a patient's folder: its Info.cfg and, behind a NUL, the names of what else is in there, one per line */
#include "fuzz.h"
#include "io/acdc.h"

#define PATIENT "patient007"
#define MOST 16 /* files */

static void
check(const struct acdc *a)
{
	int i, k;

	FUZZ_CHECK(a->n == 1 && a->patient->id == 7 && a->patient->ed > 0 && a->patient->es > 0);
	for (i = 0; i < a->patient->nframes; i++) {
		FUZZ_CHECK(a->patient->frame[i].number > 0 && a->patient->frame[i].image);
		for (k = 0; k < i; k++)
			FUZZ_CHECK(a->patient->frame[k].number < a->patient->frame[i].number);
	}
}

/* Cuts the next name off *text; NULL: no more that a file could have. */
static char *
next_name(char **text)
{
	char *name = strsep(text, "\n");

	return name && *name && *name != '.' && !strchr(name, '/') && strlen(name) < 200 ? name : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t info = nul ? (size_t)(nul - data) : size;
	char *names = fuzz_text(nul ? nul + 1 : data, nul ? size - info - 1 : 0), *at = names, *name, path[MOST][512];
	struct err e = { "" };
	struct acdc a;
	int n = 0;

	if (!*fuzz_folder_path)
		fuzz_put(PATIENT, NULL, 0);
	fuzz_put(PATIENT "/Info.cfg", data, info);
	while (n < MOST && (name = next_name(&at))) {
		snprintf(path[n], sizeof *path, PATIENT "/%s", name);
		fuzz_put(path[n++], "", 0);
	}
	if (acdc_list(&a, fuzz_folder(), ACDC_ALL, &e)) {
		FUZZ_CHECK(*e.msg);
	} else {
		check(&a);
		acdc_free(&a);
	}
	while (n-- > 0) {
		char whole[1024];

		snprintf(whole, sizeof whole, "%s/%s", fuzz_folder(), path[n]);
		unlink(whole);
	}
	free(names);
	return 0;
}
