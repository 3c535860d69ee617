/* again - preloaded: a program is run many times from where it first touches an input, without starting anew each time
 *
 *   AGAIN_FILE=PATH   the input, as the program opens it; "-": standard input, a pipe
 *   AGAIN_COPY=PATH   what standard input then gives each time: this file, at most as much as a pipe holds
 *   AGAIN_AT=N        not when it is first touched, but when N bytes of it were read, in order; standard input then goes
 *                     on with what comes behind these in the copy
 *   AGAIN_SKIP=N      so many times the file is opened for something else first, like its checksum for the provenance
 *   AGAIN_FD=FD       one end of a socket to whoever says when (helpers/cuts)
 *
 * At the first call that could tell anything of the input (read, pread, fstat, lseek or mmap) a byte is sent over the socket. For
 * each byte that comes back the process forks: the child goes on with the input as it is by then, from its start, and the
 * wait status of its end is sent as an int. The process itself ends when the socket does.
 *
 * The program must not have started threads by then. What it looked at by other means (stat, fopen) it does not look at again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "real.h"

#define FILES 64

int __open_2(const char *path, int flags);
ssize_t __read_chk(int fd, void *buf, size_t n, size_t room);
ssize_t __pread_chk(int fd, void *buf, size_t n, off_t off, size_t room);

static const char *file, *copy;
static int control = -1, input = -1, done;
static long at, skip, taken;

#define REAL(type, name, ...)                 \
	static type (*real)(__VA_ARGS__);     \
	if (!real)                            \
		real_find(&real, #name)

static int
real_open(const char *path, int flags, int mode)
{
	REAL(int, open, const char *, int, ...);

	return real(path, flags, mode);
}

static ssize_t
real_read(int fd, void *buf, size_t n)
{
	REAL(ssize_t, read, int, void *, size_t);

	return real(fd, buf, n);
}

static off_t
real_lseek(int fd, off_t off, int whence)
{
	REAL(off_t, lseek, int, off_t, int);

	return real(fd, off, whence);
}

static void *
real_mmap(void *p, size_t n, int prot, int flags, int fd, off_t off)
{
	REAL(void *, mmap, void *, size_t, int, int, int, off_t);

	return real(p, n, prot, flags, fd, off);
}

static int
real_fstat(int fd, struct stat *st)
{
	REAL(int, fstat, int, struct stat *);

	return real(fd, st);
}

__attribute__((constructor)) static void
start(void)
{
	const char *fd = getenv("AGAIN_FD");

	if (!fd)
		return;
	control = atoi(fd);
	file = getenv("AGAIN_FILE");
	copy = getenv("AGAIN_COPY");
	at = getenv("AGAIN_AT") ? atol(getenv("AGAIN_AT")) : 0;
	skip = getenv("AGAIN_SKIP") ? atol(getenv("AGAIN_SKIP")) : 0;
	if (!strcmp(file, "-"))
		input = STDIN_FILENO;
}

/* A pipe that holds the copy becomes standard input. */
static void
refill(void)
{
	static char buf[65536];
	int fd = real_open(copy, O_RDONLY, 0), ends[2];
	off_t begin = real_lseek(fd, at, SEEK_SET);
	ssize_t n = real_read(fd, buf, sizeof buf);

	if (fd < 0 || begin != at || n < 0 || pipe(ends) || write(ends[1], buf, (size_t)n) != n || dup2(ends[0], STDIN_FILENO) < 0)
		abort();
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

/* Where the open files stand: what a child reads of them, its successor must find again. */
static void
places(off_t place[FILES], int restore)
{
	int fd;

	for (fd = 3; fd < FILES; fd++)
		if (!restore)
			place[fd] = real_lseek(fd, 0, SEEK_CUR);
		else if (place[fd] >= 0)
			real_lseek(fd, place[fd], SEEK_SET);
}

/* Returns in each child, and not in the parent. */
static void
serve(void)
{
	off_t place[FILES];
	char byte = 0;
	int status;
	pid_t pid;

	done = 1;
	places(place, 0);
	if (write(control, &byte, 1) != 1)
		_exit(99);
	while (real_read(control, &byte, 1) == 1) {
		places(place, 1);
		pid = fork();
		if (pid < 0)
			_exit(99);
		if (pid == 0) {
			close(control);
			if (input == STDIN_FILENO)
				refill();
			return;
		}
		waitpid(pid, &status, 0);
		if (write(control, &status, sizeof status) != sizeof status)
			_exit(99);
	}
	_exit(0);
}

/* Of what is read in order, more may be asked than it gives; it may not be mapped. */
static void
touch(int fd)
{
	if (fd > STDIN_FILENO && fd == input && !done && !at)
		serve();
}

static int
opened(const char *path, int fd)
{
	if (control >= 0 && fd >= 0 && input != STDIN_FILENO && !done && !strcmp(path, file) && skip-- <= 0)
		input = fd;
	return fd;
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = va_arg(ap, int); /* rubbish where none was given, and not looked at */
	va_end(ap);
	return opened(path, real_open(path, flags, mode));
}

int
__open_2(const char *path, int flags)
{
	return opened(path, real_open(path, flags, 0));
}

ssize_t
read(int fd, void *buf, size_t n)
{
	ssize_t got;

	touch(fd);
	if (fd >= 0 && fd == input && !done && taken == at)
		serve();
	got = real_read(fd, buf, n);
	if (fd >= 0 && fd == input && got > 0)
		taken += got;
	return got;
}

ssize_t
__read_chk(int fd, void *buf, size_t n, size_t room)
{
	if (n > room)
		abort();
	return read(fd, buf, n);
}

ssize_t
pread(int fd, void *buf, size_t n, off_t off)
{
	REAL(ssize_t, pread, int, void *, size_t, off_t);

	touch(fd);
	return real(fd, buf, n, off);
}

ssize_t
__pread_chk(int fd, void *buf, size_t n, off_t off, size_t room)
{
	if (n > room)
		abort();
	return pread(fd, buf, n, off);
}

int
fstat(int fd, struct stat *st)
{
	touch(fd);
	return real_fstat(fd, st);
}

off_t
lseek(int fd, off_t off, int whence)
{
	touch(fd);
	return real_lseek(fd, off, whence);
}

void *
mmap(void *p, size_t n, int prot, int flags, int fd, off_t off)
{
	if (fd >= 0 && fd == input && at)
		_exit(98);
	touch(fd);
	return real_mmap(p, n, prot, flags, fd, off);
}
