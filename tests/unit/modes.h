/* modes.h - a test in every way of computing (nn/compute.h) that this processor has, and for each kind of processor it
 * can play (cpu/cpu.h) */
#ifndef MODES_H
#define MODES_H

#include <stdio.h>

#include "cpu/cpu.h"
#include "nn/compute.h"

static inline void
each_mode(void (*test)(void))
{
	static const char *const sets[] = { "portable", "avx2", "avx512" };
	struct err e;
	size_t i;

	compute_use(COMPUTE_FAST);
	for (i = 0; i < sizeof sets / sizeof *sets; i++)
		if (!cpu_select(sets[i], &e)) {
			printf("# fast, %s\n", sets[i]);
			test();
		}
	printf("# reference\n");
	compute_use(COMPUTE_REFERENCE);
	test();
	compute_use(COMPUTE_FAST);
}

#endif
