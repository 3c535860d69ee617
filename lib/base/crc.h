/* crc.h - CRC-32 (ISO 3309, that of zlib, gzip and PNG), as fast as memory is read
 *
 * With P the polynomial, all arithmetic modulo 2: a message part of bits A, D bits before another part B, can be replaced
 * by (A x^D mod P) added to B, which leaves the remainder of the whole as it was. So registers' worth of the message
 * are folded onto what follows them, by two carry-less products each (V. Gopal et al., "Fast CRC computation for generic
 * polynomials using PCLMULQDQ instruction", Intel 2009); zlib takes the remainder of the few bytes that are
 * left. Processors without these products leave everything to zlib.
 */
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of a message whose first part has the CRC `crc` (0: there is none) and which goes on with p[n]. */
uint32_t crc_add(uint32_t crc, const void *p, size_t n);

/* That of what comes next in fd, `bytes` bytes of it or, with UINT64_MAX, all to its end. 1: it ends before, -1: it cannot be
 * read (errno). */
int crc_next(uint32_t *crc, int fd, uint64_t bytes);

/* That of a regular file's content. Returns -1, without a word, for what is none or cannot be read. */
int crc_file(uint32_t *crc, const char *path);

/* The ways to compute it that this processor has, the plainest first; for tests. All give the same. */
int crc_ways(void);
uint32_t crc_add_by(int which, uint32_t crc, const void *p, size_t n);

#endif
