#include "base/cleanup.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

/* A list that only grows at its head and whose entries are never freed: a signal handler can walk it
 * at any moment. */
struct cleanup {
	struct cleanup *next;
	char *path; /* owned by the list from registration on */
	int folder;
	atomic_int active;
};

static _Atomic(struct cleanup *) head;

/* Other threads may still be creating files while the handler runs; a few rounds catch what they register. */
#define ROUNDS 50

void
cleanup_now(void)
{
	struct cleanup *c;
	int round, left = 1;

	for (round = 0; round < ROUNDS && left; round++) {
		left = 0;
		for (c = atomic_load(&head); c; c = c->next) {
			if (!atomic_load(&c->active))
				continue;
			if (c->folder)
				left |= rmdir(c->path) != 0 && access(c->path, F_OK) == 0;
			else
				unlink(c->path);
		}
	}
}

void
cleanup_die(int sig)
{
	cleanup_now();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void
install(void)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ, SIGXCPU, SIGABRT, SIGSEGV, SIGBUS, SIGFPE,
	                            SIGILL };
	struct sigaction act = { .sa_handler = cleanup_die }, old;
	size_t i;

	atexit(cleanup_now);
	for (i = 0; i < ARRAY_LEN(sigs); i++)
		if (!sigaction(sigs[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(sigs[i], &act, NULL);
}

static struct cleanup *
add(const char *path, int folder)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct cleanup *c = mem_alloc(sizeof *c);

	pthread_once(&once, install);
	c->path = mem_strdup(path);
	c->folder = folder;
	atomic_init(&c->active, 1);
	c->next = atomic_load(&head);
	while (!atomic_compare_exchange_weak(&head, &c->next, c))
		;
	return c;
}

struct cleanup *
cleanup_file(const char *path)
{
	return add(path, 0);
}

struct cleanup *
cleanup_folder(const char *path)
{
	return add(path, 1);
}

void
cleanup_forget(struct cleanup *c)
{
	if (c)
		atomic_store(&c->active, 0);
}
