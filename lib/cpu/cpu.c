#include "cpu/cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/mem.h"
#include "cpu/sets.h"

static struct cpu chosen; /* without a name before the choice */

static int
always(void)
{
	return 1;
}

#if defined(__x86_64__)
static int
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

/* what -march=x86-64-v4 may use */
static int
has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl");
}

static int
has_avx512bf16(void)
{
	return has_avx512() && __builtin_cpu_supports("avx512bf16");
}

/* Intel's processors multiply bfloat16 at half the speed of floats by AVX512_BF16, AMD's at twice. */
static int
is_amd(void)
{
	return __builtin_cpu_is("amd");
}

/* Tiles are 8 KiB that the system must be asked to save between threads. */
static int
has_amx(void)
{
#if defined(__linux__)
	enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18, AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 };
	unsigned a, b, c, d;

	return has_avx512bf16() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && d & AMX_BF16 && d & AMX_TILE &&
	       !syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
#else
	return 0;
#endif
}
#endif

static const struct {
	const char *name;
	const struct cpu *set;
	const struct cpu_bf16 *bf16;
	int (*runs)(void);
	int (*pays)(void); /* to be chosen without being named */
} sets[] = { /* the best first */
#if defined(__x86_64__)
	{ "amx", &cpu_avx512, &cpu_amx, has_amx, always },
	{ "avx512bf16", &cpu_avx512, &cpu_avx512bf16, has_avx512bf16, is_amd },
	{ "avx512", &cpu_avx512, NULL, has_avx512, always },
	{ "avx2", &cpu_avx2, NULL, has_avx2, always },
#endif
	{ "portable", &cpu_portable, NULL, always, always },
};

int
cpu_select(const char *name, struct err *e)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(sets); i++) {
		if (name ? strcmp(sets[i].name, name) != 0 : !sets[i].pays())
			continue;
		if (sets[i].runs()) {
			chosen = *sets[i].set;
			chosen.name = sets[i].name;
			chosen.bf16 = sets[i].bf16;
			return 0;
		}
		if (name)
			return err_set(e, "this processor cannot run '%s'", name);
	}
	return err_set(e, "no instruction set '%s' here, only amx, avx512bf16, avx512, avx2, portable", name);
}

static void
choose(void)
{
	struct err e;

	if (!chosen.name && cpu_select(getenv("SEGPIPE_CPU"), &e))
		die("SEGPIPE_CPU: %s", e.msg);
}

const struct cpu *
cpu(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, choose);
	return &chosen;
}
