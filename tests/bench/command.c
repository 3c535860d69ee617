/* command - time a command: its wall time from start to end, divided by what it is said to do
 *
 *   command [--units N] -- COMMAND [ARGUMENT ...]
 *
 * Its standard output goes to /dev/null, its standard input is empty. Seconds of a unit of work and the command's
 * largest memory are printed as racer.h says.
 */
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/opt.h"
#include "base/progress.h"
#include "racer.h"

extern char **environ;

static int steps = 5, warmup = 1, units = 1;
static long largest; /* KiB */

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'n', "steps", OPT_INT, &steps, "N", "times to run it, 0 for one per line of standard input", 0, 1000000, 0 },
	{ 'w', "warmup", OPT_INT, &warmup, "N", "times before, which don't count", 0, 1000, 0 },
	{ 'u', "units", OPT_INT, &units, "N", "what it does, to divide its time by", 1, 1000000000, 0 },
	OPT_END
};

static double
run(void *ctx)
{
	char **argv = ctx;
	posix_spawn_file_actions_t files;
	struct rusage usage;
	int status, rc;
	pid_t pid;
	double start;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	start = clock_seconds();
	rc = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	if (rc)
		die("cannot run '%s': %s", argv[0], strerror(rc));
	if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		die("'%s' failed", argv[0]);
	posix_spawn_file_actions_destroy(&files);
	if (usage.ru_maxrss > largest)
		largest = usage.ru_maxrss;
	return (clock_seconds() - start) / units;
}

static long
peak(void *ctx)
{
	return largest / 1024;
}

int
main(int argc, char *argv[])
{
	opt_parse(argc, &argv, opts, "-- COMMAND [ARGUMENT ...]", "time a command", 1, -1);
	racer_run(warmup, steps, run, peak, argv);
	return 0;
}
