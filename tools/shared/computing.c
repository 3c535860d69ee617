#include "computing.h"

#include "cpu/cpu.h"

struct computing computing = { .compute = COMPUTE_FAST };

void
computing_start(void)
{
	compute_use((enum compute)computing.compute);
	cpu(); /* a wrong SEGPIPE_CPU shows before anything is read */
}
