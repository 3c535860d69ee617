#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crc.h"
#include "base/mem.h"

#define PIPE (1 << 20) /* what Linux lets anybody have */

void
outfile_widen(int fd)
{
	struct stat st;

	if (!fstat(fd, &st) && S_ISFIFO(st.st_mode) && fcntl(fd, F_GETPIPE_SZ) < PIPE)
		fcntl(fd, F_SETPIPE_SZ, PIPE);
}

static int
open_standard(struct outfile *o, enum outfile_kind kind, struct err *e)
{
	if (kind == OUTFILE_BINARY && isatty(STDOUT_FILENO))
		return err_set(e, "refusing to write binary data to a terminal (use -o FILE or a pipe)");
	o->path = mem_strdup("standard output");
	o->f = stdout;
	if (kind == OUTFILE_BINARY)
		outfile_widen(STDOUT_FILENO);
	return 0;
}

static int
goes_to_standard(const char *path)
{
	return !path || !strcmp(path, "-");
}

/* Where the link to an open file without a name is found. No memory of its own: of several outputs that are closed one
 * after the other the last ones must not fail for want of it. */
#define LINK_LEN 32
static const char *
descriptor_path(char link[LINK_LEN], int fd)
{
	snprintf(link, LINK_LEN, "/proc/self/fd/%d", fd);
	return link;
}

/* A file that has no name until it is whole: even SIGKILL leaves nothing behind. -1 where the file system, or the lack of
 * /proc, does not allow it. */
static int
open_nameless(const char *path)
{
	char *copy = mem_strdup(path), link[LINK_LEN];
	int fd = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);

	free(copy);
	if (fd < 0)
		return -1;
	if (access(descriptor_path(link, fd), F_OK)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int
give_name(struct outfile *o)
{
	char link[LINK_LEN];

	unlink(o->tmp);
	return linkat(AT_FDCWD, descriptor_path(link, fileno(o->f)), AT_FDCWD, o->tmp, AT_SYMLINK_FOLLOW);
}

/* A folder also counts: it is opened, and so refused, as if it were a device. */
static int
goes_directly(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

int
outfile_open(struct outfile *o, const char *path, enum outfile_kind kind, struct err *e)
{
	int fd;

	memset(o, 0, sizeof *o);
	if (goes_to_standard(path))
		return open_standard(o, kind, e);
	o->path = mem_strdup(path);
	if (goes_directly(path)) {
		o->f = fopen(path, "wb");
	} else {
		o->tmp = mem_printf("%s.tmp-%ld", path, (long)getpid());
		o->cleanup = cleanup_file(o->tmp);
		fd = open_nameless(path);
		o->nameless = fd >= 0;
		if (fd < 0)
			fd = open(o->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		o->f = fd < 0 ? NULL : fdopen(fd, "wb");
	}
	if (o->f)
		return 0;
	err_set(e, "cannot create '%s':", path);
	outfile_discard(o);
	return -1;
}

/* --- a file that is gone on with --- */

/* to[n] from p, whatever interrupts it. */
static int
write_all(int to, const char *p, size_t n)
{
	while (n) {
		ssize_t k = write(to, p, n);

		if (k < 0 && errno != EINTR)
			return -1;
		p += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
	}
	return 0;
}

/* The first bytes of `to`, if it has too few, from the finished file. */
static int
fetch_head(int to, const char *path, uint64_t bytes)
{
	char buf[65536];
	struct stat st;
	int from, rc = 0;

	if (fstat(to, &st))
		return -1;
	if ((uint64_t)st.st_size >= bytes)
		return 0;
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return errno == ENOENT ? 0 : -1;
	while (bytes && !rc) {
		ssize_t n = read(from, buf, bytes < sizeof buf ? (size_t)bytes : sizeof buf);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			break;
		rc = n < 0 ? -1 : write_all(to, buf, (size_t)n);
		bytes -= n > 0 ? (uint64_t)n : 0;
	}
	close(from);
	return rc || lseek(to, 0, SEEK_SET) ? -1 : 0;
}

/* Leaves the place behind the bytes that were written. */
static int
cut_part(const struct outfile *o, int fd, uint64_t bytes, uint32_t crc, struct err *e)
{
	uint32_t have;
	int rc;

	if (bytes && fetch_head(fd, o->path, bytes))
		return err_set(e, "cannot go on with '%s':", o->tmp);
	rc = crc_next(&have, fd, bytes);
	if (rc < 0)
		return err_set(e, "cannot read '%s':", o->tmp);
	if (rc || have != crc)
		return err_set(e, "cannot go on with '%s': its first %llu bytes are not those that were written", o->tmp,
		               (unsigned long long)bytes);
	if (ftruncate(fd, (off_t)bytes))
		return err_set(e, "cannot go on with '%s':", o->tmp);
	return 0;
}

/* One that cannot be gone on with stays, for somebody may yet make sense of it, unless there was nothing in it. */
static int
open_part(struct outfile *o, uint64_t bytes, uint32_t crc, struct err *e)
{
	int fd = open(o->tmp, O_RDWR | O_CREAT | O_CLOEXEC, 0666), empty;
	struct stat st;

	if (fd < 0)
		return err_set(e, "cannot create '%s':", o->tmp);
	o->f = fdopen(fd, "r+b");
	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return err_set(e, "'%s' is being written by another program", o->tmp);
	empty = !fstat(fd, &st) && st.st_size == 0;
	if (!cut_part(o, fd, bytes, crc, e))
		return 0;
	if (empty)
		unlink(o->tmp);
	return -1;
}

int
outfile_resume(struct outfile *o, const char *path, uint64_t bytes, uint32_t crc, struct err *e)
{
	if (goes_to_standard(path) || goes_directly(path))
		return outfile_open(o, path, OUTFILE_TEXT, e);
	memset(o, 0, sizeof *o);
	o->path = mem_strdup(path);
	o->tmp = mem_printf("%s.part", path);
	if (!open_part(o, bytes, crc, e))
		return 0;
	if (o->f)
		fclose(o->f);
	free(o->tmp);
	free(o->path);
	memset(o, 0, sizeof *o);
	return -1;
}

int
outfile_sync(struct outfile *o, struct err *e)
{
	if (fflush(o->f) || ferror(o->f) || (o->tmp && fsync(fileno(o->f))))
		return err_set(e, "cannot write '%s':", o->path);
	return 0;
}

/* --- the end --- */

/* A rename survives a power cut only once the folder itself is on disk. */
void
outfile_sync_folder(const char *path)
{
	char folder[PATH_MAX]; /* the file stands: nothing may fail any more for want of memory */
	int fd;

	if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
		return;
	fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Sets errno to what keeps f from being written. A write that failed long ago is only remembered as a fact; what is in f
 * is lost anyway, so another one may say why. */
static void
fail_again(FILE *f)
{
	clearerr(f);
	errno = EIO;
	if (fputc('\n', f) != EOF && !fflush(f))
		errno = EIO;
}

int
outfile_close(struct outfile *o, struct err *e)
{
	int bad, reason;

	if (!o->f)
		BUG("closing an output file that is not open");
	bad = ferror(o->f) != 0;
	if (bad)
		fail_again(o->f);
	else
		bad = fflush(o->f);
	if (!bad && o->tmp)
		bad = fsync(fileno(o->f)) || (o->nameless && give_name(o));
	reason = errno;
	if (fclose(o->f) && !bad) {
		reason = errno;
		bad = 1;
	}
	errno = reason;
	o->f = NULL;
	if (!bad && o->tmp)
		bad = rename(o->tmp, o->path);
	if (bad) {
		err_set(e, "cannot write '%s':", o->path);
		outfile_discard(o);
		return -1;
	}
	if (o->tmp) {
		cleanup_forget(o->cleanup);
		outfile_sync_folder(o->path);
	}
	free(o->tmp);
	free(o->path);
	memset(o, 0, sizeof *o);
	return 0;
}

void
outfile_discard(struct outfile *o)
{
	if (o->f && o->f != stdout)
		fclose(o->f);
	if (o->cleanup) { /* PATH.part stays */
		unlink(o->tmp);
		cleanup_forget(o->cleanup);
	}
	free(o->tmp);
	free(o->path);
	memset(o, 0, sizeof *o);
}
