/* kernel.h - one binary, the best vector instructions of each machine
 *
 * KERNEL before a function compiles it for AVX-512, AVX2 and the baseline and picks one when the program
 * starts. For loops over arrays only; what it calls is not cloned unless inlined. Sanitizer builds and
 * compilers without the attribute get the baseline.
 */
#ifndef BASE_KERNEL_H
#define BASE_KERNEL_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(NO_CLONES)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif

/* What kernels call must be inlined, or it is compiled for the baseline only. */
#define KERNEL_PART static inline __attribute__((always_inline))

/* Before a loop whose arrays may be the same array but never overlap otherwise. */
#if defined(__clang__)
#define IVDEP _Pragma("clang loop vectorize(assume_safety)")
#else
#define IVDEP _Pragma("GCC ivdep")
#endif

#endif
