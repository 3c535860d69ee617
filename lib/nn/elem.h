/* elem.h - how activations and their gradients are stored: float, or bfloat16 at half the memory
 *
 * Parameters, their gradients and everything that is summed up stay float. Operators read values through elem_read,
 * a few at a time, and compute in float whatever the storage.
 */
#ifndef NN_ELEM_H
#define NN_ELEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/kernel.h"
#include "cpu/bf16.h"

enum elem { ELEM_F32, ELEM_BF16 };
#define ELEM_NAMES "f32|bf16"

static inline size_t
elem_size(enum elem e)
{
	return e == ELEM_F32 ? sizeof(float) : sizeof(uint16_t);
}

/* x + n values */
static inline void *
elem_at(const void *x, size_t n, enum elem e)
{
	return (char *)x + n * elem_size(e);
}

/* n values of x from number `at` on: where they lie, or widened into room[n]. */
KERNEL_PART const float *
elem_read(float *restrict room, const void *x, size_t at, int n, enum elem e)
{
	const uint16_t *b = (const uint16_t *)x + at;
	int k;

	if (e == ELEM_F32)
		return (const float *)x + at;
	for (k = 0; k < n; k++)
		room[k] = bf16_float(b[k]);
	return room;
}

/* x[at..at+n-1] = v, or += with add */
KERNEL_PART void
elem_write(void *x, size_t at, const float *restrict v, int n, int add, enum elem e)
{
	uint16_t *b = (uint16_t *)x + at;
	float *f = (float *)x + at;
	int k;

	if (e == ELEM_F32 && add)
		for (k = 0; k < n; k++)
			f[k] += v[k];
	else if (e == ELEM_F32)
		for (k = 0; k < n; k++) /* no memcpy: where n is known, v need not be in memory at all */
			f[k] = v[k];
	else if (add)
		for (k = 0; k < n; k++)
			b[k] = bf16_of(bf16_float(b[k]) + v[k]);
	else
		for (k = 0; k < n; k++)
			b[k] = bf16_of(v[k]);
}

#endif
