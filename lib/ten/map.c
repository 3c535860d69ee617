#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/mapped.h"
#include "base/mem.h"
#include "ten/ten.h"

static int
map_file(struct ten_map *m, int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_set(e, "cannot read %s:", m->name);
	if (!S_ISREG(st.st_mode))
		return 1;
	if (lseek(fd, 0, SEEK_CUR) > 0)
		return 1; /* somebody has read from it already: it is a stream now */
	if (st.st_size == 0)
		return err_set(e, "%s is empty, expected a tensor stream", m->name);
	m->size = (size_t)st.st_size;
	m->base = mapped_open(fd, m->size, path ? path : m->name);
	return m->base ? 0 : err_set(e, "cannot map %s:", m->name);
}

static void
point_into(struct ten_map *m, struct ten_map_entry *x, const uint64_t *at)
{
	int i;

	for (i = 0; i < x->rec.n; i++) {
		struct tensor *t = &x->rec.t[i];
		unsigned char *p = m->base + x->data + at[i];

		if ((uintptr_t)p % ten_dtype_size(t->dtype)) { /* a foreign file without alignment */
			t->data = memcpy(mem_aligned(tensor_bytes(t)), p, tensor_bytes(t));
		} else {
			t->data = p;
			t->borrowed = 1;
		}
	}
}

static int
index_record(struct ten_map *m, uint64_t *offset, int *last, struct err *e)
{
	struct ten_map_entry *x;
	uint64_t left = m->size - *offset, len, *at = NULL;
	int rc;

	if (left == 0)
		return err_set(e, "stream ends without an end mark (the program that wrote it died?)");
	if (left < 8)
		return err_set(e, "ends after %" PRIu64 " of 8 length bytes (stream cut short?)", left);
	memcpy(&len, m->base + *offset, 8);
	len = le64toh(len);
	if (len < 2 || len > m->header_max)
		return err_set(e, "header length %" PRIu64 " is outside 2..%" PRIu64 " (not a tensor stream?)", len,
		               m->header_max);
	if (left - 8 < len)
		return err_set(e, "ends after %" PRIu64 " of %" PRIu64 " header bytes (stream cut short?)", left - 8, len);
	if ((m->n & (m->n - 1)) == 0) /* room for the next power of two */
		m->entry = mem_grow(m->entry, m->n ? 2 * (size_t)m->n : 1, sizeof *m->entry);
	x = &m->entry[m->n];
	memset(x, 0, sizeof *x);
	rc = header_parse(&x->rec, &at, &x->bytes, (const char *)m->base + *offset + 8, len, e);
	x->data = *offset + 8 + len;
	if (!rc && m->size - x->data < x->bytes)
		rc = err_set(e, "ends after %" PRIu64 " of %" PRIu64 " data bytes (stream cut short?)",
		             m->size - x->data, x->bytes);
	if (!rc)
		rc = frame_take(&x->frame, &x->rec.meta, m->n, e);
	if (!rc) {
		point_into(m, x, at);
		*last = x->frame.last;
		x->rec.seq = m->n;
		x->rec.offset = *offset;
		*offset = x->data + x->bytes;
		m->n++;
	} else {
		record_free(&x->rec); /* its tensors point nowhere yet */
	}
	free(at);
	return rc;
}

static int
index_all(struct ten_map *m, struct err *e)
{
	uint64_t offset = 0;
	int last = 0;

	while (!last)
		if (index_record(m, &offset, &last, e))
			return err_prefix(e, "%s record %d at byte %" PRIu64, m->name, m->n, offset);
	if (offset != m->size)
		return err_set(e, "%s record %d at byte %" PRIu64 ": bytes after the record marked as the last", m->name,
		               m->n - 1, offset);
	if (m->n == 1 && m->entry[0].frame.numbered && m->entry[0].rec.n == 0) { /* the empty stream */
		record_free(&m->entry[0].rec);
		m->n = 0;
	}
	return 0;
}

static int
map_input(struct ten_map *m, const char *path, uint64_t header_max, struct err *e)
{
	int standard = !path || !strcmp(path, "-"), fd, rc;

	memset(m, 0, sizeof *m);
	m->header_max = header_max;
	fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, "cannot open '%s':", path);
	m->name = standard ? mem_strdup("standard input") : mem_printf("'%s'", path);
	rc = map_file(m, fd, path, e);
	if (!standard)
		close(fd);
	if (!rc)
		rc = index_all(m, e);
	if (rc)
		ten_unmap(m);
	return rc;
}

int
ten_map(struct ten_map *m, const char *path, struct err *e)
{
	return map_input(m, path, TEN_HEADER_STREAM, e);
}

int
ten_map_weights(struct ten_map *m, const char *path, struct err *e)
{
	return map_input(m, path, TEN_HEADER_WEIGHTS, e);
}

const struct record *
ten_map_record(struct ten_map *m, int i, struct err *e)
{
	struct ten_map_entry *x;

	if (i < 0 || i >= m->n)
		BUG("record %d of %d", i, m->n);
	x = &m->entry[i];
	if (!x->checked && frame_check(&x->frame, crc_add(0, m->base + x->data, x->bytes), e)) {
		err_prefix(e, "%s record %d at byte %" PRIu64, m->name, i, x->rec.offset);
		return NULL;
	}
	x->checked = 1;
	return &x->rec;
}

void
ten_unmap(struct ten_map *m)
{
	int i;

	for (i = 0; i < m->n; i++)
		record_free(&m->entry[i].rec);
	free(m->entry);
	if (m->base)
		mapped_close(m->base, m->size);
	free(m->name);
	memset(m, 0, sizeof *m);
}
