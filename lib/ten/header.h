/* header.h - the JSON header of a record (safetensors): parsed with suspicion, written in one way only
 *
 * A parsed header is proof of these facts: the JSON is one object with no duplicate names; every entry has a
 * known dtype, at most TEN_MAXDIM dimensions, none negative, and offsets whose length is exactly shape times
 * element size (no multiplication overflowed); sorted by offset the tensors tile the data section from 0
 * without gap or overlap; metadata values are strings. Nothing of the data's size has been allocated.
 */
#ifndef TEN_HEADER_H
#define TEN_HEADER_H

#include "ten/tensor.h"

#define TEN_HEADER_STREAM ((uint64_t)1 << 20) /* largest header accepted in a stream, bytes */
#define TEN_HEADER_WEIGHTS ((uint64_t)100000000) /* and in a weights file */

/* Fills r (tensors with data NULL, metadata) and data_offset[r->n] from text[len]; *total is the size of the
 * data section. The caller frees r and *data_offset. */
int header_parse(struct record *r, uint64_t **data_offset, uint64_t *total, const char *text, size_t len,
                 struct err *e);

/* A record's framing: its number, its checksum and whether it is the last. */
struct frame {
	int numbered; /* 0: a safetensors file from elsewhere, which is one record and its own end */
	int last;
	int has_crc;
	uint32_t crc;
};

/* Takes seq, crc32 and eos out of m; a number other than `expected` is an error. */
int frame_take(struct frame *f, struct meta *m, int64_t expected, struct err *e);
int frame_check(const struct frame *f, uint32_t crc, struct err *e); /* crc: of the data section as it came */

/* The order in which a writer lays out r's tensors: widest element first, so that each is aligned to its
 * element size, then by name. order[r->n]. */
void header_order(int *order, const struct record *r);

/* Header text for r, keys sorted, padded with spaces so that `before` + 8 + *len is a multiple of 64. crc is
 * that of the data section; eos marks the last record; seq is its number. The caller frees the text. */
char *header_format(size_t *len, const struct record *r, const int *order, uint64_t before, int64_t seq,
                    uint32_t crc, int eos);

#endif
