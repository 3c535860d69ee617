#include "cpu/bf16.h"

#include "base/kernel.h"

KERNEL void
bf16_round(uint16_t *b, const float *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		b[i] = bf16_of(x[i]);
}

KERNEL void
bf16_widen(float *x, const uint16_t *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = bf16_float(b[i]);
}
