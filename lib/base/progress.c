#include "base/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double
clock_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
progress_start(struct progress *p, const char *unit, uint64_t total, int silent)
{
	memset(p, 0, sizeof *p);
	p->unit = unit;
	p->total = total;
	p->silent = silent;
	p->terminal = isatty(STDERR_FILENO);
	p->started = p->shown = clock_seconds();
}

void
progress_from(struct progress *p, uint64_t done)
{
	p->done = p->from = done;
}

double
progress_rate(const struct progress *p)
{
	double elapsed = clock_seconds() - p->started;

	return elapsed > 0 ? (double)(p->done - p->from) / elapsed : 0;
}

static void
print_time(double seconds)
{
	int s = (int)seconds;

	if (s >= 3600)
		fprintf(stderr, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
	else
		fprintf(stderr, "%d:%02d", s / 60, s % 60);
}

static void
show(struct progress *p, int last)
{
	double rate = progress_rate(p);

	if (p->terminal)
		fprintf(stderr, "\r\033[K");
	fprintf(stderr, "%s: %llu", prog_name, (unsigned long long)p->done);
	if (p->total)
		fprintf(stderr, "/%llu", (unsigned long long)p->total);
	fprintf(stderr, " %s, %.1f/s", p->unit, rate);
	if (last) {
		fprintf(stderr, ", took ");
		print_time(clock_seconds() - p->started);
	} else if (p->total && rate > 0 && p->done <= p->total) {
		fprintf(stderr, ", ");
		print_time((double)(p->total - p->done) / rate);
		fprintf(stderr, " left");
	}
	if (p->note[0])
		fprintf(stderr, ", %s", p->note);
	if (!p->terminal || last)
		fputc('\n', stderr);
	fflush(stderr);
	p->wrote = 1;
}

void
progress_update(struct progress *p, uint64_t done, const char *note, ...)
{
	double now = clock_seconds();
	va_list ap;

	p->done = done;
	va_start(ap, note);
	vsnprintf(p->note, sizeof p->note, note, ap);
	va_end(ap);
	if (p->silent || now - p->shown < (p->terminal ? 0.2 : 10.0))
		return;
	p->shown = now;
	show(p, 0);
}

void
progress_end(struct progress *p)
{
	if (!p->silent)
		show(p, 1);
}
