/* err.h - how failures travel
 *
 * Library functions return 0 (or another success value) or -1, and then say why in the caller's
 * struct err. They never print and never exit, with two exceptions: memory that cannot be had
 * (see mem.h) and BUG(), a broken contract inside the program. The first holds also where the system or a
 * library lacks it: a reason of ENOMEM is never taken for a property of the file that was being read.
 *
 * Messages are lower case, one line, without a full stop: "cannot open 'x': No such file or directory".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))

struct err {
	char msg[1024];
};

/* Sets the message; a format that ends in ':' gets strerror(errno) appended, and ends the program with it where that is
 * ENOMEM. Returns -1. e may be NULL. */
#define err_set(...) (err_fill(__VA_ARGS__), err_minus_one()) /* a macro, so that the compiler sees the -1 */
void err_fill(struct err *e, const char *fmt, ...) PRINTF(2, 3);
int err_vset(struct err *e, const char *fmt, va_list ap) PRINTF(2, 0);

/* Puts "<text>: " before the message that is there already. Returns -1. */
#define err_prefix(...) (err_put_before(__VA_ARGS__), err_minus_one())
void err_put_before(struct err *e, const char *fmt, ...) PRINTF(2, 3);

static inline int
err_minus_one(void)
{
	return -1;
}

/* For tools. The name that messages begin with; argv[0] without its folder. */
extern const char *prog_name;
void prog_set(const char *argv0);

/* For tools: "prog: text" on stderr, control characters shown as '?'; a format that ends in ':' gets
 * strerror(errno) appended. die() then exits with status 2. */
void die(const char *fmt, ...) PRINTF(1, 2) __attribute__((noreturn));
void warn(const char *fmt, ...) PRINTF(1, 2);

/* A broken contract: says where, aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
void bug_at(const char *file, int line, const char *fmt, ...) PRINTF(3, 4) __attribute__((noreturn));

#endif
