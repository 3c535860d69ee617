/* command.h - provenance: the commands that made a stream, in its metadata
 *
 * cmd.0, cmd.1, ... are the commands of the pipe so far, oldest first, in the form opt_command() gives them.
 * PREFIX.cmd.N is a chain that led into the file from the side: the encoder.cmd.N of a fine-tuned model are
 * the commands that made its encoder. cmd.N.NAME tells more about command N:
 *
 *   cmd.N.output   the option that named the file, if that was not --output
 *   cmd.N.from     of several operands the one that the record came from
 *   cmd.N.OPTION   the CRC-32 of the file that this option named, 8 hexadecimal digits, or "-" if it was no regular file;
 *                  of an option that was given several times OPTION-2 is the second, and so is the PREFIX of its chain
 *   cmd.N.source   the same of the one operand, where it is no stream
 */
#ifndef TEN_COMMAND_H
#define TEN_COMMAND_H

#include "ten/tensor.h"

/* Whether key is cmd.N or PREFIX.cmd.N; sets the length of PREFIX (0 without one) and N. */
int command_key(const char *key, size_t *prefix, long *number);

/* Whether key is any part of the provenance. */
int command_is(const char *key);

/* The commands of m: chains from the side first (the deeper one of encoder.init and encoder before the
 * other), each chain in order. list[m->n] receives pointers into m; returns how many. */
int command_list(const struct meta_item **list, const struct meta *m);

/* A command taken apart. */
struct command {
	char *tool, *version;
	char **word;  /* [n] unquoted: options, then operands */
	int n;
	int operands; /* the first of them */
};

/* 0, or -1 if text is no command; free() what it holds with command_free either way. */
int command_parse(struct command *c, const char *text);
void command_free(struct command *c);

/* The value of --name in c, or NULL; of NAME-K the value of --NAME where it stands for the K-th time. */
const char *command_option(const struct command *c, const char *name);

/* s with a blank and the word added, quoted for a shell (bash, where it has control characters). Takes s. */
char *command_quote(char *s, const char *word);

#endif
