/* samples.h - the samples of a record: index i of the first dimension of every tensor */
#ifndef TEN_SAMPLES_H
#define TEN_SAMPLES_H

#include "ten/tensor.h"

/* Number of samples: the first dimension, which all tensors must share; -1: they don't, or samples have no values. 0 without
 * tensors. */
int64_t samples_count(const struct record *r, struct err *e);

/* dst (its content is freed) receives samples from..from+n-1 of every tensor of src and its metadata, with
 * `slice` and `first` moved on by `from` where they are numbers. */
void samples_slice(struct record *dst, const struct record *src, int64_t from, int64_t n);

#endif
