#include "base/crc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* x^(D+32) mod P and x^(D-32) mod P, bits reversed (the message's first bit is a byte's lowest) and, because a
 * product of reversed operands comes out one place too low, moved up by one. */
#define FOLD_512 0x154442bd4, 0x1c6e41596
#define FOLD_2048 0x11542778a, 0x1322d1430

/* The remainder of state[n] (folded from all before, the starting value included), then rest[left]. */
static uint32_t
finish(const void *state, size_t n, const unsigned char *rest, size_t left)
{
	return (uint32_t)crc32_z(crc32_z(UINT32_MAX, state, n), rest, left);
}

__attribute__((target("pclmul"))) static uint32_t
fold_512(uint32_t crc, const unsigned char *p, size_t n)
{
	static const uint64_t k[2] = { FOLD_512 };
	__m128i by = _mm_loadu_si128((const __m128i *)k), a[4];
	int i;

	if (n < sizeof a)
		return (uint32_t)crc32_z(crc, p, n);
	memcpy(a, p, sizeof a);
	a[0] = _mm_xor_si128(a[0], _mm_cvtsi32_si128((int)~crc));
	for (p += sizeof a, n -= sizeof a; n >= sizeof a; p += sizeof a, n -= sizeof a)
		for (i = 0; i < 4; i++) {
			__m128i lo = _mm_clmulepi64_si128(a[i], by, 0x00), hi = _mm_clmulepi64_si128(a[i], by, 0x11);

			a[i] = _mm_xor_si128(_mm_xor_si128(lo, hi), _mm_loadu_si128((const __m128i *)p + i));
		}
	return finish(a, sizeof a, p, n);
}

/* The same, four times as wide. */
__attribute__((target("avx512f,vpclmulqdq"))) static uint32_t
fold_2048(uint32_t crc, const unsigned char *p, size_t n)
{
	static const uint64_t k[2] = { FOLD_2048 };
	__m512i by = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)k)), a[4];
	int i;

	if (n < sizeof a)
		return fold_512(crc, p, n);
	memcpy(a, p, sizeof a);
	a[0] = _mm512_xor_si512(a[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~crc)));
	for (p += sizeof a, n -= sizeof a; n >= sizeof a; p += sizeof a, n -= sizeof a)
		for (i = 0; i < 4; i++) {
			__m512i lo = _mm512_clmulepi64_epi128(a[i], by, 0x00), hi = _mm512_clmulepi64_epi128(a[i], by, 0x11);

			a[i] = _mm512_ternarylogic_epi64(lo, hi, _mm512_loadu_si512((const __m512i *)p + i), 0x96);
		}
	return finish(a, sizeof a, p, n);
}
#endif

static uint32_t
by_zlib(uint32_t crc, const unsigned char *p, size_t n)
{
	return (uint32_t)crc32_z(crc, p, n);
}

static uint32_t (*const way[])(uint32_t crc, const unsigned char *p, size_t n) = {
	by_zlib,
#if defined(__x86_64__) && defined(__GNUC__)
	fold_512, fold_2048,
#endif
};

int
crc_ways(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (!__builtin_cpu_supports("pclmul"))
		return 1;
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq") ? 3 : 2;
#else
	return 1;
#endif
}

uint32_t
crc_add_by(int which, uint32_t crc, const void *p, size_t n)
{
	return n ? way[which](crc, p, n) : crc;
}

uint32_t
crc_add(uint32_t crc, const void *p, size_t n)
{
	return crc_add_by(crc_ways() - 1, crc, p, n);
}

int
crc_next(uint32_t *crc, int fd, uint64_t bytes)
{
	enum { SIZE = 1 << 18 };
	char *buf = mem_alloc(SIZE);
	ssize_t n = 1;

	*crc = 0;
	while (bytes && n) {
		n = read(fd, buf, bytes < SIZE ? (size_t)bytes : SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		*crc = crc_add(*crc, buf, (size_t)n);
		bytes -= bytes == UINT64_MAX ? 0 : (uint64_t)n;
	}
	free(buf);
	return n < 0 ? -1 : bytes && bytes != UINT64_MAX;
}

int
crc_file(uint32_t *crc, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* what is no file may have nobody at its other end */
	struct stat st;
	int rc = -1;

	*crc = 0;
	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		rc = crc_next(crc, fd, UINT64_MAX);
	close(fd);
	return rc;
}
