/* real.h - the function that a shim stands before */
#ifndef REAL_H
#define REAL_H

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* Puts it where *to points. ISO C has no cast from dlsym's void * to a function. */
static inline void
real_find(void *to, const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (!p)
		abort();
	memcpy(to, &p, sizeof p);
}

#endif
