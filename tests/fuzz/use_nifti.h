/* use_nifti.h - everything that is done with a volume */
#ifndef USE_NIFTI_H
#define USE_NIFTI_H

#include "fuzz.h"
#include "io/nifti_geometry.h"
#include "io/volume.h"

static inline int64_t
nifti_values(const struct nifti *n)
{
	return n->dim[0] * n->dim[1] * n->dim[2] * n->dim[3];
}

/* nifti_read, and all that can be asked of its frames; on 0 the caller frees n. */
static inline int
use_nifti(struct nifti *n, const char *path, struct err *e)
{
	struct nifti head;
	struct nifti_geometry g;
	struct record r = { 0 };
	int rc = nifti_read_header(&head, path, e), whole = nifti_read(n, path, e);
	int64_t t;

	FUZZ_CHECK(rc ? whole : whole || !memcmp(head.dim, n->dim, sizeof n->dim));
	if (!rc)
		nifti_free(&head);
	if (whole)
		return -1;
	FUZZ_CHECK(nifti_values(n) > 0);
	for (t = 0; t < n->dim[3] && t < 4; t++) {
		volume_image(&r, n, t, e);
		volume_mask(&r, n, t, 4, -1, e);
	}
	FUZZ_CHECK(!nifti_match(n, n, 0, e));
	FUZZ_CHECK(nifti_geometry(&g, n, e) || !nifti_geometry_match(&g, &g, 0, e));
	record_free(&r);
	return 0;
}

#endif
