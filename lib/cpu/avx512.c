/* 32 registers of 16 floats: 28 hold a tile of C, 2 a row of the panel */
#if defined(__x86_64__)
#define SET cpu_avx512
#define SET_NAME "avx512"
#define VLEN 16
#define MR 14
#include "cpu/product_kernel.h"
#include "cpu/winograd_image_kernel.h"
#include "cpu/winograd_weights_kernel.h"
#include "cpu/set_kernel.h"
#else
typedef int cpu_avx512_is_elsewhere;
#endif
