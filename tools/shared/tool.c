#include "tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ten/command.h"

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

static void
set_part(struct meta *m, int command, const char *name, const char *value)
{
	char *key = mem_printf("cmd.%d.%s", command, name);

	meta_set(m, key, value);
	free(key);
}

static void
add_command(struct meta *m, const char *path)
{
	const char *name, *value = opt_output(path);
	int command = meta_add_command(m, opt_command()), i;

	if (value)
		set_part(m, command, "output", value);
	for (i = 0; (value = opt_file(i, &name)); i++)
		set_part(m, command, name, value);
}

void
provenance_source(struct meta *m, const char *name, const char *value)
{
	char key[32];
	int k;

	for (k = 0; snprintf(key, sizeof key, "cmd.%d", k), meta_get(m, key); k++)
		;
	set_part(m, k, name, value);
}

void
out_write(struct ten_writer *out, struct record *r)
{
	struct err e;

	add_command(&r->meta, out->out.path);
	if (ten_write(out, r, &e))
		die("%s", e.msg);
}

void
out_end(struct ten_writer *out)
{
	struct err e;

	if (ten_end(out, &e))
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

void
in_check_finite(const struct ten_reader *in, const struct record *r, const struct tensor *t)
{
	int64_t width = t->dim[3], area = t->dim[2] * width, i = tensor_odd(t);

	if (i >= 0)
		in_die(in, r, "'%s' has the value %g in sample %lld, channel %lld at (%lld,%lld), expected finite floats",
		       t->name, tensor_get(t, i), (long long)(i / tensor_stride0(t)),
		       (long long)(i % tensor_stride0(t) / area), (long long)(i % width), (long long)(i % area / width));
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
	size_t len = strlen(as);
	int i;

	for (i = dst->n - 1; len && i >= 0; i--) /* those of another time the file went through this tool */
		if (!strncmp(dst->item[i].key, as, len) && dst->item[i].key[len] == '.' && command_is(dst->item[i].key))
			meta_unset(dst, dst->item[i].key);
	for (i = 0; i < src->n; i++) {
		const char *key = src->item[i].key;
		char *full;

		if (!command_is(key))
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
