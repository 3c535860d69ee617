/* use_foreign.h - everything that is done with a file of weights from elsewhere */
#ifndef USE_FOREIGN_H
#define USE_FOREIGN_H

#include "base/mem.h"
#include "fuzz.h"
#include "io/foreign.h"
#include "model/import.h"

#define MOST 100000 /* elements that are copied */

static inline void
copy_values(const struct foreign *c, const struct foreign_tensor *t)
{
	size_t n = 1;
	struct err e = { "" };
	void *values;
	int i;

	for (i = 0; i < t->ndim; i++) {
		FUZZ_CHECK(t->dim[i] >= 0 && t->stride[i] >= 0);
		if (__builtin_mul_overflow(n, (size_t)t->dim[i], &n) || n > MOST)
			return;
	}
	values = mem_alloc(n * ten_dtype_size(t->dtype));
	if (foreign_copy(values, c, t, &e))
		FUZZ_CHECK(*e.msg);
	free(values);
}

static inline void
use_foreign(const char *path, const struct foreign_choice *choice)
{
	struct foreign c;
	struct import m;
	struct params ps;
	struct err e = { "" };
	int i;

	if (foreign_open(&c, path, choice, &e)) {
		FUZZ_CHECK(*e.msg);
		return;
	}
	for (i = 0; i < c.n; i++) {
		FUZZ_CHECK(foreign_find(&c, c.t[i].name) == i);
		copy_values(&c, &c.t[i]);
	}
	if (!import_find(&m, &c, NULL, IMPORT_EITHER, &e)) {
		if (!import_read(&ps, &m, &c, 1, "file", &e))
			params_free(&ps);
		import_free(&m);
	}
	foreign_close(&c);
}

#endif
