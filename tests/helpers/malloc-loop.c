/* malloc-loop: runs a tool again and again in the present folder, each time with another request for memory failing
 *
 *   malloc-loop [--step N] [--first N] [--all] [--crashes N] [--timed NAME] SHIM TOOL [ARGUMENT ...]
 *
 * SHIM: fail-malloc.so. NAME: a file that holds times, so that its content is not compared.
 *
 * The first run goes undisturbed and must end with status 0; what it writes is the reference. Then request 1, 1 + N, ... fails
 * (--all: and every one after it), until the tool has no more of them. Each time it must either end with status 2, one line
 * on standard error that begins with its name, and the folder as before; or, where a library does without, end with 0 and
 * write the same as the first time. --crashes: so many times it may be a library that crashes, and leaves nothing behind either.
 * Standard input is the file "stdin", if there is one.
 *
 * Exit status 1 and the details if not. Otherwise one line: the requests, how many failed, how many of these it did without.
 */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/err.h"
#include "base/mem.h"

#define SECONDS 120 /* for one run: sanitizers, and a busy machine */
#define SHOWN 5     /* failures until it gives up */
#define FILES 256

struct file {
	char *name;
	uint32_t crc; /* of its content; 0 for a folder */
};

struct listing {
	struct file f[FILES];
	int n;
};

static struct listing now; /* filled by nftw, which has no argument to pass on */
static const char *timed;
static int messages, hit;  /* files without a name: standard error; what the shim writes to */

static uint32_t
crc_of(const char *path)
{
	char buf[65536];
	uint32_t crc = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t k;

	while (fd >= 0 && (k = read(fd, buf, sizeof buf)) > 0)
		crc = crc_add(crc, buf, (size_t)k);
	if (fd >= 0)
		close(fd);
	return crc;
}

static int
note_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	if (now.n == FILES)
		die("more than %d files", FILES);
	now.f[now.n++] = (struct file){ mem_strdup(path),
	                                kind == FTW_F && !(timed && !strcmp(path + at->base, timed)) ? crc_of(path) : 0 };
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static struct listing
list_folder(void)
{
	memset(&now, 0, sizeof now);
	nftw(".", note_file, 16, FTW_PHYS);
	qsort(now.f, (size_t)now.n, sizeof *now.f, by_name);
	return now;
}

static void
free_listing(struct listing *l)
{
	while (l->n)
		free(l->f[--l->n].name);
}

/* The first file that one has and the other hasn't, or not the same; NULL: none. */
static const char *
difference(const struct listing *a, const struct listing *b)
{
	int i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->f[i].name, b->f[i].name) || a->f[i].crc != b->f[i].crc)
			return strcmp(a->f[i].name, b->f[i].name) > 0 ? b->f[i].name : a->f[i].name;
	return i < a->n ? a->f[i].name : i < b->n ? b->f[i].name : NULL;
}

/* Takes away what is not in `keep`, what lies in a folder first. */
static void
remove_others(const struct listing *keep)
{
	struct listing l = list_folder();
	int i;

	for (i = l.n - 1; i >= 0; i--)
		if (!bsearch(&l.f[i], keep->f, (size_t)keep->n, sizeof *keep->f, by_name))
			remove(l.f[i].name);
	free_listing(&l);
}

static void
run_child(char *const argv[], const char *shim, unsigned long n, int onwards)
{
	int in = open("stdin", O_RDONLY);
	char text[32];

	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	dup2(in, STDIN_FILENO);
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	dup2(messages, STDERR_FILENO);
	fcntl(hit, F_SETFD, 0);
	snprintf(text, sizeof text, "%d", hit);
	setenv("FAIL_MALLOC_LOG", text, 1);
	snprintf(text, sizeof text, "%lu%s", n, onwards ? "+" : "");
	setenv("FAIL_MALLOC", text, 1);
	setenv("LD_PRELOAD", shim, 1);
	alarm(SECONDS);
	execvp(argv[0], argv);
	_exit(127);
}

/* Its exit status, or 128 + the signal that ended it; text receives what it said. */
static int
run(char *const argv[], const char *shim, unsigned long n, int onwards, char *text, size_t size)
{
	int status;
	ssize_t k;
	pid_t pid;

	if (ftruncate(messages, 0) || ftruncate(hit, 0))
		die("cannot empty a file in memory:");
	lseek(messages, 0, SEEK_SET);
	lseek(hit, 0, SEEK_SET);
	pid = fork();
	if (pid < 0)
		die("cannot start a process:");
	if (pid == 0)
		run_child(argv, shim, n, onwards);
	waitpid(pid, &status, 0);
	k = pread(messages, text, size - 1, 0);
	text[k > 0 ? k : 0] = '\0';
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Is text one line, by this tool? */
static int
one_line(const char *text, const char *tool)
{
	const char *slash = strrchr(tool, '/'), *name = slash ? slash + 1 : tool, *end = strchr(text, '\n');

	return !strncmp(text, name, strlen(name)) && end && !end[1];
}

struct loop {
	char *const *argv;
	const char *shim;
	int onwards;
	struct listing before, after; /* the undisturbed run */
	unsigned long tried, without, failed, crashed, may_crash;
};

/* 0: the tool has less than n requests. */
static int
try_one(struct loop *l, unsigned long n)
{
	char text[8192], reached;
	int status = run(l->argv, l->shim, n, l->onwards, text, sizeof text), ok;
	struct listing left = list_folder();
	const char *differs = difference(&left, status ? &l->before : &l->after);

	if (pread(hit, &reached, 1, 0) == 1) {
		l->tried++;
		l->without += status == 0;
		l->crashed += status == 128 + SIGSEGV;
		ok = !differs && (status == 0 || (status == 2 && one_line(text, l->argv[0])) ||
		                  (status == 128 + SIGSEGV && l->crashed <= l->may_crash));
	} else {
		n = 0;
		ok = !differs && status == 0;
	}
	if (!ok) {
		l->failed++;
		printf("# request %lu: status %d%s%s, said: %s\n", n, status, differs ? ", differs: " : "",
		       differs ? differs : "", text);
	}
	free_listing(&left);
	remove_others(&l->before);
	return n != 0;
}

int
main(int argc, char *argv[])
{
	unsigned long n = 1, step = 1, last;
	struct loop l = { 0 };
	char text[8192];
	int status;

	prog_set(argv[0]);
	for (argv++, argc--; argc > 1 && !strncmp(*argv, "--", 2); argv++, argc--)
		if (!strcmp(*argv, "--all"))
			l.onwards = 1;
		else if (!strcmp(*argv, "--step"))
			step = strtoul(*++argv, NULL, 10), argc--;
		else if (!strcmp(*argv, "--crashes"))
			l.may_crash = strtoul(*++argv, NULL, 10), argc--;
		else if (!strcmp(*argv, "--timed"))
			timed = *++argv, argc--;
		else if (!strcmp(*argv, "--first"))
			n = strtoul(*++argv, NULL, 10), argc--;
	if (argc < 2 || !step || !n)
		die("usage: malloc-loop [--step N] [--first N] [--all] [--crashes N] [--timed NAME] SHIM TOOL "
		    "[ARGUMENT ...]");
	l.shim = argv[0];
	l.argv = argv + 1;
	messages = memfd_create("messages", MFD_CLOEXEC);
	hit = memfd_create("hit", MFD_CLOEXEC);
	l.before = list_folder();
	status = run(l.argv, l.shim, 0, 0, text, sizeof text);
	if (status)
		die("%s ends with status %d when nothing fails: %s", l.argv[0], status, text);
	l.after = list_folder();
	remove_others(&l.before);
	for (last = n; try_one(&l, n) && l.failed < SHOWN; n += step)
		last = n;
	printf("%s: %lu of some %lu requests failed%s, %lu times it did without, %lu crashes of libraries, "
	       "%lu failures\n", l.argv[0], l.tried, last,
	       l.onwards ? " with all after them" : "", l.without, l.crashed, l.failed);
	free_listing(&l.before);
	free_listing(&l.after);
	return l.failed != 0;
}
