/* peak - runs a command and says how much memory it held at most
 *
 *   peak COMMAND [ARGUMENT ...]     the last line on standard error is its peak in KiB; the status is the command's
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

int
main(int argc, char *argv[])
{
	struct rusage usage;
	int status;
	pid_t pid;

	prog_set(argv[0]);
	if (argc < 2)
		die("which command?");
	pid = fork();
	if (pid < 0)
		die("cannot fork:");
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		die("cannot run '%s':", argv[1]);
	}
	if (wait4(pid, &status, 0, &usage) < 0)
		die("cannot wait:");
	fprintf(stderr, "%ld\n", usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
