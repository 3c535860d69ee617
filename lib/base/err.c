#include "base/err.h"

#include <errno.h>
#include <limits.h>
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

/* What doesn't fit loses its middle: a name as long as may be stands between the place and the reason. */
static void
shorten(char *buf, size_t size, const char *text)
{
	size_t n = strlen(text), head = size / 2;

	if (n < size)
		memcpy(buf, text, n + 1);
	else
		snprintf(buf, size, "%.*s...%s", (int)head, text, text + n - (size - head - 4));
}

/* Does a reason follow? */
static int
has_reason(const char *fmt)
{
	size_t n = strlen(fmt);

	return n > 0 && fmt[n - 1] == ':';
}

/* Without memory of its own: the want of it must not keep it from being told. */
static void
format(char *buf, size_t size, const char *fmt, va_list ap)
{
	char text[3 * PATH_MAX + 1024];
	const char *reason = strerror(errno);
	size_t n;

	if (vsnprintf(text, sizeof text - 256, fmt, ap) < 0)
		BUG("format '%s' cannot be printed", fmt);
	n = strlen(text);
	if (has_reason(fmt))
		snprintf(text + n, sizeof text - n, " %s", reason);
	shorten(buf, size, text);
}

int
err_vset(struct err *e, const char *fmt, va_list ap)
{
	int none = has_reason(fmt) && errno == ENOMEM;
	struct err unheard;

	if (!e && !none)
		return -1;
	e = e ? e : &unheard;
	format(e->msg, sizeof e->msg, fmt, ap);
	if (none)
		die("%s", e->msg);
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
	char head[sizeof e->msg / 2], old[sizeof e->msg / 2 - 1];
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	format(head, sizeof head, fmt, ap);
	va_end(ap);
	shorten(old, sizeof old, e->msg);
	snprintf(e->msg, sizeof e->msg, "%s: %s", head, old);
}

/* A file name may hold a newline; a message is one line all the same, and goes out whole, so that those of the programs of
 * a pipe don't mix. */
static void
print_line(const char *text)
{
	char line[2400], *p;

	snprintf(line, sizeof line - 1, "%.200s: %s", prog_name, text);
	for (p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	strcpy(p, "\n");
	fputs(line, stderr);
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
