/* compute.h - which implementation of products and convolutions runs, and with which numbers
 *
 * FAST is this project's own: packed products (cpu/product.h) and Winograd convolutions. REFERENCE gathers
 * patches and leaves every product to the BLAS: slower, and by way of code that many others use. bfloat16 halves
 * the memory for activations; it needs FAST and a processor with products of bfloat16.
 */
#ifndef NN_COMPUTE_H
#define NN_COMPUTE_H

#include "nn/elem.h"

enum compute { COMPUTE_FAST, COMPUTE_REFERENCE };
#define COMPUTE_NAMES "fast|reference"

/* Before graphs are made, and not while anything computes. FAST and float unless these are called. */
void compute_use(enum compute compute);
void compute_use_elem(enum elem elem);

enum compute compute_used(void);
enum elem compute_elem(void);

/* Whether FAST can multiply e here, and sooner than float. */
int compute_has(enum elem e);

#endif
