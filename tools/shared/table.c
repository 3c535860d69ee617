#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "tool.h"

static char *
key(const struct table *t, const char *what)
{
	return mem_printf("table.%s.%s", t->name, what);
}

/* What a checkpoint says of this table; nothing, if it was not written then. */
static void
find_place(struct table *t, const struct meta *place)
{
	char *bytes = key(t, "bytes"), *crc = key(t, "crc32");
	int64_t n = 0, c = 0;
	struct err e;

	if (meta_int(place, bytes, &n, 0, INT64_MAX, &e) < 0 || meta_int(place, crc, &c, 0, UINT32_MAX, &e) < 0)
		die("checkpoint: %s", e.msg);
	t->bytes = (uint64_t)n;
	t->crc = (uint32_t)c;
	free(bytes);
	free(crc);
}

void
table_open(struct table *t, const char *path, const char *name, int lasting, const struct meta *place)
{
	struct err e;
	char *part;

	*t = (struct table){ .name = name, .lasting = lasting };
	if (!path)
		return;
	if (lasting) {
		opt_check_beside(part = mem_printf("%s.part", path));
		free(part);
	}
	if (place)
		find_place(t, place);
	if (lasting ? outfile_resume(&t->out, path, t->bytes, t->crc, &e) : outfile_open(&t->out, path, OUTFILE_TEXT, &e))
		die("%s", e.msg);
	t->open = 1;
}

int
table_is_new(const struct table *t)
{
	return t->open && !t->bytes;
}

void
table_print(struct table *t, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	if (!t->open)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("out of memory");
	fwrite(text, 1, (size_t)n, t->out.f); /* a failure is seen when the file is synced or closed */
	fflush(t->out.f); /* so that one can watch */
	t->crc = crc_add(t->crc, text, (size_t)n);
	t->bytes += (uint64_t)n;
	free(text);
}

void
table_save(struct table *t, struct meta *m)
{
	struct err e;
	char *k;

	if (!t->open)
		return;
	if (outfile_sync(&t->out, &e))
		die("%s", e.msg);
	meta_setf(m, k = key(t, "bytes"), "%" PRIu64, t->bytes);
	free(k);
	meta_setf(m, k = key(t, "crc32"), "%" PRIu32, t->crc);
	free(k);
}

void
table_close(struct table *t)
{
	struct err e;

	if (t->open && outfile_close(&t->out, &e))
		die("%s", e.msg);
	t->open = 0;
}
