/* progress.h - how far, how fast, how long still; on standard error
 *
 * On a terminal one line that is rewritten a few times a second; elsewhere a plain line every ten seconds
 * and one at the end. Silent under -q.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

#include "base/err.h"

struct progress {
	const char *unit;     /* "samples" */
	uint64_t total;       /* 0: unknown */
	uint64_t done, from;  /* from: what was done before progress_start */
	double started, shown;
	int silent, terminal, wrote;
	char note[160];
};

void progress_start(struct progress *p, const char *unit, uint64_t total, int silent);

/* So much was done before the clock started. */
void progress_from(struct progress *p, uint64_t done);

/* `note` (printf-like, may be "") goes at the end of the line: "loss 1.234". */
void progress_update(struct progress *p, uint64_t done, const char *note, ...) PRINTF(3, 4);
void progress_end(struct progress *p);

/* Units per second since progress_start. */
double progress_rate(const struct progress *p);

/* Seconds on a clock that never jumps. */
double clock_seconds(void);

#endif
