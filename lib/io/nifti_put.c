#include "io/nifti_put.h"

#include <string.h>

/* Noisy images hardly shrink more at higher levels than 1, but take several times as long; masks are small and shrink well
 * at 6. */
int
nifti_put_open(struct nifti_put *p, const char *path, int labels, struct err *e)
{
	size_t len = strlen(path);

	memset(p, 0, sizeof *p);
	p->gz = len > 3 && !strcmp(path + len - 3, ".gz");
	if (p->gz && deflateInit2(&p->z, labels ? 6 : 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(e, "cannot start compression");
	if (outfile_open(&p->out, path, OUTFILE_BINARY, e)) {
		if (p->gz)
			deflateEnd(&p->z);
		return -1;
	}
	return 0;
}

/* Deflates what z was given, at the end until it is empty. */
static int
squeeze(struct nifti_put *p, int flush)
{
	unsigned char buf[1 << 16];

	do {
		p->z.next_out = buf;
		p->z.avail_out = sizeof buf;
		if (deflate(&p->z, flush) == Z_STREAM_ERROR)
			BUG("deflate: %s", p->z.msg ? p->z.msg : "stream error");
		if (fwrite(buf, 1, sizeof buf - p->z.avail_out, p->out.f) != sizeof buf - p->z.avail_out)
			return -1;
	} while (!p->z.avail_out);
	return 0;
}

int
nifti_put(struct nifti_put *p, const void *data, size_t bytes, struct err *e)
{
	const unsigned char *at = data;
	size_t part;
	int bad = 0;

	if (!p->gz)
		bad = fwrite(data, 1, bytes, p->out.f) != bytes;
	for (; p->gz && bytes && !bad; at += part, bytes -= part) {
		part = bytes < (1u << 30) ? bytes : 1u << 30;
		p->z.next_in = (unsigned char *)(uintptr_t)at; /* zlib does not write there */
		p->z.avail_in = (uInt)part;
		bad = squeeze(p, Z_NO_FLUSH);
	}
	return bad ? err_set(e, "cannot write '%s':", p->out.path) : 0;
}

int
nifti_put_close(struct nifti_put *p, struct err *e)
{
	if (p->gz) {
		p->z.avail_in = 0;
		squeeze(p, Z_FINISH); /* that it failed the stream remembers */
		deflateEnd(&p->z);
	}
	return outfile_close(&p->out, e);
}

void
nifti_put_discard(struct nifti_put *p)
{
	if (p->gz)
		deflateEnd(&p->z);
	p->gz = 0;
	outfile_discard(&p->out);
}
