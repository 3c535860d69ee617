/* tsv.h - tables as the tools write them: a header line, then rows of as many cells, separated by tabs
 *
 * There is no quoting. A line may end in CR LF, the text begin with a byte-order mark of UTF-8 and end with empty lines, as
 * spreadsheets write it. A row with more or fewer cells than the header, a header that names a column twice and a NUL byte
 * are errors; so is a table of more than 64 MiB or 4096 columns.
 */
#ifndef BASE_TSV_H
#define BASE_TSV_H

#include "base/err.h"

struct tsv {
	char *name;        /* of the file, for messages */
	char *text, **at;  /* the cells, and where they begin: the header's, then row by row */
	int rows, cols;
};

/* path NULL or "-": standard input. Messages name file and line. */
int tsv_read(struct tsv *t, const char *path, struct err *e);
void tsv_free(struct tsv *t);

/* For tables from elsewhere: takes off the quotes that spreadsheets put around cells with a comma or a quote, which then is
 * there twice. */
void tsv_unquote(struct tsv *t);

/* The column of this name, or -1 and a message that lists those there are. */
int tsv_column(const struct tsv *t, const char *name, struct err *e);

/* Rows count from 0, without the header. */
const char *tsv_cell(const struct tsv *t, int row, int col);

/* The cell as a finite number; the message names file, line and column. */
int tsv_number(double *x, const struct tsv *t, int row, int col, struct err *e);

#endif
