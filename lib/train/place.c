#include "train/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ten/command.h"
#include "train/checkpoint.h"

#define STREAM "stream."

/* --- saving --- */

void
place_save(struct meta *m, const struct place *p)
{
	int i;

	meta_setf(m, "place.epoch", "%" PRIu64, p->epoch);
	meta_setf(m, "place.first", "%" PRIu64, p->first);
	meta_setf(m, "place.seen", "%" PRIu64, p->seen);
	meta_setf(m, "place.dropped", "%" PRId64, p->dropped);
	for (i = 0; i < p->stream.n; i++) {
		char *key = mem_printf(STREAM "%s", p->stream.item[i].key);

		meta_set(m, key, p->stream.item[i].value);
		free(key);
	}
}

void
place_save_shape(struct meta *m, int i, const int64_t *dim, int ndim)
{
	char text[TENSOR_SHAPE_LEN], key[32];
	int d, n = 0;

	for (d = 0; d < ndim; d++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%s%" PRId64, d ? "," : "", dim[d]);
	snprintf(key, sizeof key, "place.shape.%d", i);
	meta_set(m, key, text);
}

/* --- loading --- */

int
place_load(struct place *p, const struct meta *m, struct err *e)
{
	int64_t epoch, first, seen;
	int i;

	memset(p, 0, sizeof *p);
	if (checkpoint_get_int(&epoch, m, "place.epoch", e) || checkpoint_get_int(&first, m, "place.first", e) ||
	    checkpoint_get_int(&seen, m, "place.seen", e) || checkpoint_get_int(&p->dropped, m, "place.dropped", e))
		return -1;
	p->epoch = (uint64_t)epoch;
	p->first = (uint64_t)first;
	p->seen = (uint64_t)seen;
	for (i = 0; i < m->n; i++)
		if (!strncmp(m->item[i].key, STREAM, strlen(STREAM)))
			meta_set(&p->stream, m->item[i].key + strlen(STREAM), m->item[i].value);
	return 0;
}

int
place_load_shape(int64_t *dim, int ndim, const struct meta *m, int i, struct err *e)
{
	const char *text;
	char key[32], *end;
	int d;

	snprintf(key, sizeof key, "place.shape.%d", i);
	text = meta_get(m, key);
	for (d = 0; text && d < ndim; d++) {
		dim[d] = strtoll(text, &end, 10);
		if (end == text || dim[d] < 1 || dim[d] > INT32_MAX || *end != (d < ndim - 1 ? ',' : '\0'))
			text = NULL;
		else
			text = end + (d < ndim - 1);
	}
	return text ? 0 : err_set(e, "metadata '%s' is not a shape of %d dimensions", key, ndim);
}

/* --- comparing --- */

/* A new string: the command without --skip=N. */
static char *
without_skip(const char *command)
{
	static const char option[] = " --skip=";
	char *s = mem_strdup(command), *at = strstr(s, option);

	if (at) {
		const char *rest = at + strlen(option) + strspn(at + strlen(option), "0123456789");

		memmove(at, rest, strlen(rest) + 1);
	}
	return s;
}

static int
same_command(const char *a, const char *b, struct err *e)
{
	char *x = without_skip(a), *y = without_skip(b);
	int rc = strcmp(x, y) ? err_set(e, "it was made by '%.400s', the one before by '%.400s'", y, x) : 0;

	free(x);
	free(y);
	return rc;
}

static int
same_value(const struct meta *a, const struct meta *b, const char *key, struct err *e)
{
	const char *x = meta_get(a, key), *y = meta_get(b, key);

	if (x && y ? !strcmp(x, y) : x == y)
		return 0;
	return err_set(e, "its metadata '%s' is '%.200s', that of the one before '%.200s'", key, y ? y : "", x ? x : "");
}

/* The checksums of the files that options of the commands named. Which of several operands a record came from (from) is the
 * record's own. */
static int
same_files(const struct meta *a, const struct meta *b, struct err *e)
{
	size_t prefix;
	long number;
	int i, rc = 0;

	for (i = 0; i < a->n && !rc; i++) {
		const char *key = a->item[i].key;

		if (command_is(key) && !command_key(key, &prefix, &number) && strcmp(strrchr(key, '.'), ".from") != 0)
			rc = same_value(a, b, key, e);
	}
	return rc;
}

int
place_same_stream(const struct meta *a, const struct meta *b, struct err *e)
{
	static const char *const keys[] = { "samples", "epochs", "normalize", "ignore", "grid" };
	const struct meta_item **x = mem_array((size_t)a->n, sizeof *x), **y = mem_array((size_t)b->n, sizeof *y);
	int n = command_list(x, a), m = command_list(y, b), i, rc = 0;

	if (n != m)
		rc = err_set(e, "%d commands made it, %d the one before", m, n);
	for (i = 0; i < n && !rc; i++)
		rc = same_command(x[i]->value, y[i]->value, e);
	if (!rc)
		rc = same_files(a, b, e);
	for (i = 0; i < (int)ARRAY_LEN(keys) && !rc; i++)
		rc = same_value(a, b, keys[i], e);
	free(x);
	free(y);
	return rc;
}
