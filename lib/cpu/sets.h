/* sets.h - the sets that cpu.c chooses from; files for another architecture define nothing */
#ifndef CPU_SETS_H
#define CPU_SETS_H

#include "cpu/cpu.h"

extern const struct cpu cpu_portable;
#if defined(__x86_64__)
extern const struct cpu cpu_avx2, cpu_avx512;
extern const struct cpu_bf16 cpu_avx512bf16, cpu_amx; /* beside cpu_avx512 */

/* What these two have in common: struct cpu_bf16 says what it is. */
void bf16_turn(uint16_t *t, int ldt, const uint16_t *a, int lda, int k, int m);
void bf16_pack(uint16_t *panel, const uint16_t *b, size_t ldb, int k, int n);
void bf16_pack_floats(uint16_t *panel, const float *b, size_t ldb, int k, int n);
void bf16_pack_columns(uint16_t *panel, const float *b, size_t cs, int k, int n);
#endif

#endif
