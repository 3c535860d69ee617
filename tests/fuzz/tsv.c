/* tsv: a table, every cell of it, and the same bytes as ten-stats' table of means and deviations */
#include "base/tsv.h"
#include "fuzz.h"
#include "image/normalize.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct normalize norm;
	struct err e = { "" };
	struct tsv t;
	size_t cells = 0, rest = 0;
	double x;
	int row, col;

	if (tsv_read(&t, path, &e)) {
		FUZZ_CHECK(*e.msg && !strchr(e.msg, '\n'));
	} else {
		FUZZ_CHECK(tsv_column(&t, tsv_cell(&t, -1, t.cols - 1), &e) == t.cols - 1);
		FUZZ_CHECK(tsv_column(&t, "no\tsuch", &e) == -1);
		for (row = -1; row < t.rows; row++)
			for (col = 0; col < t.cols; col++)
				cells += strlen(tsv_cell(&t, row, col)) + 1;
		FUZZ_CHECK(cells <= size + 1);
		tsv_unquote(&t);
		for (row = -1; row < t.rows; row++)
			for (col = 0; col < t.cols; col++)
				FUZZ_CHECK(cells >= (rest += strlen(tsv_cell(&t, row, col)) + 1));
		for (row = 0; row < t.rows; row++)
			for (col = 0; col < t.cols; col++)
				FUZZ_CHECK(tsv_number(&x, &t, row, col, &e) || x - x == 0);
		tsv_free(&t);
	}
	if (!normalize_read(&norm, path, &e))
		FUZZ_CHECK(norm.c >= 1 && norm.c <= NORMALIZE_MAXC);
	return 0;
}
