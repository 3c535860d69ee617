#include "nn/compute.h"

#include "base/err.h"
#include "cpu/cpu.h"

static struct {
	enum compute compute;
	enum elem elem;
} used;

void
compute_use(enum compute compute)
{
	used.compute = compute;
}

void
compute_use_elem(enum elem elem)
{
	if (elem != ELEM_F32 && (used.compute != COMPUTE_FAST || !compute_has(elem)))
		BUG("products of bfloat16 that cannot be had");
	used.elem = elem;
}

enum compute
compute_used(void)
{
	return used.compute;
}

enum elem
compute_elem(void)
{
	return used.elem;
}

int
compute_has(enum elem e)
{
	return e == ELEM_F32 || cpu()->bf16;
}
