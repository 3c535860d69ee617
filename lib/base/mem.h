/* mem.h - memory or a clean end
 *
 * These never return NULL: memory that cannot be had ends the program with one line and status 2.
 * Sizes that come from a file must have been checked against that file before they get here.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))

void *mem_alloc(size_t size);                   /* zeroed */
void *mem_array(size_t n, size_t size);         /* zeroed; n * size is checked for overflow */
void *mem_grow(void *p, size_t n, size_t size); /* realloc to n elements; new ones are not zeroed */
void *mem_aligned(size_t size);                 /* at a multiple of 64, not zeroed; free() frees it */
char *mem_strdup(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
