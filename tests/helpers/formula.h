/* formula.h - weights and images by formula, so that tests and the golden scripts need no shared files
 *
 * One source of numbers: word(name, seed, sample, i) is word i % 4 of the Philox4x32-10 block with the key
 * (crc32(name), seed) and the counter (i / 4, sample, 0, 0). What is made of it is whole numbers times powers
 * of two, so nothing is ever rounded; tests/golden/formula.py makes the same bits.
 */
#ifndef FORMULA_H
#define FORMULA_H

#include <stddef.h>
#include <stdint.h>

#include "ten/tensor.h"

/* out[n] = word(name, seed, sample, 0..n-1) */
void formula_words(uint32_t *out, const char *name, uint32_t seed, uint32_t sample, size_t n);

/* Fills a parameter by its name. Weights of convolutions: uniform in [-p,p), p the power of two nearest to
 * Kaiming's sqrt(6/fan_in); of linear layers: a 16th of that, so that LARS scales some tensors and not others.
 * Weights and running variances of batch norms: [0.5,1.5), a quarter of that for bn2 and bn3 (gentle
 * residuals: a few steps of training then stay far from chaos). Running means and biases of batch norms:
 * [-0.25,0.25), other biases [-1/32,1/32). num_batches_tracked: 7. */
void formula_weight(struct tensor *t);

/* v[c,h,w]: four triangle waves per channel, about -2..2, and noise of +-0.25 */
void formula_image(float *v, uint32_t seed, uint32_t sample, int c, int h, int w);

/* View `which` (1 or 2) of a sample, v[c,s,s]: shifted, with a gain and noise of its own */
void formula_view(float *v, int which, uint32_t seed, uint32_t sample, int c, int s);

/* m[h,w]: a disc of 3 in a ring of 2, and a disc of 1 beside and behind them */
void formula_mask(unsigned char *m, uint32_t seed, uint32_t sample, int h, int w);

/* A class, 0..classes-1 */
int64_t formula_label(uint32_t seed, uint32_t sample, int classes);

#endif
