#include "base/par.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

#define SPINS 1500

#if defined(__x86_64__)
#define PAUSE __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE __asm__ volatile("yield")
#else
#define PAUSE ((void)0)
#endif

static struct {
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	int threads, spins;
	atomic_int busy;        /* workers that have not finished the current loop */
	atomic_ulong round;     /* counts loops, so that a worker sees a new one */
	int n;
	void (*fn)(void *ctx, int i, int worker);
	void *ctx;
	atomic_int next;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER, .start = PTHREAD_COND_INITIALIZER,
           .done = PTHREAD_COND_INITIALIZER, .threads = 1 };

static struct {
	void *p;
	size_t bytes;
} scratch[1 + PAR_MAX]; /* the caller's, then the workers' */

static _Thread_local int inside, self; /* self: this thread's worker number */

static void
run(int worker)
{
	int i;

	self = worker;
	inside = 1;
	while ((i = atomic_fetch_add(&pool.next, 1)) < pool.n)
		pool.fn(pool.ctx, i, worker);
	inside = 0;
}

/* A training step has a thousand loops. Going to sleep between two of them and being woken takes longer than many a
 * loop, so a thread looks out for the next for as long as that first: for some 50 microseconds. */
static int
spin_while_round(unsigned long seen)
{
	int i;

	for (i = 0; i < pool.spins; i++) {
		if (atomic_load_explicit(&pool.round, memory_order_acquire) != seen)
			return 1;
		PAUSE;
	}
	return 0;
}

static int
spin_while_busy(void)
{
	int i;

	for (i = 0; i < pool.spins; i++) {
		if (!atomic_load_explicit(&pool.busy, memory_order_acquire))
			return 1;
		PAUSE;
	}
	return 0;
}

static void *
work(void *arg)
{
	int worker = (int)(long)arg;
	unsigned long seen = 0;

	for (;;) {
		if (!spin_while_round(seen)) {
			pthread_mutex_lock(&pool.lock);
			while (atomic_load(&pool.round) == seen)
				pthread_cond_wait(&pool.start, &pool.lock);
			pthread_mutex_unlock(&pool.lock);
		}
		seen = atomic_load(&pool.round);
		run(worker);
		if (atomic_fetch_sub(&pool.busy, 1) == 1) {
			pthread_mutex_lock(&pool.lock);
			pthread_cond_signal(&pool.done);
			pthread_mutex_unlock(&pool.lock);
		}
	}
	return NULL;
}

void
par_init(int threads)
{
	pthread_t t;
	int i;

	if (pool.threads != 1)
		BUG("par_init called twice");
	if (threads <= 0)
		threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (threads < 1)
		threads = 1;
	if (threads > PAR_MAX)
		threads = PAR_MAX;
	if (threads <= sysconf(_SC_NPROCESSORS_ONLN)) /* otherwise it would keep others from working */
		pool.spins = SPINS;
	for (i = 1; i < threads; i++) {
		if (pthread_create(&t, NULL, work, (void *)(long)i))
			break; /* fewer threads, same results */
		pthread_detach(t);
	}
	pool.threads = i;
}

int
par_threads(void)
{
	return pool.threads;
}

void
par_for(int n, void (*fn)(void *ctx, int i, int worker), void *ctx)
{
	int i, was = inside;

	if (inside || pool.threads == 1 || n < 2) {
		inside = 1;
		for (i = 0; i < n; i++)
			fn(ctx, i, self);
		inside = was;
		return;
	}
	pool.n = n;
	pool.fn = fn;
	pool.ctx = ctx;
	atomic_store(&pool.next, 0);
	atomic_store(&pool.busy, pool.threads - 1);
	pthread_mutex_lock(&pool.lock);
	atomic_fetch_add(&pool.round, 1);
	pthread_cond_broadcast(&pool.start);
	pthread_mutex_unlock(&pool.lock);
	run(0);
	if (spin_while_busy())
		return;
	pthread_mutex_lock(&pool.lock);
	while (atomic_load(&pool.busy))
		pthread_cond_wait(&pool.done, &pool.lock);
	pthread_mutex_unlock(&pool.lock);
}

void *
par_scratch(int worker, size_t bytes)
{
	int i = worker + 1;

	if (bytes > scratch[i].bytes) {
		free(scratch[i].p);
		scratch[i].p = mem_aligned(bytes);
		scratch[i].bytes = bytes;
	}
	return scratch[i].p;
}
