#include "computing.h"

#include "cpu/cpu.h"
#include "nn/gemm.h"
#include "tool.h"

struct computing computing = { .compute = COMPUTE_FAST, .precision = ELEM_F32 };

void
computing_start(void)
{
	compute_use((enum compute)computing.compute);
	gemm_load();
	if (computing.compute == COMPUTE_REFERENCE)
		gemm_reserve();
	cpu(); /* a wrong SEGPIPE_CPU shows before anything is read */
	if (computing.precision == ELEM_BF16 && computing.compute != COMPUTE_FAST)
		die("--precision bf16 is for --compute fast alone (see %s -h)", prog_name);
	if (!compute_has((enum elem)computing.precision)) {
		note("this processor has no fast products of bfloat16: computing in single precision");
		computing.precision = ELEM_F32;
		opt_amend(&computing.precision, "f32");
	}
	compute_use_elem((enum elem)computing.precision);
}
