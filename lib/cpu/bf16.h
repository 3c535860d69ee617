/* bf16.h - bfloat16: the upper half of a float, 8 bits of mantissa and the same range
 *
 * Rounded to the nearest, ties to even. A value that is not a number stays one.
 */
#ifndef CPU_BF16_H
#define CPU_BF16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
bf16_of(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof u);
	if ((u & 0x7fffffff) > 0x7f800000)
		return (uint16_t)(u >> 16 | 0x40);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static inline float
bf16_float(uint16_t b)
{
	uint32_t u = (uint32_t)b << 16;
	float x;

	memcpy(&x, &u, sizeof x);
	return x;
}

void bf16_round(uint16_t *b, const float *x, size_t n);
void bf16_widen(float *x, const uint16_t *b, size_t n);

#endif
