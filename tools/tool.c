#include "tool.h"

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
	struct err e;

	if (ten_create(out, opt_common.output, &e))
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
