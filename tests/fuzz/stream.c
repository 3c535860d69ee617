/* stream: a tensor stream, read from a file and from a pipe, which must give the same, and written again */
#include "base/crc.h"
#include "base/mem.h"
#include "fuzz.h"
#include "ten/command.h"
#include "ten/samples.h"
#include "ten/ten.h"

#define MOST 64 /* records that are compared */

struct seen {
	uint32_t crc[MOST];
	int n, rc, tensors;
};

/* Of names, shapes, values and metadata, in whatever order the tensors stand */
static uint32_t
crc_of(const struct record *r)
{
	uint32_t sum = 0, crc = 0;
	int i;

	for (i = 0; i < r->n; i++) {
		const struct tensor *t = &r->t[i];
		uint32_t one = crc_add(0, t->name, strlen(t->name) + 1);

		one = crc_add(one, &t->dtype, sizeof t->dtype);
		one = crc_add(one, t->dim, (size_t)t->ndim * sizeof *t->dim);
		sum += crc_add(one, t->data, tensor_bytes(t));
	}
	for (i = 0; i < r->meta.n; i++) {
		crc = crc_add(crc, r->meta.item[i].key, strlen(r->meta.item[i].key) + 1);
		crc = crc_add(crc, r->meta.item[i].value, strlen(r->meta.item[i].value) + 1);
	}
	return sum ^ crc;
}

/* What tools do with records */
static void
use(const struct record *r)
{
	const struct meta_item **list = mem_array((size_t)r->meta.n, sizeof *list);
	char shape[TENSOR_SHAPE_LEN];
	struct record part = { 0 };
	int64_t n;
	int i;

	FUZZ_CHECK(command_list(list, &r->meta) <= r->meta.n);
	for (i = 0; i < r->n; i++) {
		FUZZ_CHECK(strlen(tensor_shape(shape, &r->t[i])) < TENSOR_SHAPE_LEN);
		if (tensor_count(&r->t[i]))
			tensor_get(&r->t[i], tensor_count(&r->t[i]) - 1);
	}
	n = samples_count(r, NULL);
	if (n > 0)
		samples_slice(&part, r, n / 2, n - n / 2);
	record_free(&part);
	free(list);
}

/* out: written again, unless NULL. */
static void
read_stream(struct seen *s, const char *path, int weights, struct ten_writer *out)
{
	struct ten_reader in;
	struct record r = { 0 };
	struct err e = { "" };

	memset(s, 0, sizeof *s);
	s->rc = weights ? ten_open_weights(&in, path, &e) : ten_open(&in, path, &e);
	FUZZ_CHECK(!s->rc);
	while ((s->rc = ten_read(&in, &r, &e)) == 1) {
		if (s->n < MOST)
			s->crc[s->n++] = crc_of(&r);
		s->tensors += r.n;
		if (out) {
			use(&r);
			FUZZ_CHECK(!ten_write(out, &r, &e));
		}
	}
	FUZZ_CHECK(!s->rc || (*e.msg && !strchr(e.msg, '\n')));
	record_free(&r);
	ten_close(&in);
}

static int
same(const struct seen *a, const struct seen *b)
{
	return a->rc == b->rc && a->n == b->n && !memcmp(a->crc, b->crc, (size_t)a->n * sizeof *a->crc);
}

/* A pipe to write into: no file, so that nothing is to be taken away should the program end. */
static void
make_pipe(char in[FUZZ_PATH], char out[FUZZ_PATH], int ends[2])
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) || fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) < 0)
		abort();
	snprintf(in, FUZZ_PATH, "/proc/self/fd/%d", ends[0]);
	snprintf(out, FUZZ_PATH, "/proc/self/fd/%d", ends[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen file, pipe, again;
	char path[FUZZ_PATH], in_path[FUZZ_PATH], out_path[FUZZ_PATH];
	struct ten_writer out;
	struct err e;
	int fd, ends[2], weights = fuzz_choose(&data, &size, 2);

	if (size > FUZZ_PIPE)
		return 0;
	make_pipe(in_path, out_path, ends);
	FUZZ_CHECK(!ten_create(&out, out_path, &e));
	read_stream(&file, fuzz_file(data, size), weights, &out);
	fuzz_pipe(path, &fd, data, size);
	read_stream(&pipe, path, weights, NULL);
	close(fd);
	FUZZ_CHECK(same(&file, &pipe));
	if (file.rc) {
		ten_discard(&out);
		close(ends[1]);
	} else {
		FUZZ_CHECK(!ten_finish(&out, &e));
		close(ends[1]);
		read_stream(&again, in_path, 0, NULL);
		/* a foreign file without tensors becomes the empty stream */
		FUZZ_CHECK(same(&file, &again) || (file.n == 1 && !file.tensors));
	}
	close(ends[0]);
	return 0;
}
