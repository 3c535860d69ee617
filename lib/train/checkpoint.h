/* checkpoint.h - the state of a training on disk: killed at any moment, it goes on as if nothing had happened
 *
 * A checkpoint is a stream of one record (ten.5). Its tensors are named GROUP/NAME: online/encoder.conv1.weight, and with
 * m/ or v/ before that the optimiser's moments of the same parameter; its metadata are numbers, doubles in hexadecimal, so that
 * all come back bit for bit. Which groups and numbers there are is the trainer's business; this is how they get there.
 *
 * FILE appears whole or not at all, and the one before stays as FILE.previous: at every instant one of them is there.
 */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "base/cleanup.h"
#include "nn/optim.h"
#include "ten/ten.h"

/* --- one program at a time --- */

/* Keeps FILE from other programs that would write it, and so from being read by one while another goes on writing. The lock
 * is on FILE.lock, which a program that is killed leaves behind, but unlocked. One that holds it and is about to end
 * is waited for, some seconds; otherwise -1. Where files cannot be locked, this does nothing. */
struct checkpoint_lock {
	int fd;
	char *name;
	struct cleanup *cleanup;
};
int checkpoint_lock(struct checkpoint_lock *l, const char *path, struct err *e);

/* --- writing --- */

/* Adds to r the values of ps; tensors borrow their memory, so ps must stay as it is until r is written. A value that is not
 * finite is an error: what went wrong must not replace what was good. */
int checkpoint_add_params(struct record *r, const char *group, const struct params *ps, struct err *e);

/* Adds the moments and step counts of ps' optimiser. */
void checkpoint_add_optim(struct record *r, const char *group, const struct optim *o, const struct params *ps);

void checkpoint_add_int(struct record *r, const char *key, int64_t v);
void checkpoint_add_real(struct record *r, const char *key, double v);

/* r becomes the new FILE, and is empty then. On -1 FILE and its predecessor are as before. */
int checkpoint_write(const char *path, struct record *r, struct err *e);

/* What a finished training does: its outputs have taken the place of both files. The lock goes last. */
void checkpoint_remove(const char *path, struct checkpoint_lock *l);

/* --- reading --- */

struct checkpoint {
	struct ten_map map;
	const struct record *rec; /* its tensors lie in the file */
};

/* FILE, or its predecessor if only that is there; its checksum is compared. Returns 1 (and no error) if there is
 * neither. */
int checkpoint_open(struct checkpoint *c, const char *path, struct err *e);

/* The same, but for the metadata alone, which the caller frees. */
int checkpoint_read_meta(struct meta *m, const char *path, struct err *e);

/* 0 if FILE is a checkpoint, or nothing yet. What else has this name would first be replaced, and then removed. */
int checkpoint_may_write(const char *path, struct err *e);

/* Fill what the functions above wrote from; everything must be there in the same shapes. */
int checkpoint_get_params(struct params *ps, const struct checkpoint *c, const char *group, struct err *e);
int checkpoint_get_optim(struct optim *o, const struct params *ps, const struct checkpoint *c, const char *group,
                         struct err *e);
int checkpoint_get_int(int64_t *v, const struct meta *m, const char *key, struct err *e); /* 0 or more */
int checkpoint_get_real(double *v, const struct meta *m, const char *key, struct err *e);
void checkpoint_close(struct checkpoint *c);

#endif
