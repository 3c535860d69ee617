/* mapped.h - files read through memory
 *
 * A mapped file may become shorter while it is read, or its disk fail: then a process is sent SIGBUS in the middle of
 * whatever it does. For files mapped here that is an error like others: one line that names the file, nothing partial
 * left behind (cleanup.h), exit status 2.
 */
#ifndef BASE_MAPPED_H
#define BASE_MAPPED_H

#include <stddef.h>

/* The file's first `size` bytes, to be read only; NULL on error (errno). name: for the message. */
void *mapped_open(int fd, size_t size, const char *name);
void mapped_close(void *base, size_t size);

#endif
