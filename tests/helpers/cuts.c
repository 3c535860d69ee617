/* cuts - does a program notice that its input was cut, or that a bit of it turned over?
 *
 *   cuts [option ...] -- FILE PROGRAM [argument ...]
 *
 * Runs PROGRAM on copies of FILE that end early or, with --flip, have one bit turned over, in an empty folder; {} stands
 * for the copy. Each time it must end with status 2 and one line on standard error that begins with its name, names the
 * copy and holds one of the texts of --says, and leave nothing in the folder. Prints how many copies were tried.
 * Exit status 0, 1 (the program was fooled), 2 (trouble).
 *
 * --again: a process that stands where the program first touches its input forks for each copy (shims/again.c), which saves
 * loading libraries and networks thousands of times. The first COPIES_PLAIN bytes, by which a program may tell what kind
 * of file it has, are left to runs from the beginning; so is all with --survive, for one output cannot be given its name
 * by many. With --pipe, or --in-order for a program that does not map its
 * input, one that has read everything up to --near forks for the cuts behind that.
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"

#define SHOWN 5
#define COPIES_PLAIN 16
#define JOBS_MAX 64
#define PIPE 65536 /* bytes that it holds at least */

extern char **environ;

static int step = 1, edge = 10, near_to = -1, from, to = 0x7fffffff, flip, as_pipe, survive, in_order, skip, jobs = 1;
static const char *says = "at byte|is empty", *shim;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'n', "step", OPT_INT, &step, "N", "bytes from one copy to the next", 1, 1 << 30, 0 },
	{ 0, "edge", OPT_INT, &edge, "N", "the first and last N are tried all", 0, 1 << 20, 0 },
	{ 0, "near", OPT_INT, &near_to, "AT", "so are N on both sides of this one", -1, 1 << 30, "none" },
	{ 0, "from", OPT_INT, &from, "AT", "the first byte to cut at or to turn a bit over in", 0, 0, 0 },
	{ 0, "to", OPT_INT, &to, "AT", "and one behind the last", 0, 0, 0 },
	{ 0, "flip", OPT_FLAG, &flip, NULL, "turn bits over instead", 0, 0, 0 },
	{ 0, "pipe", OPT_FLAG, &as_pipe, NULL, "the copy comes on standard input", 0, 0, 0 },
	{ 0, "survive", OPT_FLAG, &survive, NULL, "the program may take a copy, but not be killed by it", 0, 0, 0 },
	{ 0, "says", OPT_TEXT, &says, "TEXTS", "what the message has one of, A|B|...", 0, 0, 0 },
	{ 0, "again", OPT_TEXT, &shim, "FILE", "shims/again.so: fork where the input is touched", 0, 0, 0 },
	{ 0, "in-order", OPT_FLAG, &in_order, NULL, "the program reads its input as if it were a pipe", 0, 0, 0 },
	{ 0, "skip", OPT_INT, &skip, "N", "times that it opens its input to take a checksum, before", 0, 100, 0 },
	{ 0, "at-once", OPT_INT, &jobs, "N", "processes", 1, JOBS_MAX, 0 },
	OPT_END
};

static char *bad_path; /* the copy */
static int bad_fd, messages, part; /* which of the jobs this is */
static unsigned char *whole;
static size_t size;

static void
read_whole(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (end <= 0)
		die("cannot read '%s', or it is empty:", path);
	size = (size_t)end;
	whole = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (whole == MAP_FAILED)
		die("cannot map '%s':", path);
	close(fd);
}

static void
put(const void *p, size_t n, size_t at)
{
	if (pwrite(bad_fd, p, n, (off_t)at) != (ssize_t)n)
		die("cannot write '%s':", bad_path);
}

/* The words of the program with the copy in place of {} */
static char **
command(char **argv, int n)
{
	char **words = mem_array((size_t)n + 1, sizeof *words);
	int i;

	for (i = 0; i < n; i++)
		words[i] = strcmp(argv[i], "{}") ? argv[i] : as_pipe ? (char *)"-" : bad_path;
	return words;
}

/* The child that feeds the copy into a pipe; returns the end to read from. */
static int
feed(pid_t *pid)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		die("cannot make a pipe:");
	*pid = fork();
	if (*pid < 0)
		die("cannot fork:");
	if (*pid == 0) {
		char buf[65536];
		ssize_t n;

		lseek(bad_fd, 0, SEEK_SET);
		while ((n = read(bad_fd, buf, sizeof buf)) > 0 && write(fd[1], buf, (size_t)n) == n)
			;
		_exit(0);
	}
	close(fd[1]);
	return fd[0];
}

static pid_t
spawn(char **words, int in)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	int bad;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, messages, 2);
	bad = posix_spawnp(&pid, words[0], &files, NULL, words, environ);
	posix_spawn_file_actions_destroy(&files);
	close(in);
	if (bad)
		die("cannot run '%s': %s", words[0], strerror(bad));
	return pid;
}

/* From its beginning; returns the wait status. */
static int
run_plain(char **words)
{
	pid_t pid, feeder = 0;
	int status;

	pid = spawn(words, as_pipe ? feed(&feeder) : open("/dev/null", O_RDONLY | O_CLOEXEC));
	waitpid(pid, &status, 0);
	if (feeder)
		waitpid(feeder, NULL, 0);
	return status;
}

/* --- from where the input is touched --- */

static struct {
	pid_t pid;
	int fd, feed; /* to talk to it; the end of its standard input to be written to */
	size_t begun; /* bytes that it has read */
} server;

static void
server_stop(void)
{
	if (!server.pid)
		return;
	close(server.fd);
	close(server.feed);
	waitpid(server.pid, NULL, 0);
	server.pid = 0;
}

static void
set_number(const char *name, size_t n)
{
	char text[32];

	snprintf(text, sizeof text, "%zu", n);
	setenv(name, text, 1);
}

static void
server_start(char **words, size_t begun)
{
	int talk[2], in[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) || fcntl(talk[1], F_SETFD, 0) || pipe2(in, O_CLOEXEC) ||
	    (as_pipe && write(in[1], whole, begun) != (ssize_t)begun))
		die("cannot make a pipe:");
	set_number("AGAIN_FD", (size_t)talk[1]);
	set_number("AGAIN_AT", begun);
	set_number("AGAIN_SKIP", (size_t)skip);
	setenv("AGAIN_FILE", as_pipe ? "-" : bad_path, 1);
	setenv("AGAIN_COPY", bad_path, 1);
	setenv("LD_PRELOAD", shim, 1);
	server.pid = spawn(words, in[0]);
	unsetenv("LD_PRELOAD");
	unsetenv("AGAIN_FD");
	close(talk[1]);
	server.fd = talk[0];
	server.feed = in[1];
	server.begun = begun;
	if (read(server.fd, &byte, 1) != 1)
		die("'%s' ends before it has touched its input", words[0]);
}

/* Returns the wait status. */
static int
run_again(char **words, size_t at)
{
	size_t begun = (as_pipe || in_order) && !flip && near_to > 0 && at >= (size_t)near_to ? (size_t)near_to : 0;
	int status;

	if (server.pid && server.begun != begun)
		server_stop();
	if (!server.pid)
		server_start(words, begun);
	if (write(server.fd, "", 1) != 1 || read(server.fd, &status, sizeof status) != (ssize_t)sizeof status)
		die("'%s' has died where it forks", words[0]);
	return status;
}

/* Returns the exit status, or 128 + signal. text receives the program's standard error. */
static int
run(char **words, size_t at, char *text, size_t room)
{
	int status, fits = !as_pipe || size < PIPE;
	ssize_t n;

	if (ftruncate(messages, 0) || lseek(messages, 0, SEEK_SET))
		die("cannot empty a file in memory:");
	status = shim && !survive && fits && at >= COPIES_PLAIN ? run_again(words, at) : run_plain(words);
	n = pread(messages, text, room - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Empties the folder; returns whether it was empty. */
static int
folder_clean(void)
{
	DIR *d = opendir(".");
	const struct dirent *x;
	int clean = 1;

	while (d && (x = readdir(d)))
		if (strcmp(x->d_name, ".") && strcmp(x->d_name, "..")) {
			clean = 0;
			if (unlink(x->d_name))
				die("cannot remove what '%s' left:", x->d_name);
		}
	closedir(d);
	return clean;
}

/* One line, "NAME: ... the copy ... one of the texts ..."? */
static int
is_message(const char *text, const char *name)
{
	const char *slash = strrchr(name, '/'), *end = strchr(text, '\n'), *p = says;
	size_t n;

	name = slash ? slash + 1 : name;
	n = strlen(name);
	if (!end || end[1] || strncmp(text, name, n) || text[n] != ':' ||
	    (!survive && !strstr(text, as_pipe ? "standard input" : bad_path)))
		return 0;
	for (; *p; p += n + (p[n] == '|')) {
		n = strcspn(p, "|");
		if (memmem(text, (size_t)(end - text), p, n))
			return 1;
	}
	return 0;
}

/* Returns 1 if the program is to be blamed. */
static int
fooled(char **words, const char *what, size_t at)
{
	char text[4096];
	int status = run(words, at, text, sizeof text), clean = folder_clean();
	int good = (status == 2 && clean && is_message(text, words[0])) || (survive && status < 2);

	if (!good)
		printf("# %s, %s %zu of %zu: status %d, %s, said: %s\n", words[0], what, at, size, status,
		       clean ? "nothing left" : "left a file", text);
	return !good;
}

/* Whether this job has to try it; to be asked once for every byte. */
static int
is_tried(size_t at)
{
	static int turn;
	size_t e = (size_t)edge, n = (size_t)near_to;

	if (at < (size_t)from || at >= (size_t)to)
		return 0;
	if (at % (size_t)step && at >= e && at + e < size && !(near_to >= 0 && at + e >= n && at < n + e))
		return 0;
	return turn++ % jobs == part;
}

static int
cut_all(char **words, int *tried)
{
	size_t at;
	int bad = 0;

	for (at = size; at-- > 0 && bad < SHOWN;) {
		if (!is_tried(at))
			continue;
		if (ftruncate(bad_fd, (off_t)at))
			die("cannot cut '%s':", bad_path);
		bad += fooled(words, "cut after byte", at);
		++*tried;
	}
	return bad;
}

static int
flip_all(char **words, int *tried)
{
	size_t at;
	int bad = 0;

	for (at = 0; at < size && bad < SHOWN; at++) {
		unsigned char x = (unsigned char)(whole[at] ^ 1 << at % 8);

		if (!is_tried(at))
			continue;
		put(&x, 1, at);
		bad += fooled(words, "bit turned over in byte", at);
		put(&whole[at], 1, at);
		++*tried;
	}
	return bad;
}

/* One of the jobs: returns how many copies fooled the program. */
static int
work(char **argv, int n, int *tried)
{
	char folder[] = "/tmp/cuts.XXXXXX", **words;
	int bad;

	messages = memfd_create("messages", MFD_CLOEXEC);
	if (messages < 0 || !mkdtemp(folder))
		die("cannot make a folder:");
	bad_path = mem_printf("%s.bad", folder);
	cleanup_file(bad_path);
	cleanup_folder(folder);
	bad_fd = open(bad_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (bad_fd < 0 || chdir(folder))
		die("cannot open '%s':", bad_path);
	put(whole, size, 0);
	words = command(argv, n);
	bad = flip ? flip_all(words, tried) : cut_all(words, tried);
	server_stop();
	if (chdir("/"))
		die("cannot leave '%s':", folder);
	return bad;
}

int
main(int argc, char *argv[])
{
	int n, i, status, bad = 0, *tried;

	n = opt_parse(argc, &argv, opts, "FILE PROGRAM [argument ...]", "feed a program with damaged copies", 2, -1);
	read_whole(argv[0]);
	if (shim && access(shim, R_OK))
		die("cannot open '%s':", shim);
	tried = mmap(NULL, (size_t)jobs * sizeof *tried, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tried == MAP_FAILED)
		die("cannot share memory:");
	for (part = 0; part < jobs; part++) {
		pid_t pid = fork();

		if (pid < 0)
			die("cannot fork:");
		if (pid == 0)
			exit(work(argv + 1, n - 1, &tried[part]) > 0);
	}
	while (wait(&status) > 0)
		bad |= WIFEXITED(status) ? WEXITSTATUS(status) : 2;
	for (i = 1; i < jobs; i++)
		tried[0] += tried[i];
	printf("%d %s of %s by %s\n", tried[0], flip ? "bits turned over" : "cuts", argv[0], argv[1]);
	return bad > 1 ? 2 : bad;
}
