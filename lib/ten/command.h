/* command.h - provenance: the commands that made a stream, in its metadata
 *
 * cmd.0, cmd.1, ... are the commands of the pipe so far, oldest first, in the form opt_command() gives them.
 * PREFIX.cmd.N is a chain that led into the file from the side: the encoder.cmd.N of a fine-tuned model are
 * the commands that made its encoder.
 */
#ifndef TEN_COMMAND_H
#define TEN_COMMAND_H

#include "ten/tensor.h"

/* Whether key is cmd.N or PREFIX.cmd.N; sets the length of PREFIX (0 without one) and N. */
int command_key(const char *key, size_t *prefix, long *number);

/* The commands of m: chains from the side first (the deeper one of encoder.init and encoder before the
 * other), each chain in order. list[m->n] receives pointers into m; returns how many. */
int command_list(const struct meta_item **list, const struct meta *m);

#endif
