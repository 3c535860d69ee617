/* nifti: a volume as it is, and the same gzipped, which must read the same; as tensors of a record */
#include <zlib.h>

#include "base/mem.h"
#include "fuzz.h"
#include "use_nifti.h"

/* A gzip file of one block that is not compressed */
static const char *
gzipped(const void *data, size_t size)
{
	z_stream s = { 0 };
	size_t room = size + size / 1000 + 100;
	unsigned char *packed = mem_alloc(room);
	const char *path;

	if (deflateInit2(&s, 0, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	s.next_in = (unsigned char *)data;
	s.avail_in = (uInt)size;
	s.next_out = packed;
	s.avail_out = (uInt)room;
	if (deflate(&s, Z_FINISH) != Z_STREAM_END)
		abort();
	path = fuzz_file(packed, s.total_out);
	deflateEnd(&s);
	free(packed);
	return path;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int gzip = size > 1 && data[0] == 0x1f && data[1] == 0x8b;
	struct nifti a, b;
	struct err e = { "" };
	int rc;

	rc = use_nifti(&a, fuzz_file(data, size), &e);
	if (!gzip) {
		FUZZ_CHECK(use_nifti(&b, gzipped(data, size), &e) == rc);
		if (!rc) {
			FUZZ_CHECK(!memcmp(a.dim, b.dim, sizeof a.dim) && a.dtype == b.dtype);
			FUZZ_CHECK(!memcmp(a.data, b.data, (size_t)nifti_values(&a) * ten_dtype_size(a.dtype)));
			nifti_free(&b);
		}
	}
	if (!rc)
		nifti_free(&a);
	return 0;
}
