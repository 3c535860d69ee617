/* tool.h - what the tools share: streams that die with a clear line instead of returning errors
 *
 * A tool is: includes, option table, workers, main. Errors end it with "tool: reason" and status 2; the
 * output file then never appears.
 */
#ifndef TOOL_H
#define TOOL_H

#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "ten/ten.h"

void in_open(struct ten_reader *in, const char *path); /* NULL or "-": standard input */
int in_read(struct ten_reader *in, struct record *r);  /* 1: a record; 0: the end */
void in_close(struct ten_reader *in);

void out_open(struct ten_writer *out);                       /* -o or standard output */
void out_open_at(struct ten_writer *out, const char *path);  /* another output */
void out_write(struct ten_writer *out, struct record *r);    /* adds this command to r's provenance; empties r */
void out_end(struct ten_writer *out);                        /* all that can fail before out_close: ten_end */
void out_close(struct ten_writer *out);                      /* end mark, flush, fsync, rename */

/* The tensor `name` of r, or death naming the input, the record and what it holds instead. ndim 0: any. */
struct tensor *in_tensor(const struct ten_reader *in, const struct record *r, const char *name, int ndim);

/* Dies if a value of the images t (N,C,H,W) is no finite float: a network would make something of it all the same. */
void in_check_finite(const struct ten_reader *in, const struct record *r, const struct tensor *t);

/* Dies with "<input> record N: <reason>". */
void in_die(const struct ten_reader *in, const struct record *r, const char *fmt, ...)
	PRINTF(3, 4) __attribute__((noreturn));

/* A weights file: its one record. */
void weights_read(struct record *r, const char *path);

/* Copies src's provenance into dst behind a prefix: cmd.0 becomes encoder.cmd.0 for as "encoder". */
void provenance_include(struct meta *dst, const struct meta *src, const char *as);

/* Tells more of the command that is running, before out_write adds it to m: cmd.N.NAME (ten/command.h). */
void provenance_source(struct meta *m, const char *name, const char *value);

/* A note on standard error, unless -q. */
void note(const char *fmt, ...) PRINTF(1, 2);

/* A text output (TSV): path NULL is standard output. */
FILE *text_open(struct outfile *o, const char *path);
void text_close(struct outfile *o);

#endif
