/* ten: what the format promises, from the library's side; hostile headers one by one */
#include "ten/ten.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"

static const char *
refusal(const char *header)
{
	static struct err e;
	struct record r = { 0 };
	uint64_t *at = NULL, total;

	e.msg[0] = '\0';
	if (!header_parse(&r, &at, &total, header, strlen(header), &e))
		snprintf(e.msg, sizeof e.msg, "accepted");
	free(at);
	record_free(&r);
	return e.msg;
}

static void
headers(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "[]", "header does not begin" },
		{ "{\"a\":", "not valid JSON" },
		{ "{\"a\":1}", "expected exactly" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
		  "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "duplicate" },
		{ "{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[1],\"data_offsets\":[0,1]}}", "unsupported dtype 'F8_E5M2'" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "not a whole number" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "not a whole number" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "shape needs 8 bytes" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "bad data_offsets" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "a gap" },
		{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
		  "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", "overlap" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", "overflows" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}}", "overflows" },
		{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", "9 dimensions" },
		{ "{\"__metadata__\":{\"k\":1}}", "not a string" },
		{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,1]}}", "not valid JSON" },
		{ "{\"a\xff\":{}}", "not valid JSON" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (!CHECK(strstr(refusal(bad[i].text), bad[i].why), bad[i].text))
			printf("# said: %s\n", refusal(bad[i].text));
	CHECK_STR(refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"), "accepted",
	          "an empty tensor is fine");
	CHECK_STR(refusal("{}   "), "accepted", "padding is fine");
}

static void
make_record(struct record *r, int k)
{
	float *x = record_add4(r, "image", TEN_F32, 2, 1, 3, 5)->data;
	uint8_t *m = record_add(r, "mask", TEN_U8, 3, (int64_t[]){ 2, 3, 5 })->data;
	int i;

	for (i = 0; i < 30; i++) {
		x[i] = (float)(i + k);
		m[i] = (uint8_t)(i + k);
	}
	meta_setf(&r->meta, "patient", "patient%03d", k);
}

static void
round_trip(const char *path)
{
	struct ten_writer w;
	struct ten_reader in;
	struct ten_map map;
	struct record r = { 0 };
	struct err e = { "" };
	int k, ok = 1;

	ok &= !ten_create(&w, path, &e);
	for (k = 0; k < 3; k++) {
		make_record(&r, k);
		ok &= !ten_write(&w, &r, &e) && r.n == 0;
	}
	ok &= !ten_finish(&w, &e);
	CHECK(ok, "three records are written");
	ok = !ten_open(&in, path, &e);
	for (k = 0; k < 3; k++) {
		ok &= ten_read(&in, &r, &e) == 1 && r.n == 2 && r.seq == k;
		ok &= ((float *)record_find(&r, "image")->data)[29] == (float)(29 + k);
		ok &= ((uint8_t *)record_find(&r, "mask")->data)[3] == 3 + k;
		ok &= r.meta.n == 1 && meta_get(&r.meta, "patient")[9] == '0' + k;
		ok &= (r.offset + 0) % 1 == 0;
	}
	CHECK(ok, "they read back the same");
	CHECK(ten_read(&in, &r, &e) == 0 && ten_read(&in, &r, &e) == 0, "then the stream ends");
	ten_close(&in);
	ok = !ten_map(&map, path, &e) && map.n == 3;
	for (k = 0; k < 3 && ok; k++) {
		const struct record *m = ten_map_record(&map, k, &e);

		ok &= m && ((uint8_t *)record_find(m, "mask")->data)[29] == 29 + k;
		ok &= (map.entry[k].data & 63) == 0;
	}
	CHECK(ok, "and map the same, data at multiples of 64");
	ten_unmap(&map);
	record_free(&r);
}

/* Written ahead, with two records taking turns: the same file, and no new memory. */
static void
pushed(const char *path, const char *same)
{
	struct ten_writer w;
	struct record r = { 0 }, spare = { 0 };
	struct err e = { "" };
	unsigned char a[8192], b[sizeof a];
	const void *memory[3];
	FILE *f[2];
	size_t n;
	int k, ok = !ten_create(&w, same, &e);

	for (k = 0; k < 3; k++) {
		ok &= !ten_push(&w, &spare, &e);
		make_record(&r, k);
		memory[k] = record_find(&r, "image")->data;
		ok &= !ten_write(&w, &r, &e);
		record_move(&r, &spare);
	}
	CHECK(ok && !ten_finish(&w, &e), "three records are pushed");
	CHECK(memory[2] == memory[1] || memory[2] == memory[0], "the third takes the memory of one before");
	record_add4(&r, "image", TEN_F32, 1, 1, 3, 5);
	CHECK(tensor_bytes(record_find(&r, "image")) == 60, "a tensor of another size has memory of its own");
	f[0] = fopen(path, "rb");
	f[1] = fopen(same, "rb");
	n = fread(a, 1, sizeof a, f[0]);
	CHECK(n > 0 && fread(b, 1, sizeof b, f[1]) == n && !memcmp(a, b, n), "the file is the same");
	fclose(f[0]);
	fclose(f[1]);
	record_free(&r);
}

static void
cut_everywhere(const char *path)
{
	char buf[8192];
	struct ten_reader in;
	struct ten_map map;
	struct record r = { 0 };
	struct err e;
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buf, 1, sizeof buf, f) : 0, cut;
	int read_refused = 0, map_refused = 0;

	if (f)
		fclose(f);
	for (cut = 0; cut < n; cut++) {
		int rc;

		f = fopen(path, "wb");
		if (!f || fwrite(buf, 1, cut, f) != cut || fclose(f))
			break;
		if (ten_open(&in, path, &e))
			break;
		while ((rc = ten_read(&in, &r, &e)) == 1)
			;
		read_refused += rc < 0;
		ten_close(&in);
		map_refused += ten_map(&map, path, &e) < 0;
	}
	CHECK(n > 500 && read_refused == (int)n, "a stream cut at any byte is refused by ten_read");
	CHECK(map_refused == (int)n, "and by ten_map");
}

static void
halves(void)
{
	uint16_t bits[] = { 0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0x8000 };
	struct tensor t = { .dtype = TEN_F16, .ndim = 1, .dim = { 7 }, .data = bits };
	float x[7];

	tensor_to_f32(x, &t, 0, 7);
	CHECK(x[0] == 1 && x[1] == -2 && x[2] == 0x1p-24f && x[3] == 1023 * 0x1p-24f && x[4] == 65504 && isinf(x[5]) &&
	      x[6] == 0, "half precision, denormals included");
}

int
main(void)
{
	char path[] = "/tmp/ten-test.XXXXXX";
	char same[] = "/tmp/ten-test.XXXXXX";
	int fd = mkstemp(path), fd2 = mkstemp(same);

	headers();
	halves();
	round_trip(path);
	pushed(path, same);
	cut_everywhere(path);
	close(fd);
	unlink(path);
	close(fd2);
	unlink(same);
	return check_done();
}
