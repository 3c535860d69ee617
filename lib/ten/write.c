#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/mem.h"
#include "ten/ten.h"

int
ten_create(struct ten_writer *w, const char *path, struct err *e)
{
	memset(w, 0, sizeof *w);
	return outfile_open(&w->out, path, OUTFILE_BINARY, e);
}

static int
put(struct ten_writer *w, const void *data, size_t n, struct err *e)
{
	if (n && fwrite(data, 1, n, w->out.f) != n)
		return err_set(e, "cannot write '%s':", w->out.path);
	w->offset += n;
	return 0;
}

/* What would not be read again is not written: a weights file is one record. */
static int
check_header(const struct ten_writer *w, uint64_t len, int eos, struct err *e)
{
	uint64_t most = eos && w->seq == 0 ? TEN_HEADER_WEIGHTS : TEN_HEADER_STREAM;

	if (len <= most)
		return 0;
	return err_set(e, "cannot write '%s': record %" PRId64 " would have a header of %" PRIu64 " bytes, more than %" PRIu64
	               " (made by a command of that many operands?)", w->out.path, w->seq, len, most);
}

static int
put_held(struct ten_writer *w, int eos, struct err *e)
{
	const struct record *r = &w->held;
	int *order = mem_array((size_t)r->n, sizeof *order);
	uint32_t crc = 0;
	uint64_t word;
	size_t len;
	char *text;
	int i, rc;

	header_order(order, r);
	for (i = 0; i < r->n; i++)
		crc = crc_add(crc, r->t[order[i]].data, tensor_bytes(&r->t[order[i]]));
	text = header_format(&len, r, order, w->offset, w->seq, crc, eos);
	word = htole64(len);
	rc = check_header(w, len, eos, e) || put(w, &word, sizeof word, e) || put(w, text, len, e);
	for (i = 0; i < r->n && !rc; i++)
		rc = put(w, r->t[order[i]].data, tensor_bytes(&r->t[order[i]]), e);
	w->seq++;
	free(text);
	free(order);
	return rc ? -1 : 0;
}

int
ten_push(struct ten_writer *w, struct record *spare, struct err *e)
{
	if (!w->holding)
		return 0;
	if (put_held(w, 0, e))
		return -1;
	record_move(spare, &w->held);
	w->holding = 0;
	return 0;
}

int
ten_write(struct ten_writer *w, struct record *rec, struct err *e)
{
	if (w->holding && put_held(w, 0, e))
		return -1;
	record_move(&w->held, rec);
	w->holding = 1;
	return 0;
}

int
ten_end(struct ten_writer *w, struct err *e)
{
	w->ended = 1;
	return put_held(w, 1, e) || outfile_sync(&w->out, e) ? -1 : 0;
}

int
ten_finish(struct ten_writer *w, struct err *e)
{
	int rc = w->ended ? 0 : put_held(w, 1, e);

	if (!rc)
		rc = outfile_close(&w->out, e);
	ten_discard(w);
	return rc;
}

void
ten_discard(struct ten_writer *w)
{
	record_free(&w->held);
	outfile_discard(&w->out);
	memset(w, 0, sizeof *w);
}
