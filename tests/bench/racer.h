/* racer.h - programs of the benchmark that take turns, a step for each line they are sent
 *
 * Prints "ready", then the seconds of each step, and "peak MIB", the largest resident memory, at the end of input.
 * With a number of steps it makes these by itself.
 */
#ifndef RACER_H
#define RACER_H

/* warmup steps that don't count, then `steps` ones, or for 0 one for each line of standard input. step returns its
 * seconds, peak the MiB at the end. */
void racer_run(int warmup, int steps, double (*step)(void *ctx), long (*peak)(void *ctx), void *ctx);

#endif
