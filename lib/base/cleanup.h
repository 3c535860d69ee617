/* cleanup.h - what to take away should the program end early
 *
 * A path registered here is removed when the program exits or dies by SIGINT, SIGTERM, SIGHUP, SIGPIPE,
 * SIGXFSZ or SIGXCPU before it is forgotten, or crashes (in a library that gets no memory, say: SIGABRT, SIGSEGV, SIGBUS,
 * SIGFPE, SIGILL). The newest goes first, so a folder is registered before what lies in it. Safe to call from several
 * threads.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

struct cleanup;

/* Register before creating: then there is no moment at which the thing exists and nobody knows. */
struct cleanup *cleanup_file(const char *path);
struct cleanup *cleanup_folder(const char *path); /* removed only when empty */

/* The thing is to stay (or is gone). NULL is fine. */
void cleanup_forget(struct cleanup *c);

/* Removes all that is registered, now; a signal handler may call it, and has to end the program then. */
void cleanup_now(void);

/* Cleans up and dies of the signal sig; a signal handler may call it. */
void cleanup_die(int sig);

#endif
