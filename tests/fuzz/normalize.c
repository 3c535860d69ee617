/* normalize: how images were normalised, as metadata and as options say it */
#include "fuzz.h"
#include "image/normalize.h"

static void
check_text(const char *text)
{
	char again[NORMALIZE_LEN], twice[NORMALIZE_LEN];
	struct normalize n, m;
	struct err e = { "" };
	float x[4] = { 0, 1, 2, 4 }, mean[NORMALIZE_MAXC], scale[NORMALIZE_MAXC];

	if (normalize_parse(&n, text, &e)) {
		FUZZ_CHECK(*e.msg);
		return;
	}
	FUZZ_CHECK(n.c >= 0 && n.c <= NORMALIZE_MAXC);
	if (normalize_format(again, &n)) {
		FUZZ_CHECK(strlen(again) < sizeof again && !normalize_parse(&m, again, &e));
		FUZZ_CHECK(m.kind == n.kind && m.c == n.c && !strcmp(normalize_format(twice, &m), again));
	}
	if (!normalize_fits(&n, 2, &e)) {
		normalize_measure(&n, mean, scale, x, 2, 2);
		normalize_apply(&n, x, 2, 2);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *second = strchr(text, ';');
	struct normalize n;
	struct err e = { "" };

	check_text(text);
	if (second) {
		*second++ = '\0';
		if (normalize_lists(&n, text, second, &e))
			FUZZ_CHECK(*e.msg);
		else
			FUZZ_CHECK(n.c >= 1 && n.c <= NORMALIZE_MAXC);
	}
	free(text);
	return 0;
}
