#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/mem.h"
#include "base/stop.h"
#include "ten/ten.h"

#define CHUNK ((size_t)64 << 20) /* memory is committed to a tensor's promise only as its bytes arrive */
#define PIECE ((size_t)256 << 10) /* bytes whose checksum is taken while they are cached */

static int
open_input(struct ten_reader *r, const char *path, uint64_t header_max, struct err *e)
{
	memset(r, 0, sizeof *r);
	r->header_max = header_max;
	if (!path || !strcmp(path, "-")) {
		r->fd = STDIN_FILENO;
		r->name = mem_strdup("standard input");
		outfile_widen(r->fd);
		if (isatty(r->fd)) {
			ten_close(r);
			return err_set(e, "standard input is a terminal, expected a tensor stream");
		}
		return 0;
	}
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return err_set(e, "cannot open '%s':", path);
	r->name = mem_printf("'%s'", path);
	return 0;
}

int
ten_open(struct ten_reader *r, const char *path, struct err *e)
{
	return open_input(r, path, TEN_HEADER_STREAM, e);
}

int
ten_open_weights(struct ten_reader *r, const char *path, struct err *e)
{
	return open_input(r, path, TEN_HEADER_WEIGHTS, e);
}

void
ten_close(struct ten_reader *r)
{
	if (r->name && r->fd != STDIN_FILENO)
		close(r->fd);
	free(r->name);
	memset(r, 0, sizeof *r);
}

/* Reads until n bytes are there or the input ends; returns how many, or -1. */
static int64_t
read_full(struct ten_reader *r, void *buf, size_t n, struct err *e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t k = read(r->fd, (char *)buf + have, n - have);

		if (k < 0 && errno == EINTR && !stop_signal())
			continue;
		if (k < 0)
			return err_set(e, "cannot read:");
		if (k == 0)
			break;
		have += (size_t)k;
	}
	r->offset += have;
	return (int64_t)have;
}

/* The header itself: its memory, too, grows only as it comes. */
static int
read_text(struct ten_reader *r, char **text, uint64_t len, struct err *e)
{
	uint64_t have = 0, room;

	for (room = PIECE; have < len; room *= 2) {
		int64_t k;

		room = room < len ? room : len;
		*text = mem_grow(*text, room, 1);
		k = read_full(r, *text + have, room - have, e);
		if (k < 0)
			return -1;
		have += (uint64_t)k;
		if (have < room)
			return err_set(e, "ends after %" PRIu64 " of %" PRIu64 " header bytes (stream cut short?)", have,
			               len);
	}
	return 0;
}

static int
read_header(struct ten_reader *r, char **text, uint64_t *len, struct err *e)
{
	uint64_t word;
	int64_t k = read_full(r, &word, sizeof word, e);

	if (k < 0)
		return -1;
	if (k == 0)
		return 0;
	if (k < (int64_t)sizeof word)
		return err_set(e, "ends after %" PRId64 " of 8 length bytes (stream cut short?)", k);
	*len = le64toh(word);
	if (*len < 2 || *len > r->header_max)
		return err_set(e, "header length %" PRIu64 " is outside 2..%" PRIu64 " (not a tensor stream?)", *len,
		               r->header_max);
	return read_text(r, text, *len, e) ? -1 : 1;
}

/* A regular file can tell at once whether it holds what the header promises. */
static int
check_file_holds(const struct ten_reader *r, uint64_t total, struct err *e)
{
	struct stat st;
	off_t at;
	uint64_t left;

	if (fstat(r->fd, &st) || !S_ISREG(st.st_mode) || (at = lseek(r->fd, 0, SEEK_CUR)) < 0)
		return 0;
	left = st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
	if (left < total)
		return err_set(e, "ends after %" PRIu64 " of %" PRIu64 " data bytes (stream cut short?)", left, total);
	return 0;
}

/* The data section as it comes in. */
struct section {
	uint64_t have, total;
	uint32_t crc;
};

static int
read_bytes(struct ten_reader *r, unsigned char *p, size_t n, struct section *s, struct err *e)
{
	size_t done, want;

	for (done = 0; done < n; done += want) {
		int64_t k;

		want = n - done < PIECE ? n - done : PIECE;
		k = read_full(r, p + done, want, e);
		if (k < 0)
			return -1;
		s->have += (uint64_t)k;
		if ((uint64_t)k < want)
			return err_set(e, "ends after %" PRIu64 " of %" PRIu64 " data bytes (stream cut short?)", s->have,
			               s->total);
		s->crc = crc_add(s->crc, p + done, want);
	}
	return 0;
}

static int
read_tensor(struct ten_reader *r, struct tensor *t, struct section *s, struct err *e)
{
	size_t size = tensor_bytes(t), room = size < CHUNK ? size : CHUNK, have = 0;

	t->data = mem_aligned(room);
	for (;;) {
		void *more;

		if (read_bytes(r, (unsigned char *)t->data + have, room - have, s, e))
			return -1;
		have = room;
		if (have == size)
			return 0;
		room = size - have < have ? size : 2 * have;
		more = memcpy(mem_aligned(room), t->data, have);
		free(t->data);
		t->data = more;
	}
}

struct place {
	uint64_t at;
	struct tensor *t;
};

static int
by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Every tensor's data, in the order in which it comes. */
static int
read_data(struct ten_reader *r, struct record *rec, const uint64_t *at, struct section *s, struct err *e)
{
	struct place *place;
	int i, rc = 0;

	if (check_file_holds(r, s->total, e))
		return -1;
	place = mem_array((size_t)rec->n, sizeof *place);
	for (i = 0; i < rec->n; i++)
		place[i] = (struct place){ at[i], &rec->t[i] };
	qsort(place, (size_t)rec->n, sizeof *place, by_place);
	for (i = 0; i < rec->n && !rc; i++)
		rc = read_tensor(r, place[i].t, s, e);
	free(place);
	return rc;
}

static int
check_end(struct ten_reader *r, struct err *e)
{
	char byte;
	int64_t k = read_full(r, &byte, 1, e);

	if (k < 0)
		return -1;
	if (k > 0)
		return err_set(e, r->foreign ? "bytes after the end of a safetensors file"
		                             : "bytes after the record marked as the last");
	return 0;
}

static int
read_record(struct ten_reader *r, struct record *rec, struct err *e)
{
	struct section section = { 0 };
	uint64_t len = 0, *at = NULL;
	struct frame frame;
	char *text = NULL;
	int rc = read_header(r, &text, &len, e);

	if (rc == 0)
		rc = err_set(e, r->seq ? "stream ends without an end mark (the program that wrote it died?)"
		                       : "input is empty, expected a tensor stream");
	if (rc == 1 && (header_parse(rec, &at, &section.total, text, len, e) ||
	                frame_take(&frame, &rec->meta, r->seq, e) || read_data(r, rec, at, &section, e) ||
	                frame_check(&frame, section.crc, e)))
		rc = -1;
	if (rc == 1) {
		r->ended = frame.last;
		r->foreign = !frame.numbered;
	}
	free(text);
	free(at);
	return rc;
}

int
ten_read(struct ten_reader *r, struct record *rec, struct err *e)
{
	uint64_t start = r->offset;
	int64_t seq = r->seq;

	record_free(rec);
	if (r->ended)
		return 0;
	if (read_record(r, rec, e) < 0)
		goto fail;
	r->seq++;
	rec->seq = seq;
	rec->offset = start;
	if (r->ended) {
		start = r->offset;
		if (check_end(r, e))
			goto fail;
	}
	if (r->ended && !r->foreign && seq == 0 && rec->n == 0) {
		record_free(rec);
		return 0;
	}
	return 1;
fail:
	record_free(rec);
	return err_prefix(e, "%s record %" PRId64 " at byte %" PRIu64, r->name, seq, start);
}

int
ten_read_weights(struct record *rec, const char *path, struct err *e)
{
	struct ten_reader r;
	int rc;

	if (ten_open_weights(&r, path, e))
		return -1;
	rc = ten_read(&r, rec, e);
	if (rc == 0 || (rc == 1 && !r.ended)) {
		rc = err_set(e, "%s: expected one record of weights, this is a stream of %s", r.name, rc ? "several" : "none");
		record_free(rec);
	}
	ten_close(&r);
	return rc == 1 ? 0 : -1;
}
