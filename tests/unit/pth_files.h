/* pth_files.h - checkpoints made by hand, for the tests of their reader
 *
 * They live in memory and are opened as /proc/self/fd/N. Pickles are written as string literals.
 */
#ifndef PTH_FILES_H
#define PTH_FILES_H

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "check.h"
#include "io/foreign.h"

/* --- files in the making --- */

struct buf {
	unsigned char *p;
	size_t n, room;
};

static inline void
put(struct buf *b, const void *p, size_t n)
{
	if (b->n + n >= b->room) {
		b->room = 2 * (b->n + n) + 64;
		b->p = mem_grow(b->p, b->room, 1);
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static inline void
put_number(struct buf *b, uint64_t v, int bytes)
{
	unsigned char c[8];
	int i;

	for (i = 0; i < bytes; i++)
		c[i] = (unsigned char)(v >> 8 * i);
	put(b, c, (size_t)bytes);
}

#define PUT(b, literal) put(b, literal, sizeof(literal) - 1)

enum pack { STORE, DEFLATE, WIDE }; /* WIDE: sizes in zip64's extra fields, stored */

struct archive {
	struct buf file, directory;
	int n, wide;
};

static inline void
add(struct archive *a, const char *name, const void *data, size_t n, enum pack pack)
{
	unsigned char packed[65536];
	uLongf size = sizeof packed;
	size_t at = a->file.n, stored = n, len = strlen(name);
	const void *bytes = data;
	z_stream s = { 0 };

	if (pack == DEFLATE) {
		deflateInit2(&s, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
		s.next_in = (unsigned char *)data;
		s.avail_in = (uInt)n;
		s.next_out = packed;
		s.avail_out = (uInt)size;
		deflate(&s, Z_FINISH);
		stored = s.total_out;
		deflateEnd(&s);
		bytes = packed;
	}
	PUT(&a->file, "PK\3\4\0\0\0\0");
	put_number(&a->file, pack == DEFLATE ? 8 : 0, 2);
	put_number(&a->file, 0, 8);
	put_number(&a->file, 0, 8);
	put_number(&a->file, len, 2);
	put_number(&a->file, 0, 2);
	put(&a->file, name, len);
	put(&a->file, bytes, stored);
	PUT(&a->directory, "PK\1\2\0\0\0\0\0\0");
	put_number(&a->directory, pack == DEFLATE ? 8 : 0, 2);
	put_number(&a->directory, 0, 4);
	put_number(&a->directory, crc32_z(0, data, n), 4);
	put_number(&a->directory, pack == WIDE ? UINT32_MAX : stored, 4);
	put_number(&a->directory, pack == WIDE ? UINT32_MAX : n, 4);
	put_number(&a->directory, len, 2);
	put_number(&a->directory, pack == WIDE ? 28 : 0, 2);
	put_number(&a->directory, 0, 8);
	put_number(&a->directory, 0, 2);
	put_number(&a->directory, pack == WIDE ? UINT32_MAX : at, 4);
	put(&a->directory, name, len);
	if (pack == WIDE) {
		put_number(&a->directory, 1 | 24 << 16, 4);
		put_number(&a->directory, n, 8);
		put_number(&a->directory, stored, 8);
		put_number(&a->directory, at, 8);
		a->wide = 1;
	}
	a->n++;
}

/* Ends the archive; its bytes are a->file's. */
static inline void
finish(struct archive *a)
{
	size_t at = a->file.n, end;

	put(&a->file, a->directory.p, a->directory.n);
	end = a->file.n;
	if (a->wide) {
		PUT(&a->file, "PK\6\6\x2c\0\0\0\0\0\0\0\x1e\3\x2d\0\0\0\0\0\0\0\0\0");
		put_number(&a->file, (uint64_t)a->n, 8);
		put_number(&a->file, (uint64_t)a->n, 8);
		put_number(&a->file, a->directory.n, 8);
		put_number(&a->file, at, 8);
		PUT(&a->file, "PK\6\7\0\0\0\0");
		put_number(&a->file, end, 8);
		put_number(&a->file, 1, 4);
	}
	PUT(&a->file, "PK\5\6\0\0\0\0");
	put_number(&a->file, a->wide ? 0xffff : (uint64_t)a->n, 2);
	put_number(&a->file, a->wide ? 0xffff : (uint64_t)a->n, 2);
	put_number(&a->file, a->wide ? UINT32_MAX : a->directory.n, 4);
	put_number(&a->file, a->wide ? UINT32_MAX : at, 4);
	put_number(&a->file, 0, 2);
	free(a->directory.p);
}

static inline struct buf
zip_of(const void *pickle, size_t n, enum pack pack)
{
	static const float data[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct archive a = { 0 };

	add(&a, "x/data.pkl", pickle, n, pack);
	add(&a, "x/byteorder", "little", 6, pack);
	add(&a, "x/data/0", data, sizeof data, pack);
	finish(&a);
	return a.file;
}

#define LEGACY_HEAD \
	"\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2}X\x0d\0\0\0little_endian\x88s."

static inline struct buf
legacy_of(const void *pickle, size_t n)
{
	static const float data[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct buf b = { 0 };

	PUT(&b, LEGACY_HEAD);
	put(&b, pickle, n);
	PUT(&b, "\x80\2]X\1\0\0\0" "0a.");
	put_number(&b, 8, 8);
	put(&b, data, sizeof data);
	return b;
}

/* --- opening them --- */

static int file = -1;
static char file_path[64];

static inline void
open_file(void)
{
	file = memfd_create("checkpoint", MFD_CLOEXEC);
	snprintf(file_path, sizeof file_path, "/proc/self/fd/%d", file);
	if (file < 0)
		die("cannot make a file in memory:");
}

/* foreign_open of these bytes; text receives the message of a failure. */
static inline int
try_open(struct foreign *c, const struct buf *b, int ignore, char text[1024])
{
	struct foreign_choice choice = { .ignore_objects = ignore };
	struct err e = { "" };
	int rc;

	if (ftruncate(file, 0) || pwrite(file, b->p, b->n, 0) != (ssize_t)b->n)
		die("cannot write a file in memory:");
	rc = foreign_open(c, file_path, &choice, &e);
	snprintf(text, 1024, "%s", rc ? e.msg : "");
	return rc;
}

/* Is the file refused with `want` in the message? Takes b. */
static inline void
refuses(struct buf b, const char *want, const char *name)
{
	struct foreign c;
	char text[1024];
	int rc = try_open(&c, &b, 0, text);

	if (!CHECK(rc && strstr(text, want), name))
		printf("# said '%s', expected '%s'\n", rc ? text : "nothing", want);
	if (!rc)
		foreign_close(&c);
	free(b.p);
}

/* As a zip archive's pickle */
#define REFUSES(pickle, want, name) refuses(zip_of(pickle, sizeof(pickle) - 1, STORE), want, name)

/* --- pickles: a tensor "a" of storage 0 as torch.save writes it --- */

#define STORAGE "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "0X\3\0\0\0cpuK\x08tQ"
#define OLD_STORAGE "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "0X\3\0\0\0cpuK\x08NtQ"
#define TENSOR(storage, rest) "ctorch._utils\n_rebuild_tensor_v2\n(" storage rest "\x89" "ccollections\nOrderedDict\n)RtR"
#define VIEW "K\1K\2K\2\x86K\4K\2\x86" /* from 1, [2,2], strides 4 and 2: 1 3 5 7 */
#define DICT(tensor) "\x80\2}X\1\0\0\0a" tensor "s."

#endif
