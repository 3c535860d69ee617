#include "io/pth_zip.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/crc.h"
#include "base/mem.h"

/* PKWARE's APPNOTE.TXT 6.3: end record, zip64's locator and end record, directory entry, local header */
#define END_LEN 22
#define LOCATOR_LEN 20
#define END64_LEN 56
#define ENTRY_LEN 46
#define LOCAL_LEN 30
#define STORED 0
#define DEFLATED 8
#define ENCRYPTED 1
#define DEFLATE_MOST 1032 /* times that deflate can shrink anything */

static uint64_t
number(const unsigned char *p, int bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

static int
is_signed(const unsigned char *p, const char *signature)
{
	return !memcmp(p, signature, 4);
}

/* Where the directory is said to be */
struct directory {
	uint64_t at, size, entries;
};

/* The end record is the last thing but for a comment of up to 65535 bytes. */
static const unsigned char *
find_end(const struct pth_zip *z)
{
	uint64_t back;

	for (back = END_LEN; back <= z->size && back <= END_LEN + 65535; back++) {
		const unsigned char *p = z->base + z->size - back;

		if (is_signed(p, "PK\5\6") && number(p + 20, 2) == back - END_LEN)
			return p;
	}
	return NULL;
}

/* zip64's end record takes the place of the other one's numbers, if there is one. */
static int
read_end64(struct directory *d, const struct pth_zip *z, const unsigned char *end, struct err *e)
{
	const unsigned char *p = end - LOCATOR_LEN;
	uint64_t at;

	if (end - z->base < LOCATOR_LEN || !is_signed(p, "PK\6\7"))
		return 0;
	at = number(p + 8, 8);
	if (z->size < END64_LEN || at > z->size - END64_LEN || !is_signed(z->base + at, "PK\6\6"))
		return err_set(e, "damaged zip archive: no zip64 end record at byte %llu", (unsigned long long)at);
	p = z->base + at;
	d->entries = number(p + 32, 8);
	d->size = number(p + 40, 8);
	d->at = number(p + 48, 8);
	return 0;
}

static int
read_end(struct directory *d, const struct pth_zip *z, struct err *e)
{
	const unsigned char *p = find_end(z);

	if (!p)
		return err_set(e, "zip archive without an end record (cut short?)");
	d->entries = number(p + 10, 2);
	d->size = number(p + 12, 4);
	d->at = number(p + 16, 4);
	if (read_end64(d, z, p, e))
		return -1;
	if (d->at > z->size || d->size > z->size - d->at || d->entries > d->size / ENTRY_LEN || d->entries > INT_MAX)
		return err_set(e, "damaged zip archive: a directory of %llu entries in %llu bytes at byte %llu",
		               (unsigned long long)d->entries, (unsigned long long)d->size, (unsigned long long)d->at);
	return 0;
}

/* Numbers that did not fit their 32 bits stand in an extra field, in this order and only those. */
static void
read_extra64(struct pth_zip_entry *x, const unsigned char *p, size_t n)
{
	uint64_t *wide[] = { &x->size, &x->packed, &x->header };
	size_t i, len, at = 4;

	for (; n >= 4; p += len, n -= len) {
		len = 4 + (size_t)number(p + 2, 2);
		if (len > n)
			return;
		if (number(p, 2) != 1)
			continue;
		for (i = 0; i < ARRAY_LEN(wide); i++)
			if (*wide[i] == UINT32_MAX && at + 8 <= len) {
				*wide[i] = number(p + at, 8);
				at += 8;
			}
		return;
	}
}

/* Returns the entry's length in the directory; 0: it does not fit. */
static uint64_t
read_entry(struct pth_zip_entry *x, const unsigned char *p, uint64_t left)
{
	uint64_t name, extra, len;

	if (left < ENTRY_LEN || !is_signed(p, "PK\1\2"))
		return 0;
	name = number(p + 28, 2);
	extra = number(p + 30, 2);
	len = ENTRY_LEN + name + extra + number(p + 32, 2);
	if (len > left)
		return 0;
	x->flags = (int)number(p + 8, 2);
	x->method = (int)number(p + 10, 2);
	x->crc = (uint32_t)number(p + 16, 4);
	x->packed = number(p + 20, 4);
	x->size = number(p + 24, 4);
	x->header = number(p + 42, 4);
	x->name = p + ENTRY_LEN;
	x->name_len = (size_t)name;
	read_extra64(x, p + ENTRY_LEN + name, (size_t)extra);
	return len;
}

int
pth_zip_open(struct pth_zip *z, const unsigned char *base, uint64_t size, struct err *e)
{
	struct directory d;
	uint64_t at, len;

	memset(z, 0, sizeof *z);
	z->base = base;
	z->size = size;
	if (read_end(&d, z, e))
		return -1;
	z->entry = mem_array((size_t)d.entries, sizeof *z->entry);
	for (at = d.at; (uint64_t)z->n < d.entries; at += len, z->n++) {
		len = read_entry(&z->entry[z->n], base + at, d.at + d.size - at);
		if (!len) {
			pth_zip_close(z);
			return err_set(e, "damaged zip archive: no directory entry at byte %llu", (unsigned long long)at);
		}
	}
	return 0;
}

void
pth_zip_close(struct pth_zip *z)
{
	free(z->entry);
	memset(z, 0, sizeof *z);
}

const struct pth_zip_entry *
pth_zip_find(const struct pth_zip *z, const char *name)
{
	size_t n = strlen(name);
	int i;

	for (i = 0; i < z->n; i++)
		if (z->entry[i].name_len == n && !memcmp(z->entry[i].name, name, n))
			return &z->entry[i];
	return NULL;
}

/* The packed bytes, behind the local header; NULL if they are not all in the archive. */
static const unsigned char *
packed_bytes(const struct pth_zip *z, const struct pth_zip_entry *x)
{
	const unsigned char *p;
	uint64_t skip;

	if (x->header > z->size || z->size - x->header < LOCAL_LEN)
		return NULL;
	p = z->base + x->header;
	if (!is_signed(p, "PK\3\4"))
		return NULL;
	skip = LOCAL_LEN + number(p + 26, 2) + number(p + 28, 2);
	if (skip > z->size - x->header || x->packed > z->size - x->header - skip)
		return NULL;
	return p + skip;
}

/* dst[size] from src[n], raw deflate; Z_OK if it came out exactly. Lengths are fed in pieces that fit zlib's ints. */
static int
inflate_exactly(unsigned char *dst, uint64_t size, const unsigned char *src, uint64_t n)
{
	z_stream s = { 0 };
	uint64_t in = 0, out = 0;
	int rc;

	if (inflateInit2(&s, -MAX_WBITS) != Z_OK)
		return Z_MEM_ERROR;
	do {
		s.next_in = (unsigned char *)src + in;
		s.avail_in = n - in < INT_MAX ? (uInt)(n - in) : INT_MAX;
		s.next_out = dst + out;
		s.avail_out = size - out < INT_MAX ? (uInt)(size - out) : INT_MAX;
		rc = inflate(&s, Z_NO_FLUSH);
		in = (uint64_t)(s.next_in - src);
		out = (uint64_t)(s.next_out - dst);
	} while (rc == Z_OK && (s.avail_in == 0 || s.avail_out == 0) && (in < n || out < size));
	inflateEnd(&s);
	if (rc == Z_STREAM_END && in == n && out == size)
		return Z_OK;
	return rc == Z_MEM_ERROR ? rc : Z_DATA_ERROR;
}

static int
unpack(unsigned char **owned, const unsigned char *p, const struct pth_zip_entry *x, const char *name, struct err *e)
{
	int rc;

	if (x->size / DEFLATE_MOST > x->packed)
		return err_set(e, "'%s': %llu bytes cannot have been deflated to %llu", name, (unsigned long long)x->size,
		               (unsigned long long)x->packed);
	*owned = mem_aligned((size_t)x->size + 1); /* zlib wants a place to write to, even for nothing */
	rc = inflate_exactly(*owned, x->size, p, x->packed);
	if (rc == Z_OK)
		return 0;
	free(*owned);
	*owned = NULL;
	if (rc == Z_MEM_ERROR) {
		errno = ENOMEM;
		return err_set(e, "cannot inflate '%s':", name);
	}
	return err_set(e, "'%s': damaged deflate data", name);
}

int
pth_zip_data(const unsigned char **data, unsigned char **owned, const struct pth_zip *z,
             const struct pth_zip_entry *x, struct err *e)
{
	const unsigned char *p = packed_bytes(z, x);
	char name[128];

	*owned = NULL;
	snprintf(name, sizeof name, "%.*s", (int)(x->name_len < 100 ? x->name_len : 100), (const char *)x->name);
	if (x->flags & ENCRYPTED)
		return err_set(e, "'%s' is encrypted", name);
	if (!p || (x->method == STORED && x->packed != x->size))
		return err_set(e, "damaged zip archive: '%s' is not where the directory says", name);
	if (x->method != STORED && x->method != DEFLATED)
		return err_set(e, "'%s' is compressed by method %d, only deflate is read", name, x->method);
	if (x->method == DEFLATED && unpack(owned, p, x, name, e))
		return -1;
	*data = *owned ? *owned : p;
	if (crc_add(0, *data, (size_t)x->size) == x->crc)
		return 0;
	free(*owned);
	*owned = NULL;
	return err_set(e, "'%s': wrong checksum (data damaged)", name);
}
