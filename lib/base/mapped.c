#include "base/mapped.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

/* A list that only grows at its head and whose entries are never freed: a signal handler can walk it at any moment. */
struct mapped {
	struct mapped *next;
	uintptr_t base;
	size_t size;
	char *line;
	atomic_int active;
};

static _Atomic(struct mapped *) head;

static void
on_bus(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	struct mapped *m;

	for (m = atomic_load(&head); m; m = m->next)
		if (atomic_load(&m->active) && at >= m->base && at - m->base < m->size) {
			if (write(STDERR_FILENO, m->line, strlen(m->line)) < 0)
				at = 0; /* nobody hears */
			cleanup_now();
			_exit(2);
		}
	cleanup_die(sig);
}

static void
install(void)
{
	struct sigaction act = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &act, NULL);
}

static char *
line_about(const char *name)
{
	char *line = mem_printf("%.200s: '%s': became shorter while it was read, or its disk fails\n", prog_name, name), *p;

	for (p = line; p[1]; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	return line;
}

void *
mapped_open(int fd, size_t size, const char *name)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	void *base = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	struct mapped *m;

	if (base == MAP_FAILED)
		return NULL;
	pthread_once(&once, install);
	m = mem_alloc(sizeof *m);
	*m = (struct mapped){ .base = (uintptr_t)base, .size = size, .line = line_about(name) };
	atomic_init(&m->active, 1);
	m->next = atomic_load(&head);
	while (!atomic_compare_exchange_weak(&head, &m->next, m))
		;
	return base;
}

void
mapped_close(void *base, size_t size)
{
	struct mapped *m;

	for (m = atomic_load(&head); m; m = m->next)
		if (m->base == (uintptr_t)base)
			atomic_store(&m->active, 0);
	munmap(base, size);
}
