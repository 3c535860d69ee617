/* computing.h - what the tools that run a network share */
#ifndef COMPUTING_H
#define COMPUTING_H

#include "nn/compute.h"

struct computing {
	int compute; /* enum compute */
};
extern struct computing computing;

#define OPT_COMPUTING \
	{ 0, "compute", OPT_CHOICE, &computing.compute, COMPUTE_NAMES, "how products and convolutions are computed", 0, 0, "" }

/* Puts the options into effect: after opt_parse, before any network runs. */
void computing_start(void);

#endif
