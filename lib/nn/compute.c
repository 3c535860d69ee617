#include "nn/compute.h"

static enum compute used;

void
compute_use(enum compute compute)
{
	used = compute;
}

enum compute
compute_used(void)
{
	return used;
}
