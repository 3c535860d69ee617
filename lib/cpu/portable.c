/* Vectors of 4 floats suit SSE2 (16 registers) and NEON (32); elsewhere the compiler makes do. */
#define SET cpu_portable
#define SET_NAME "portable"
#define VLEN 4
#if defined(__aarch64__)
#define MR 8
#else
#define MR 4
#endif
#include "cpu/product_kernel.h"
#include "cpu/winograd_image_kernel.h"
#include "cpu/winograd_weights_kernel.h"
#include "cpu/set_kernel.h"
