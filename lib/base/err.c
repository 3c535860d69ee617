#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *prog_name = "segpipe";

void
prog_set(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	prog_name = slash ? slash + 1 : argv0;
}

static void
format(char *buf, size_t size, const char *fmt, va_list ap)
{
	int saved = errno;
	size_t n = strlen(fmt);
	int len;

	len = vsnprintf(buf, size, fmt, ap);
	if (n > 0 && fmt[n - 1] == ':' && len >= 0 && (size_t)len < size)
		snprintf(buf + len, size - len, " %s", strerror(saved));
}

int
err_vset(struct err *e, const char *fmt, va_list ap)
{
	if (e)
		format(e->msg, sizeof e->msg, fmt, ap);
	return -1;
}

void
err_fill(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, fmt, ap);
	va_end(ap);
}

void
err_put_before(struct err *e, const char *fmt, ...)
{
	char head[sizeof e->msg], old[sizeof e->msg];
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	vsnprintf(head, sizeof head, fmt, ap);
	va_end(ap);
	memcpy(old, e->msg, sizeof old);
	head[sizeof head / 2] = '\0'; /* a long name must not push out the reason */
	snprintf(e->msg, sizeof e->msg, "%.600s: %.420s", head, old);
}

/* A file name may hold a newline; a message is one line all the same. */
static void
print_line(const char *text)
{
	fprintf(stderr, "%s: ", prog_name);
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text, stderr);
	fputc('\n', stderr);
}

void
warn(const char *fmt, ...)
{
	char buf[2048];
	va_list ap;

	va_start(ap, fmt);
	format(buf, sizeof buf, fmt, ap);
	va_end(ap);
	print_line(buf);
}

void
die(const char *fmt, ...)
{
	char buf[2048];
	va_list ap;

	va_start(ap, fmt);
	format(buf, sizeof buf, fmt, ap);
	va_end(ap);
	print_line(buf);
	exit(2);
}

void
bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: BUG at %s:%d: ", prog_name, file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
