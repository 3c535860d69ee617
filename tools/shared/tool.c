#include "tool.h"

#include <stdlib.h>
#include <string.h>

void
in_open(struct ten_reader *in, const char *path)
{
	struct err e;

	if (ten_open(in, path, &e))
		die("%s", e.msg);
}

int
in_read(struct ten_reader *in, struct record *r)
{
	struct err e;
	int rc = ten_read(in, r, &e);

	if (rc < 0)
		die("%s", e.msg);
	return rc;
}

void
in_close(struct ten_reader *in)
{
	ten_close(in);
}

void
out_open(struct ten_writer *out)
{
	out_open_at(out, opt_common.output);
}

void
out_open_at(struct ten_writer *out, const char *path)
{
	struct err e;

	if (ten_create(out, path, &e))
		die("%s", e.msg);
}

void
out_write(struct ten_writer *out, struct record *r)
{
	struct err e;

	meta_add_command(&r->meta, opt_command());
	if (ten_write(out, r, &e))
		die("%s", e.msg);
}

void
out_close(struct ten_writer *out)
{
	struct err e;

	if (ten_finish(out, &e))
		die("%s", e.msg);
}

void
in_die(const struct ten_reader *in, const struct record *r, const char *fmt, ...)
{
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	err_vset(&e, fmt, ap);
	va_end(ap);
	die("%s record %lld at byte %llu: %s", in->name, (long long)r->seq, (unsigned long long)r->offset, e.msg);
}

static void
list_names(char *buf, size_t size, const struct record *r)
{
	size_t len = 0;
	int i;

	buf[0] = '\0';
	for (i = 0; i < r->n && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s'%s'", i ? ", " : "", r->t[i].name);
}

struct tensor *
in_tensor(const struct ten_reader *in, const struct record *r, const char *name, int ndim)
{
	struct tensor *t = record_find(r, name);
	char have[256], shape[TENSOR_SHAPE_LEN];

	if (!t) {
		list_names(have, sizeof have, r);
		in_die(in, r, "no tensor '%s', only %s", name, *have ? have : "metadata");
	}
	if (ndim && t->ndim != ndim)
		in_die(in, r, "'%s' is %s, expected %d dimensions", name, tensor_shape(shape, t), ndim);
	return t;
}

FILE *
text_open(struct outfile *o, const char *path)
{
	struct err e;

	if (outfile_open(o, path, OUTFILE_TEXT, &e))
		die("%s", e.msg);
	return o->f;
}

void
text_close(struct outfile *o)
{
	struct err e;

	if (outfile_close(o, &e))
		die("%s", e.msg);
}

void
weights_read(struct record *r, const char *path)
{
	struct err e;

	if (ten_read_weights(r, path, &e))
		die("%s", e.msg);
}

void
provenance_include(struct meta *dst, const struct meta *src, const char *as)
{
	int i;

	for (i = 0; i < src->n; i++) {
		const char *key = src->item[i].key, *cmd = strstr(key, "cmd.");
		char *full;

		if (!cmd || (cmd != key && cmd[-1] != '.'))
			continue;
		full = *as ? mem_printf("%s.%s", as, key) : mem_strdup(key);
		meta_set(dst, full, src->item[i].value);
		free(full);
	}
}

void
note(const char *fmt, ...)
{
	struct err e;
	va_list ap;

	if (opt_common.quiet)
		return;
	va_start(ap, fmt);
	err_vset(&e, fmt, ap);
	va_end(ap);
	warn("%s", e.msg);
}
