#include "racer.h"

#include <stdio.h>

/* Is there another step to make? */
static int
another(int made, int steps)
{
	char line[64];

	return steps ? made < steps : fgets(line, sizeof line, stdin) != NULL;
}

void
racer_run(int warmup, int steps, double (*step)(void *ctx), long (*peak)(void *ctx), void *ctx)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < warmup; i++)
		step(ctx);
	if (!steps)
		puts("ready");
	for (i = 0; another(i, steps); i++)
		printf("%.9g\n", step(ctx));
	printf("peak %ld\n", peak(ctx));
}
