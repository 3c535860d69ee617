/* compute.h - which implementation of products and convolutions runs
 *
 * FAST is this project's own: packed products (cpu/product.h) and Winograd convolutions. REFERENCE gathers
 * patches and leaves every product to the BLAS: slower, and by way of code that many others use.
 */
#ifndef NN_COMPUTE_H
#define NN_COMPUTE_H

enum compute { COMPUTE_FAST, COMPUTE_REFERENCE };
#define COMPUTE_NAMES "fast|reference"

/* Not while anything computes. */
void compute_use(enum compute compute);
enum compute compute_used(void);

#endif
