/* compare.h - how far two tensors are apart
 *
 * Value b is the reference: a is close to it when |a - b| <= atol + rtol |b|. Equal bits are always close, so
 * a NaN is equal to itself; otherwise NaN and infinities differ from everything, infinitely.
 */
#ifndef TEN_COMPARE_H
#define TEN_COMPARE_H

#include "ten/tensor.h"

struct compare {
	double atol, rtol;      /* the caller's */
	uint64_t values, differ; /* compared; not close */
	int64_t first;          /* index into a of the first that is not close */
	double max_abs;         /* largest |a - b| */
	double max_rel;         /* largest |a - b| / |b| */
	double diff2, ref2;     /* sums of (a - b)^2 and b^2 over finite b */
};

/* Compares elements i..i+n-1 of a with k..k+n-1 of b, of the same dtype (any dtype; 64-bit integers exactly),
 * and adds to what c holds already. */
void compare_values(struct compare *c, const struct tensor *a, int64_t i, const struct tensor *b, int64_t k,
                    int64_t n);

/* Adds src's counts to dst; dst->first stays. */
void compare_merge(struct compare *dst, const struct compare *src);

/* |a - b| / |b| over all that was compared; 0 when nothing differs, INFINITY when b is 0 or values that are
 * not finite differ. */
double compare_norm(const struct compare *c);

#endif
