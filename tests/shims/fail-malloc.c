/* fail-malloc: lets the n-th request for memory fail, as LD_PRELOAD
 *
 *   FAIL_MALLOC=N     the N-th of the process (from 1) fails, with ENOMEM
 *   FAIL_MALLOC=N+    and all that come after it
 *   FAIL_MALLOC_LOG=FD  a descriptor: "x" is written to it when the first one fails
 *
 * Requests are counted from the beginning of main, and not within dlopen: what the loader and the constructors of
 * libraries do with a failure is theirs (libgfortran, which OpenBLAS brings along, ends the program with lines of its
 * own). Nor within pthread_getattr_np: the address sanitizer calls it when a thread begins and ends the program if it
 * fails. Free() is left alone, so that this stands before a sanitizer's functions as well as before those of the C library.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "real.h"

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);

static atomic_ulong count;
static unsigned long fail_at; /* 0: none, or main has not begun */
static int onwards, log_fd = -1;

/* dlsym may ask for memory before it has found out who gives it. */
static char early[4096];
static size_t early_used;

static void *
early_alloc(size_t size)
{
	void *p = early + early_used;

	early_used += (size + 15) & ~(size_t)15;
	if (early_used > sizeof early)
		abort();
	return p;
}

static void
find_all(void)
{
	static int finding;

	if (finding)
		return;
	finding = 1;
	real_find(&real_calloc, "calloc");
	real_find(&real_malloc, "malloc");
	real_find(&real_realloc, "realloc");
	real_find(&real_aligned_alloc, "aligned_alloc");
	real_find(&real_posix_memalign, "posix_memalign");
}

static _Thread_local int uncounted; /* within a function whose requests are not counted */

void *
dlopen(const char *name, int flags)
{
	static void *(*real)(const char *, int);
	void *handle;

	if (!real)
		real_find(&real, "dlopen");
	uncounted++;
	handle = real(name, flags);
	uncounted--;
	return handle;
}

int
pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
	int (*real)(pthread_t, pthread_attr_t *), error;

	real_find(&real, "pthread_getattr_np");
	uncounted++;
	error = real(thread, attributes);
	uncounted--;
	return error;
}

static int
fails(void)
{
	unsigned long n;

	if (!fail_at || uncounted)
		return 0;
	n = atomic_fetch_add(&count, 1) + 1;
	if (n < fail_at || (n > fail_at && !onwards))
		return 0;
	if (n == fail_at && log_fd >= 0 && write(log_fd, "x", 1) != 1)
		_exit(99);
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	if (!real_malloc)
		find_all();
	if (!real_malloc)
		return early_alloc(size);
	return fails() ? NULL : real_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (!real_calloc)
		find_all();
	if (!real_calloc)
		return early_alloc(n * size);
	return fails() ? NULL : real_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (!real_realloc)
		find_all();
	return fails() ? NULL : real_realloc(p, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	if (!real_aligned_alloc)
		find_all();
	return fails() ? NULL : real_aligned_alloc(align, size);
}

int
posix_memalign(void **p, size_t align, size_t size)
{
	if (!real_posix_memalign)
		find_all();
	return fails() ? ENOMEM : real_posix_memalign(p, align, size);
}

static int (*real_main)(int, char **, char **);

static int
counted_main(int argc, char **argv, char **environment)
{
	const char *n = getenv("FAIL_MALLOC"), *fd = getenv("FAIL_MALLOC_LOG");

	log_fd = fd ? atoi(fd) : -1;
	onwards = n && strchr(n, '+');
	fail_at = n ? strtoul(n, NULL, 10) : 0;
	return real_main(argc, argv, environment);
}

int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end);

int
__libc_start_main(int (*program)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                  void (*loader_fini)(void), void *stack_end)
{
	int (*start)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

	real_find(&start, "__libc_start_main");
	real_main = program;
	return start(counted_main, argc, argv, init, fini, loader_fini, stack_end);
}
