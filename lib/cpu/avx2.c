/* 16 registers of 8 floats: 12 hold a tile of C, 2 a row of the panel */
#if defined(__x86_64__)
#define SET cpu_avx2
#define SET_NAME "avx2"
#define VLEN 8
#define MR 6
#include "cpu/product_kernel.h"
#include "cpu/winograd_image_kernel.h"
#include "cpu/winograd_weights_kernel.h"
#include "cpu/set_kernel.h"
#else
typedef int cpu_avx2_is_elsewhere;
#endif
