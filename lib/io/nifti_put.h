/* nifti_put.h - the bytes of a NIfTI file on their way to disk, compressed when its name ends in .gz
 *
 * The gzip stream has no name and no time stamp, so equal content gives equal bytes. The file appears whole or not at all.
 */
#ifndef IO_NIFTI_PUT_H
#define IO_NIFTI_PUT_H

#include <stddef.h>
#include <zlib.h>

#include "base/outfile.h"

struct nifti_put {
	struct outfile out;
	z_stream z;
	int gz;
};

/* labels: what comes shrinks well; noisy images hardly do, however long one tries. */
int nifti_put_open(struct nifti_put *p, const char *path, int labels, struct err *e);
int nifti_put(struct nifti_put *p, const void *data, size_t bytes, struct err *e);
int nifti_put_close(struct nifti_put *p, struct err *e);
void nifti_put_discard(struct nifti_put *p);

#endif
