/* pth_zip.h - the zip archive that torch.save writes, in memory
 *
 * Entries are stored or deflated; zip64 is understood (torch writes its end records always), archives in parts and
 * encryption are not. Every place and length is checked against the archive before it is used, and what is
 * inflated against the size it is said to have and the most that deflate could have packed into its bytes.
 */
#ifndef IO_PTH_ZIP_H
#define IO_PTH_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct pth_zip_entry {
	const unsigned char *name; /* in the archive, not terminated */
	size_t name_len;
	uint64_t header;           /* offset of its local header */
	uint64_t packed, size;     /* bytes in the archive, and unpacked */
	uint32_t crc;
	int method, flags;
};

struct pth_zip {
	const unsigned char *base;
	uint64_t size;
	struct pth_zip_entry *entry;
	int n;
};

/* Reads the directory of the archive base[size], which must stay. */
int pth_zip_open(struct pth_zip *z, const unsigned char *base, uint64_t size, struct err *e);
void pth_zip_close(struct pth_zip *z);

/* NULL: no entry of that name. */
const struct pth_zip_entry *pth_zip_find(const struct pth_zip *z, const char *name);

/* *data: the entry's x->size bytes, their checksum verified. *owned is what the caller frees afterwards; NULL if
 * they lie in the archive. */
int pth_zip_data(const unsigned char **data, unsigned char **owned, const struct pth_zip *z,
                 const struct pth_zip_entry *x, struct err *e);

#endif
