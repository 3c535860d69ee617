/* refuse - preloaded: the calls that end a file say that the disk is full
 *
 * REFUSE=fclose|fsync|rename says which; fclose only of files written to. What was written before seemed to go well, as
 * it does where a file system finds its blocks late.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "real.h"

static int
refused(const char *call)
{
	const char *which = getenv("REFUSE");

	return which && !strcmp(which, call);
}

int
fclose(FILE *f)
{
	int (*real)(FILE *), fd = fileno(f);
	int written = fd > 2 && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY, rc;

	real_find(&real, "fclose");
	rc = real(f);
	if (!written || !refused("fclose"))
		return rc;
	errno = ENOSPC;
	return EOF;
}

int
fsync(int fd)
{
	(void)fd;
	if (!refused("fsync"))
		return 0;
	errno = ENOSPC;
	return -1;
}

int
rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	real_find(&real, "rename");
	if (!refused("rename"))
		return real(from, to);
	errno = ENOSPC;
	return -1;
}
