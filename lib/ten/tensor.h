/* tensor.h - tensors, metadata and the records that hold them
 *
 * A record is what travels in a stream: named tensors and string metadata. Arrays are dense, the last
 * dimension fastest; images are (N,C,H,W), masks (N,H,W). See ten.5 for the format on disk.
 */
#ifndef TEN_TENSOR_H
#define TEN_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TEN_MAXDIM 8

enum ten_dtype {
	TEN_BOOL, TEN_U8, TEN_I8, TEN_U16, TEN_I16, TEN_F16, TEN_BF16, TEN_U32, TEN_I32, TEN_F32, TEN_U64, TEN_I64,
	TEN_F64, TEN_NDTYPE
};

size_t ten_dtype_size(enum ten_dtype d);       /* bytes per element */
const char *ten_dtype_name(enum ten_dtype d);  /* "F32" */
int ten_dtype_parse(const char *name);         /* -1: unknown */

struct tensor {
	char *name;
	enum ten_dtype dtype;
	int ndim;                /* 0: a scalar */
	int64_t dim[TEN_MAXDIM];
	void *data;              /* aligned to 64 bytes when the record owns it */
	int borrowed;            /* data belongs to someone else (ten_map) */
};

int64_t tensor_count(const struct tensor *t);  /* number of elements */
size_t tensor_bytes(const struct tensor *t);
int64_t tensor_stride0(const struct tensor *t); /* elements per index of the first dimension */
int tensor_same_shape(const struct tensor *a, const struct tensor *b);

/* "[16,1,224,224]" into buf; returns buf. */
#define TENSOR_SHAPE_LEN 192
char *tensor_shape(char buf[TENSOR_SHAPE_LEN], const struct tensor *t);

/* Element i as double, whatever the dtype (F16 and BF16 exactly; 64-bit integers rounded). */
double tensor_get(const struct tensor *t, int64_t i);

/* The first element that is not finite as a float; -1: all are. */
int64_t tensor_odd(const struct tensor *t);

/* dst[n] = elements from..from+n-1 as float. Fast for every dtype. */
void tensor_to_f32(float *dst, const struct tensor *t, int64_t from, int64_t n);

/* String metadata, sorted by key. */
struct meta {
	struct meta_item {
		char *key, *value;
	} *item;
	int n;
};

const char *meta_get(const struct meta *m, const char *key); /* NULL: absent; valid until the key changes */
void meta_set(struct meta *m, const char *key, const char *value);
void meta_setf(struct meta *m, const char *key, const char *fmt, ...) PRINTF(3, 4);
void meta_unset(struct meta *m, const char *key);
void meta_copy(struct meta *dst, const struct meta *src); /* replaces dst */
void meta_free(struct meta *m);

/* 1 and *v set: present and a whole number in [min,max]; 0: absent; -1: present but anything else. */
int meta_int(const struct meta *m, const char *key, int64_t *v, int64_t min, int64_t max, struct err *e);
int meta_real(const struct meta *m, const char *key, double *v, struct err *e); /* the same; finite */

/* Provenance: the command that is running becomes cmd.K, K one more than the last one there; returns K. */
int meta_add_command(struct meta *m, const char *text);

struct record {
	struct tensor *t;
	int n;
	struct meta meta;
	int64_t seq;      /* place in the stream it was read from */
	uint64_t offset;  /* byte offset there */
};

struct tensor *record_find(const struct record *r, const char *name); /* NULL: absent */

/* Adds a tensor with uninitialised data of its own; replaces one of that name, whose memory it takes over when it is as
 * large. The pointer is valid until the next record_add. Dimensions must be sane (checked): they are the program's, not a file's. */
struct tensor *record_add(struct record *r, const char *name, enum ten_dtype dtype, int ndim, const int64_t *dim);
struct tensor *record_add4(struct record *r, const char *name, enum ten_dtype dtype, int64_t n, int64_t c,
                           int64_t h, int64_t w);
/* The same, with data that belongs to someone else and must stay until r has been written or freed. */
struct tensor *record_borrow(struct record *r, const char *name, enum ten_dtype dtype, int ndim, const int64_t *dim,
                             void *data);
void record_remove(struct record *r, const char *name);
void record_remove_all(struct record *r); /* the metadata stay */

/* Number of samples: the first dimension of `name`; 0 without it. */
int64_t record_samples(const struct record *r, const char *name);

void record_move(struct record *dst, struct record *src); /* dst is freed first, src left empty */
void record_free(struct record *r);                       /* leaves an empty record */

#endif
