/* foreign.h - weights files from elsewhere: safetensors, and what torch.save wrote (.pth, .pt, .ckpt, .tar)
 *
 * A checkpoint is a list of named tensors. Their shapes are known and checked against the file, their values still
 * lie in it: whoever knows what shape a tensor should have compares first and copies then, so that nothing is
 * allocated because a file said so. What torch.save wrote is read by an interpreter that executes nothing
 * (pth_pickle.h).
 */
#ifndef IO_FOREIGN_H
#define IO_FOREIGN_H

#include "ten/tensor.h"

struct pth;

struct foreign_tensor {
	char *name;
	enum ten_dtype dtype;
	int ndim;
	int64_t dim[TEN_MAXDIM];
	int64_t stride[TEN_MAXDIM]; /* in elements, none negative; 0 where a dimension was expanded */
	int64_t offset;             /* of the first element, in elements of what it is a view of */
	int storage;                /* which of the file's storages, or tensors, that is */
};

struct foreign {
	struct foreign_tensor *t; /* sorted by name, each name once */
	int n;
	char *from;          /* the dictionary they stood in: "state_dict"; "": the file's own level */
	struct record safe;  /* a safetensors file's content and metadata */
	struct pth *pth;     /* or torch.save's */
};

struct foreign_choice {
	const char *from;   /* dictionary to take, "a/b" for b in a; NULL: state_dict and the like, else the only one */
	int ignore_objects; /* pass over calls of functions and classes that are not known to be harmless (none is made) */
};

/* Opens FILE; "-" is standard input, which must be safetensors. Messages name the file. */
int foreign_open(struct foreign *c, const char *path, const struct foreign_choice *choice, struct err *e);
void foreign_close(struct foreign *c);

/* dst, of as many bytes as the tensor's shape and dtype say, receives its values, the last dimension fastest. */
int foreign_copy(void *dst, const struct foreign *c, const struct foreign_tensor *t, struct err *e);

/* Its place in c->t; -1: absent. */
int foreign_find(const struct foreign *c, const char *name);

#endif
