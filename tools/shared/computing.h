/* computing.h - what the tools that run a network share */
#ifndef COMPUTING_H
#define COMPUTING_H

#include "nn/compute.h"

struct computing {
	int compute;   /* enum compute */
	int precision; /* enum elem */
};
extern struct computing computing;

#define OPT_COMPUTING \
	{ 0, "compute", OPT_CHOICE, &computing.compute, COMPUTE_NAMES, "how products and convolutions are computed", 0, 0, "" }, \
	{ 0, "precision", OPT_CHOICE, &computing.precision, ELEM_NAMES, "what layers multiply, and images between them are stored in", 0, 0, "" }

/* Puts the options into effect: after opt_parse, before any network runs. Where the processor lacks fast products of
 * bfloat16 that is single precision, with a note; opt_command() then says so too. */
void computing_start(void);

#endif
