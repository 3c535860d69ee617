/* par.h - parallel loops over a fixed pool of threads
 *
 * par_for calls fn(ctx, i, worker) once for every i in 0..n-1, on as many threads as par_init set, and returns
 * when all are done. Which thread takes which i is left to chance: a result may depend on i, never on
 * `worker` (0..par_threads()-1), which is only there to pick scratch memory. Where parts are summed, sum them
 * by i in a fixed order afterwards; then the same bytes come out for any number of threads.
 *
 * A par_for inside a par_for runs in the calling thread.
 */
#ifndef BASE_PAR_H
#define BASE_PAR_H

#include <stddef.h>

#define PAR_MAX 256 /* threads */

/* Starts the pool; 0 threads means one per online processor. Call once, before the first par_for (a program
 * that never calls it runs on one thread). */
void par_init(int threads);
int par_threads(void);

void par_for(int n, void (*fn)(void *ctx, int i, int worker), void *ctx);

/* The worker's scratch memory, at least this large, 64-byte aligned, with whatever it held before. One per worker, and
 * one (PAR_CALLER) for whoever calls par_for, to share with all: the next call for the same one may move it. Kept until
 * the program ends, so that loops don't fault it in anew. */
#define PAR_CALLER (-1)
void *par_scratch(int worker, size_t bytes);

#endif
