/* script.h - the commands that made a file, as a shell script that makes it again
 *
 * Provenance (command.h) says in which order commands ran and what they read, not what they called their outputs.
 * That follows from what read them: a command whose one operand is a file read what the command before it wrote there;
 * without operand, or with "-", the two were joined by a pipe. The last of PREFIX.cmd.N wrote the file that an option
 * --PREFIX of the chain beside it names. Where outputs had names of their own (--state), cmd.N.output tells.
 *
 * The script makes every file that a later command reads, unless it is there, and stops where one of them, or one that
 * nothing recorded here makes, has not the CRC-32 that it had. Words come quoted and commands of other packages as
 * comments, so a stranger's file cannot make it do what is not to be seen in it; whoever runs it should still look.
 */
#ifndef TEN_SCRIPT_H
#define TEN_SCRIPT_H

#include "ten/tensor.h"

struct script {
	struct stage *stage;   /* a file and the pipe that makes it */
	int n;
	struct meta crc;       /* of files that were read, where known, by name */
	struct meta given;     /* files that were read, and the output of no command here */
};

/* Adds what made the record with this metadata. Records of one file share most of it; only what is new is added.
 * target: what the file is to be called. */
void script_add(struct script *s, const struct meta *m, const char *target);

/* The whole, to be freed. */
char *script_text(const struct script *s);
void script_free(struct script *s);

#endif
