/* fuzz.h - what the fuzz targets share
 *
 * A target is a file tests/fuzz/NAME.c that hands bytes from outside to a parser: it may refuse them, but it must come
 * back, free what it had, and keep what it promises (FUZZ_CHECK). `make fuzz` builds the targets with clang's libFuzzer and
 * looks for bytes that break them; replay.c runs them on the bytes kept in the tree, whatever the compiler.
 *
 * To end the program is a failure, by lack of memory too: memory is limited, and a file must not make the program ask for
 * more than its own size warrants.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <fcntl.h>
#include <ftw.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the library that these bytes broke */
#define FUZZ_CHECK(cond)                                                                  \
	do {                                                                              \
		if (!(cond)) {                                                            \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                          \
		}                                                                         \
	} while (0)

#define FUZZ_PATH 64

/* A file in memory, kept from call to call, that holds these bytes. */
static inline const char *
fuzz_file(const void *data, size_t size)
{
	static char path[FUZZ_PATH];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return path;
}

/* A pipe that gives these bytes, as many as fit into one (64 KiB); its end to be read from is *fd, to be closed. */
static inline void
fuzz_pipe(char path[FUZZ_PATH], int *fd, const void *data, size_t size)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		abort();
	if (size && write(ends[1], data, size) != (ssize_t)size)
		abort();
	close(ends[1]);
	*fd = ends[0];
	snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", ends[0]);
}

#define FUZZ_PIPE ((size_t)65536)

/* Takes the first byte as a choice among n; 0 without one. */
static inline unsigned
fuzz_choose(const uint8_t **data, size_t *size, unsigned n)
{
	if (!*size)
		return 0;
	--*size;
	return *(*data)++ % n;
}

/* The bytes as a string, to be freed. */
static inline char *
fuzz_text(const void *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static char fuzz_folder_path[FUZZ_PATH];

static inline int
fuzz_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path);
}

static inline void
fuzz_remove_folder(void)
{
	nftw(fuzz_folder_path, fuzz_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* An empty folder the first time, for the rest of the program. */
static inline const char *
fuzz_folder(void)
{
	if (!*fuzz_folder_path) {
		strcpy(fuzz_folder_path, access("/dev/shm", W_OK) ? "/tmp/fuzz.XXXXXX" : "/dev/shm/fuzz.XXXXXX");
		if (!mkdtemp(fuzz_folder_path))
			abort();
		atexit(fuzz_remove_folder);
	}
	return fuzz_folder_path;
}

/* A file or, without data, a folder in there; 0 if it can have that name. */
static inline int
fuzz_put(const char *name, const void *data, size_t size)
{
	char path[512];
	int fd;

	if (snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name) >= (int)sizeof path)
		return -1;
	if (!data)
		return mkdir(path, 0700);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	return close(fd);
}

#endif
