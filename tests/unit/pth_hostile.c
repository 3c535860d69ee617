/* pth_hostile: files that ask for more than there is, and files that were cut or damaged at every byte */
#include <sys/resource.h>

#include "base/rng.h"
#include "model/import.h"
#include "pth_files.h"

#define INT8 "\x8a\x08" /* a number of eight bytes */

static void
test_shapes(void)
{
	REFUSES(DICT(TENSOR(STORAGE, "K\0K\x09\x85K\1\x85")), "opcode REDUCE at byte 131: a tensor that reaches element 8 of a "
	        "storage of 8", "a tensor one longer than its storage");
	REFUSES(DICT(TENSOR(STORAGE, "K\1K\2K\2\x86K\5K\2\x86")), "reaches element 8", "strides that lead outside");
	REFUSES(DICT(TENSOR(STORAGE, "K\7K\2K\2\x86K\1K\1\x86")), "reaches element 9", "an offset that leads outside");
	REFUSES(DICT(TENSOR(STORAGE, "J\xff\xff\xff\xffK\2\x85K\1\x85")), "opcode REDUCE", "an offset below 0");
	REFUSES(DICT(TENSOR(STORAGE, "K\0J\xff\xff\xff\xff\x85K\1\x85")), "impossible shape", "a dimension below 0");
	REFUSES(DICT(TENSOR(STORAGE, "K\7K\2\x85J\xff\xff\xff\xff\x85")), "impossible shape", "a stride below 0");
	REFUSES(DICT(TENSOR(STORAGE, "K\0" INT8 "\0\0\0\0\0\0\0\x10" INT8 "\0\0\0\0\0\0\0\x10\x86K\0K\0\x86")),
	        "impossible shape", "a product of dimensions that overflows");
	REFUSES(DICT(TENSOR(STORAGE, "K\0K\3K\3\x86" INT8 "\xff\xff\xff\xff\xff\xff\xff\x7f" "K\1\x86")), "impossible strides",
	        "a stride that overflows");
	REFUSES(DICT(TENSOR(STORAGE, "K\0K\2\x85K\1K\1\x86")), "needs a storage", "more strides than dimensions");
	REFUSES(DICT(TENSOR(STORAGE, "K\0N\x85K\1\x85")), "no numbers", "a dimension that is no number");
	REFUSES(DICT(TENSOR("K\1", VIEW)), "needs a storage", "a tensor of a number");
	REFUSES(DICT(TENSOR("(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "0NJ\xff\xff\xff\xfftQ", VIEW)),
	        "opcode BINPERSID at byte 89: a storage of an impossible length", "a storage of less than nothing");
	REFUSES(DICT(TENSOR("(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "0NK\x08X\1\0\0\0vK\4K\5\x87tQ", VIEW)),
	        "a view that is not within its storage", "a view beyond its storage");
	REFUSES("\x80\2" TENSOR(STORAGE, VIEW) ".", "no dictionary of tensors", "a tensor without a name");
	REFUSES("\x80\2}(X\1\0\0\0a" TENSOR(STORAGE, VIEW) "q\1X\1\0\0\0ah\1u.", "'a' is there twice", "a name twice");
	REFUSES("\x80\2}X\3\0\0\0a\0b" TENSOR(STORAGE, VIEW) "s.", "a NUL", "a name with a NUL");
}

/* Files that open, but from which nothing can be copied */
static void
does_not_copy(struct buf b, const char *want, const char *name)
{
	struct foreign c;
	char text[1024];
	struct err e = { "" };
	float v[9];
	int ok = 0;

	if (!try_open(&c, &b, 0, text)) {
		ok = c.n == 1 && foreign_copy(v, &c, &c.t[0], &e) && strstr(e.msg, want);
		foreign_close(&c);
	}
	if (!CHECK(ok, name))
		printf("# said '%s%s', expected '%s'\n", text, e.msg, want);
	free(b.p);
}

#define STORAGE_OF(key, n) "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" key "X\3\0\0\0cpuK" n "tQ"

static void
test_storages(void)
{
	static const char absent[] = DICT(TENSOR(STORAGE_OF("7", "\x08"), VIEW));
	static const char longer[] = DICT(TENSOR(STORAGE_OF("0", "\x09"), VIEW)), old[] = DICT(TENSOR(OLD_STORAGE, VIEW));
	struct buf b;

	does_not_copy(zip_of(absent, sizeof absent - 1, STORE), "'x/data/7' is not in the archive", "a storage that is absent");
	does_not_copy(zip_of(longer, sizeof longer - 1, STORE), "'x/data/0' has 32 bytes, its tensor says 36",
	              "a storage shorter than its tensor says");
	refuses(legacy_of(longer, sizeof longer - 1), "the file ends after 32 of 36 bytes", "a legacy storage shorter than that");
	refuses(legacy_of(absent, sizeof absent - 1), "storage '0' belongs to no tensor", "a legacy storage of no tensor");
	b = legacy_of(old, sizeof old - 1);
	b.p[b.n - 40] = 7;
	refuses(b, "has 7 elements, its tensor says 8", "a legacy storage of another length");
	b = legacy_of(old, sizeof old - 1);
	PUT(&b, "x");
	refuses(b, "bytes after the last storage", "bytes after the end");
	b = (struct buf){ 0 };
	PUT(&b, "\x80\2K\1.");
	refuses(b, "without PyTorch's magic number", "another program's pickle");
	b = legacy_of(old, sizeof old - 1);
	b.p[sizeof LEGACY_HEAD - 4] = 0x89;
	refuses(b, "not from a little-endian machine", "a big-endian file");
}

/* The number that begins `back` bytes before the end */
static void
set(struct buf *b, size_t back, uint64_t v, int bytes)
{
	memcpy(b->p + b->n - back, &v, (size_t)bytes);
}

static void
test_archives(void)
{
	static const char one[] = DICT(TENSOR(STORAGE, VIEW));
	struct archive a = { 0 };
	struct buf b;

	b = zip_of(one, sizeof one - 1, STORE);
	set(&b, 10, 0xffffffff, 4);
	refuses(b, "damaged zip archive: a directory", "a directory larger than the file");
	b = zip_of(one, sizeof one - 1, STORE);
	set(&b, 12, 0xffff, 2);
	refuses(b, "damaged zip archive: a directory of 65535 entries", "more entries than fit");
	b = zip_of(one, sizeof one - 1, WIDE);
	set(&b, 22 + 20 + 24, UINT64_MAX, 8);
	refuses(b, "damaged zip archive: a directory", "a count of 2^64 - 1 entries");
	b = zip_of(one, sizeof one - 1, WIDE);
	set(&b, 22 + 20 - 8, UINT64_MAX - 10, 8);
	refuses(b, "no zip64 end record", "a zip64 end record outside");
	add(&a, "x/data.pkl", one, sizeof one - 1, DEFLATE);
	memset(a.directory.p + 24, 0x7f, 4);
	finish(&a);
	refuses(a.file, "a pickle of 2139062143 bytes", "a pickle of 2 GB");
	memset(&a, 0, sizeof a);
	add(&a, "x/data.pkl", one, sizeof one - 1, DEFLATE);
	memcpy(a.directory.p + 24, "\0\0\xf0\0", 4);
	finish(&a);
	refuses(a.file, "cannot have been deflated to", "deflate data that cannot become that much");
	memset(&a, 0, sizeof a);
	add(&a, "x/data.pkl", one, sizeof one - 1, STORE);
	a.directory.p[10] = 12;
	finish(&a);
	refuses(a.file, "compressed by method 12", "another compression");
	memset(&a, 0, sizeof a);
	add(&a, "x/data.pkl", one, sizeof one - 1, STORE);
	add(&a, "x/byteorder", "big", 3, STORE);
	finish(&a);
	refuses(a.file, "byte order 'big'", "a big-endian archive");
	memset(&a, 0, sizeof a);
	add(&a, "readme.txt", "hello", 5, STORE);
	finish(&a);
	refuses(a.file, "without data.pkl", "somebody else's archive");
}

/* count times `each`, between `before` and `after` */
static struct buf
repeated(const char *before, size_t n, const char *each, size_t m, int count, const char *after)
{
	struct buf b = { 0 }, zip;

	put(&b, before, n);
	while (count-- > 0)
		put(&b, each, m);
	put(&b, after, strlen(after));
	zip = zip_of(b.p, b.n, STORE);
	free(b.p);
	return zip;
}

/* Small files that stand for large things; main limits the address space. */
static void
test_bombs(void)
{
	static const char wide[] = DICT(TENSOR(STORAGE, "K\0" INT8 "\0\0\0\0\0\0\0\x08\x85K\0\x85"));
	struct buf b = zip_of(wide, sizeof wide - 1, STORE);
	struct foreign c;
	struct import m;
	char text[1024];
	struct err e;

	refuses(repeated("\x80\2)", 3, "q\0h\0\x86", 5, 100000, "."), "no dictionary of tensors", "tuples of tuples: 2^100000 of them");
	refuses(repeated("\x80\2", 2, "]", 1, 500000, "."), "500000 values", "half a million lists");
	refuses(repeated("\x80\2", 2, "(", 1, 500000, "N."), "STOP at byte 500003", "half a million marks");
	REFUSES("\x80\2]q\0h\0a.", "no dictionary of tensors", "a list in itself");
	REFUSES("\x80\2}q\0X\1\0\0\0ah\0s.", "no dictionary of tensors", "a dictionary in itself");
	refuses(repeated("\x80\2]", 3, "\x85", 1, 500000, "."), "no dictionary of tensors", "nested half a million deep");
	refuses(repeated("\x80\2", 2, "N", 1, 17 << 20, "."), "a pickle of", "a pickle of 17 MiB");
	if (CHECK(!try_open(&c, &b, 0, text), "an expanded tensor of 2^59 elements can be looked at")) {
		CHECK(import_find(&m, &c, NULL, IMPORT_EITHER, &e) && strstr(e.msg, "no ResNet"), "and is no encoder");
		foreign_close(&c);
	}
	free(b.p);
}

/* Is everything in c that can be copied small enough to be copied, and does that go well or fail with a message? */
static int
survives(const struct buf *b)
{
	struct foreign c;
	char text[1024];
	int i, k;

	if (try_open(&c, b, 0, text))
		return *text != '\0';
	for (i = 0; i < c.n; i++) {
		struct err e = { "" };
		int64_t n = 1;
		void *v;

		for (k = 0; k < c.t[i].ndim; k++)
			n *= c.t[i].dim[k];
		if (n > 1000)
			continue;
		v = mem_alloc((size_t)n * 8 + 1);
		if (foreign_copy(v, &c, &c.t[i], &e) && !*e.msg)
			return 0;
		free(v);
	}
	foreign_close(&c);
	return 1;
}

static void
test_damage(struct buf b, const char *name)
{
	struct rng rng = rng_at(7, RNG_TEST, 0, b.n);
	struct foreign c;
	unsigned char *whole = mem_alloc(b.n);
	char text[1024], said[128];
	size_t n = b.n, at;
	int failed = 0, i;

	memcpy(whole, b.p, n);
	for (b.n = 0; b.n < n; b.n++)
		if (!try_open(&c, &b, 0, text)) {
			foreign_close(&c);
			failed++;
		}
	snprintf(said, sizeof said, "%s: refused when cut after any of %zu bytes", name, n);
	CHECK(failed == 0, said);
	for (at = failed = 0; at < 8 * n; at++) {
		memcpy(b.p, whole, n);
		b.p[at / 8] ^= (unsigned char)(1 << at % 8);
		failed += !survives(&b);
	}
	snprintf(said, sizeof said, "%s: survives any flipped bit", name);
	CHECK(failed == 0, said);
	for (i = failed = 0; i < 5000; i++) {
		memcpy(b.p, whole, n);
		for (at = 1 + rng_below(&rng, 8); at-- > 0;)
			b.p[rng_below(&rng, n)] = (unsigned char)rng_u32(&rng);
		failed += !survives(&b);
	}
	snprintf(said, sizeof said, "%s: survives any bytes", name);
	CHECK(failed == 0, said);
	free(whole);
	free(b.p);
}

int
main(void)
{
	static const char zip[] = DICT(TENSOR(STORAGE, VIEW)), old[] = DICT(TENSOR(OLD_STORAGE, VIEW));

	open_file();
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &(struct rlimit){ 1 << 30, 1 << 30 });
#endif
	test_shapes();
	test_storages();
	test_archives();
	test_bombs();
	test_damage(zip_of(zip, sizeof zip - 1, STORE), "zip");
	test_damage(zip_of(zip, sizeof zip - 1, DEFLATE), "zip, deflated");
	test_damage(zip_of(zip, sizeof zip - 1, WIDE), "zip64");
	test_damage(legacy_of(old, sizeof old - 1), "legacy");
	return check_done();
}
