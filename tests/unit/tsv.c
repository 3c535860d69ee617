/* tsv: what a table is, and what is none */
#include "base/tsv.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"

/* Reads these bytes as a table. */
static int
read_bytes(struct tsv *t, const void *bytes, size_t n, struct err *e)
{
	char path[] = "/tmp/segpipe-tsv.XXXXXX";
	int fd = mkstemp(path), rc;

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	close(fd);
	rc = tsv_read(t, path, e);
	unlink(path);
	return rc;
}

static int
read_text(struct tsv *t, const char *text, struct err *e)
{
	return read_bytes(t, text, strlen(text), e);
}

static void
tables(void)
{
	struct tsv t;
	struct err e;
	double x;

	CHECK(!read_text(&t, "a\tb\n1\tx y\n\t-2e3\n", &e), "a table");
	CHECK(t.rows == 2 && t.cols == 2, "its size");
	CHECK(tsv_column(&t, "b", &e) == 1, "a column by its name");
	CHECK(tsv_column(&t, "c", &e) < 0 && strstr(e.msg, "has no column 'c', only a, b"), "and what there is");
	CHECK_STR(tsv_cell(&t, 0, 1), "x y", "a cell");
	CHECK_STR(tsv_cell(&t, 1, 0), "", "an empty one");
	CHECK(!tsv_number(&x, &t, 1, 1, &e) && x == -2000, "a number");
	CHECK(tsv_number(&x, &t, 0, 1, &e) < 0 && strstr(e.msg, "line 2: b is 'x y', expected a number"), "no number");
	CHECK(tsv_number(&x, &t, 1, 0, &e) < 0, "an empty cell is none");
	tsv_free(&t);
	CHECK(!read_text(&t, "a\tb\r\n1\t2\r\n3\t4", &e) && t.rows == 2 && !strcmp(tsv_cell(&t, 0, 1), "2") &&
	      !strcmp(tsv_cell(&t, 1, 1), "4"), "CR LF, and a last line without an end");
	tsv_free(&t);
	CHECK(!read_text(&t, "\xef\xbb\xbf" "a\tb\r\n\"1,\"\"2\"\"\"\t\"\r\n\r\n\n", &e) && t.rows == 1, "a mark before, empty lines behind");
	CHECK(tsv_column(&t, "a", &e) == 0 && !strcmp(tsv_cell(&t, 0, 0), "\"1,\"\"2\"\"\""), "quotes stay");
	tsv_unquote(&t);
	CHECK_STR(tsv_cell(&t, 0, 0), "1,\"2\"", "or go");
	CHECK_STR(tsv_cell(&t, 0, 1), "\"", "one is none");
	tsv_free(&t);
	CHECK(!read_text(&t, "\"\"\n\"x\"\n", &e) && (tsv_unquote(&t), !*t.at[0]) && !strcmp(tsv_cell(&t, 0, 0), "x"), "nothing, quoted");
	tsv_free(&t);
	CHECK(!read_text(&t, "a;b\n1;2\n", &e) && tsv_column(&t, "a", &e) < 0 && strstr(e.msg, "only a;b (columns are separated by tabs)"),
	      "no tabs");
	tsv_free(&t);
	CHECK(!read_text(&t, "a\n", &e) && t.rows == 0, "only a header");
	tsv_free(&t);
	CHECK(!read_text(&t, "a\nnan\ninf\n0x10\n", &e) && tsv_number(&x, &t, 0, 0, &e) < 0 &&
	      tsv_number(&x, &t, 1, 0, &e) < 0, "nan and infinity are no numbers");
	tsv_free(&t);
}

static void
refusals(void)
{
	static char wide[5000];
	struct tsv t;
	struct err e;

	CHECK(read_text(&t, "", &e) < 0 && strstr(e.msg, "is empty"), "nothing is no table");
	CHECK(read_text(&t, "a\tb\n\n1\t2\n", &e) < 0 && strstr(e.msg, "line 2 has 1 cells"), "an empty line between others");
	CHECK(read_text(&t, "a\tb\n1\n", &e) < 0 && strstr(e.msg, "line 2 has 1 cells, the header has 2"), "too few cells");
	CHECK(read_text(&t, "a\n1\t2\n", &e) < 0 && strstr(e.msg, "line 2 has 2 cells, the header has 1"), "too many");
	CHECK(read_text(&t, "a\n\n1\n", &e) == 0, "an empty line is an empty cell where there is one column");
	tsv_free(&t);
	CHECK(read_text(&t, "a\tb\ta\n", &e) < 0 && strstr(e.msg, "two columns 'a'"), "a column twice");
	CHECK(read_bytes(&t, "a\n1\0\n", 5, &e) < 0 && strstr(e.msg, "NUL"), "a NUL byte");
	CHECK(tsv_read(&t, "/nonexistent/table", &e) < 0 && strstr(e.msg, "cannot open"), "no file");
	memset(wide, '\t', sizeof wide);
	CHECK(read_bytes(&t, wide, sizeof wide, &e) < 0 && strstr(e.msg, "more than 4096 columns"), "too many columns");
}

int
main(void)
{
	tables();
	refusals();
	return check_done();
}
