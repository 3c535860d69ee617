#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/err.h"

#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM (4 * HUGE_PAGE)

static void *
checked(void *p, size_t size)
{
	if (!p)
		die("out of memory (%zu bytes asked for)", size);
	return p;
}

void *
mem_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1), size);
}

void *
mem_array(size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		die("out of memory (%zu elements of %zu bytes asked for)", n, size);
	return mem_alloc(n * size);
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	size_t bytes = n * size;

	if (size && n > SIZE_MAX / size)
		die("out of memory (%zu elements of %zu bytes asked for)", n, size);
	return checked(realloc(p, bytes ? bytes : 1), bytes);
}

void *
mem_aligned(size_t size)
{
	size_t align = size >= HUGE_FROM ? HUGE_PAGE : 64, up = (size + align - 1) & ~(align - 1);
	void *p;

	if (up < size)
		die("out of memory (%zu bytes asked for)", size);
	p = checked(aligned_alloc(align, up ? up : align), size);
	if (size >= HUGE_FROM) /* a hint: fewer faults on first touch, fewer misses after; the rest of a huge page is not wasted */
		madvise(p, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
	return p;
}

char *
mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(mem_alloc(n), s, n);
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		BUG("format '%s' cannot be printed", fmt);
	s = mem_alloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}
