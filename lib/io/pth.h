/* pth.h - a file that torch.save wrote, as the values of its pickle and the bytes of its storages
 *
 * Two containers are read: the zip archive of PyTorch 1.6 and later (<folder>/data.pkl and <folder>/data/<key>), and the
 * stream before it (magic number, protocol and system as pickles, the object, the list of storage keys, then for each
 * its u64 count and raw data). The file is mapped, nothing of it is copied before foreign_copy asks for it.
 */
#ifndef IO_PTH_H
#define IO_PTH_H

#include "io/foreign.h"
#include "io/pth_value.h"
#include "io/pth_zip.h"

struct pth {
	unsigned char *base; /* the file */
	uint64_t size;
	struct pth_pool pool;
	struct pth_value *root;
	int legacy;
	struct pth_zip zip;
	char *folder;           /* of the archive, with its slash */
	unsigned char *unpacked; /* the pickle, if it was deflated */
};

/* NULL on error. */
struct pth *pth_open(const char *path, int ignore_objects, struct err *e);
void pth_close(struct pth *p);

/* Fills c->t and c->from with the tensors of one dictionary of p. */
int pth_list(struct foreign *c, const struct pth *p, const char *from, struct err *e);

int pth_copy(void *dst, const struct pth *p, const struct foreign_tensor *t, struct err *e);

/* Legacy files: the storages follow at byte `at` in the order of the list `keys`. Notes where each one is. */
int pth_find_storages(struct pth *p, const struct pth_value *keys, uint64_t at, struct err *e);

#endif
