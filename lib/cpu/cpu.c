#include "cpu/cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cpu/sets.h"

static const struct cpu *chosen;

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
#endif

static const struct {
	const struct cpu *set;
	int (*runs)(void);
} sets[] = { /* the best first */
#if defined(__x86_64__)
	{ &cpu_avx512, has_avx512 },
	{ &cpu_avx2, has_avx2 },
#endif
	{ &cpu_portable, always },
};

int
cpu_select(const char *name, struct err *e)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(sets); i++) {
		if (name && strcmp(sets[i].set->name, name) != 0)
			continue;
		if (sets[i].runs()) {
			chosen = sets[i].set;
			return 0;
		}
		if (name)
			return err_set(e, "this processor cannot run '%s'", name);
	}
	return err_set(e, "no instruction set '%s' here, only portable, avx2, avx512", name);
}

static void
choose(void)
{
	struct err e;

	if (!chosen && cpu_select(getenv("SEGPIPE_CPU"), &e))
		die("SEGPIPE_CPU: %s", e.msg);
}

const struct cpu *
cpu(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, choose);
	return chosen;
}
