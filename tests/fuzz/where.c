/* where: conditions, and metadata ("key=value" lines behind the first newline) that they are held against */
#include "fuzz.h"
#include "ten/where.h"

static void
fill(struct meta *m, char *lines)
{
	char *line, *value;

	while ((line = strsep(&lines, "\n")))
		if ((value = strchr(line, '='))) {
			*value++ = '\0';
			meta_set(m, line, value);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *lines = strchr(text, '\n');
	struct meta m = { 0 };
	struct where w;
	struct err e = { "" };
	double x;
	int64_t i;

	if (lines) {
		*lines++ = '\0';
		fill(&m, lines);
	}
	if (where_parse(&w, text, &e)) {
		FUZZ_CHECK(*e.msg);
	} else {
		FUZZ_CHECK(where_match(&w, &m) == 0 || where_match(&w, &m) == 1);
		where_free(&w);
	}
	FUZZ_CHECK(meta_int(&m, "i", &i, -5, 5, &e) < 1 || (i >= -5 && i <= 5));
	FUZZ_CHECK(meta_real(&m, "x", &x, &e) < 1 || x - x == 0);
	meta_add_command(&m, "fuzz");
	meta_free(&m);
	free(text);
	return 0;
}
