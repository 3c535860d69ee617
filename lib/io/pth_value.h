/* pth_value.h - what a pickle holds, as far as weights are concerned
 *
 * Values refer to each other (even in circles, if a hostile file wants it so) and to the text of the pickle; a pool owns
 * them all and frees them at once. Each costs a few words and every opcode makes at most one, so a pool is
 * bounded by the pickle's length.
 */
#ifndef IO_PTH_VALUE_H
#define IO_PTH_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "ten/tensor.h"

enum pth_kind {
	PTH_NONE,
	PTH_BOOL,    /* i */
	PTH_INT,     /* i */
	PTH_LONG,    /* an integer of more than 64 bits: text, little-endian */
	PTH_TEXT,    /* str or bytes: text */
	PTH_TUPLE,   /* item */
	PTH_LIST,    /* item */
	PTH_DICT,    /* item: key, value, key, value, ... as they came */
	PTH_GLOBAL,  /* a known function or class: call, and what it is in i */
	PTH_STORAGE, /* i: its number */
	PTH_TENSOR,  /* tensor */
	PTH_OPAQUE   /* something of no interest: a float, an optimiser's state, an object that is never made */
};

/* What a global stands for */
enum pth_call {
	PTH_CALL_NOTHING,  /* harmless and of no interest: what it would make is opaque */
	PTH_CALL_DICT,     /* OrderedDict */
	PTH_CALL_TENSOR,   /* _rebuild_tensor, _rebuild_tensor_v2 */
	PTH_CALL_PARAMETER,
	PTH_CALL_FROM_TYPE, /* calls another one with arguments of its own */
	PTH_CALL_SIZE,     /* torch.Size: its tuple */
	PTH_CALL_STORAGE   /* a storage's type: dtype in i */
};

/* A view of a storage; places and lengths are in elements and checked against what the storage is said to hold. */
struct pth_tensor {
	int storage;
	int ndim;
	int64_t dim[TEN_MAXDIM], stride[TEN_MAXDIM], offset;
};

struct pth_value {
	uint8_t kind, call;
	union {
		int64_t i;
		struct {
			const unsigned char *text;
			size_t len;
		};
		struct {
			struct pth_value **item;
			size_t n;
		};
		struct pth_tensor *tensor;
	};
};

/* A storage as a persistent id names it. Its data is elsewhere in the file. */
struct pth_storage {
	const unsigned char *key;
	size_t key_len;
	enum ten_dtype dtype;
	int64_t n;            /* elements stored under the key */
	int64_t first, count; /* those of them that this storage has (all, but for legacy views) */
	uint64_t at;          /* legacy files: byte of the file */
};

struct pth_pool {
	struct pth_pool_block *block;
	size_t used; /* of the newest block */
	struct pth_storage *storage;
	int nstorage;
};

struct pth_value *pth_new(struct pth_pool *pool, enum pth_kind kind);
struct pth_value *pth_new_int(struct pth_pool *pool, int64_t i);
struct pth_value *pth_new_text(struct pth_pool *pool, enum pth_kind kind, const unsigned char *text, size_t len);

/* A tuple, list or dict of these n items. */
struct pth_value *pth_new_items(struct pth_pool *pool, enum pth_kind kind, struct pth_value *const *item, size_t n);
void pth_append(struct pth_value *v, struct pth_value *const *item, size_t n); /* to a list or dict */

/* Adds s and returns its number. */
int pth_add_storage(struct pth_pool *pool, const struct pth_storage *s);
void pth_pool_free(struct pth_pool *pool);

/* Is v this text? */
int pth_is(const struct pth_value *v, const char *text);

/* The value of the dict's last entry with this key; NULL: absent. */
const struct pth_value *pth_get(const struct pth_value *dict, const char *key, size_t len);

#endif
