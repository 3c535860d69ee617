/* sets.h - the sets that cpu.c chooses from; files for another architecture define nothing */
#ifndef CPU_SETS_H
#define CPU_SETS_H

#include "cpu/cpu.h"

extern const struct cpu cpu_portable;
#if defined(__x86_64__)
extern const struct cpu cpu_avx2, cpu_avx512;
#endif

#endif
