#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
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

int
outfile_open(struct outfile *o, const char *path, enum outfile_kind kind, struct err *e)
{
	struct stat st;
	int fd;

	memset(o, 0, sizeof *o);
	if (!path || !strcmp(path, "-"))
		return open_standard(o, kind, e);
	o->path = mem_strdup(path);
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		if (S_ISDIR(st.st_mode))
			errno = EISDIR;
		else
			o->f = fopen(path, "wb");
	} else {
		o->tmp = mem_printf("%s.tmp-%ld", path, (long)getpid());
		o->cleanup = cleanup_file(o->tmp);
		fd = open(o->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		o->f = fd < 0 ? NULL : fdopen(fd, "wb");
	}
	if (o->f)
		return 0;
	err_set(e, "cannot create '%s':", path);
	outfile_discard(o);
	return -1;
}

/* A rename survives a power cut only once the folder itself is on disk. */
static void
sync_folder(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

int
outfile_close(struct outfile *o, struct err *e)
{
	int bad;

	if (!o->f)
		BUG("closing an output file that is not open");
	bad = ferror(o->f) || fflush(o->f);
	if (!bad && o->tmp)
		bad = fsync(fileno(o->f));
	if (fclose(o->f))
		bad = 1;
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
		sync_folder(o->path);
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
	if (o->tmp) {
		unlink(o->tmp);
		cleanup_forget(o->cleanup);
	}
	free(o->tmp);
	free(o->path);
	memset(o, 0, sizeof *o);
}
