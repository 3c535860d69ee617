#include "nn/gemm.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/err.h"
#include "base/par.h"
#include "cpu/cpu.h"
#include "cpu/product.h"
#include "nn/compute.h"

#define PACK_FLOATS (64 * 1024) /* of one piece of work */

#define BLAS_BUFFER ((size_t)129 << 20) /* for each product that runs: the most that OpenBLAS has for any processor */

static __typeof__(cblas_sgemm) *sgemm;
static void *(*get_buffer)(int);
static void (*give_buffer)(void *);

/* Linked the usual way OpenBLAS starts a thread for every processor before main. We use none of them; where their stacks
 * find no room it says so on lines of its own, and at the end waits for ever for those that never began. */
static void
load(void)
{
	void *blas, *p;

	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	blas = dlopen(BLAS_SO, RTLD_NOW | RTLD_LOCAL);
	p = blas ? dlsym(blas, "cblas_sgemm") : NULL;
	if (!p)
		die("cannot load the BLAS: %s", dlerror());
	memcpy(&sgemm, &p, sizeof sgemm);
	p = dlsym(blas, "blas_memory_alloc");
	memcpy(&get_buffer, &p, sizeof get_buffer);
	p = dlsym(blas, "blas_memory_free");
	memcpy(&give_buffer, &p, sizeof give_buffer);
}

void
gemm_load(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
}

/* OpenBLAS asks for its buffers again and again until it gets them. They are only addresses until they are used. */
static void
reserve(void)
{
	void *buffer[PAR_MAX], *room;
	int n = par_threads(), i;

	room = mmap(NULL, (size_t)n * BLAS_BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		die("out of memory (the BLAS wants %zu bytes for %d threads)", (size_t)n * BLAS_BUFFER, n);
	munmap(room, (size_t)n * BLAS_BUFFER);
	if (!get_buffer || !give_buffer)
		return;
	for (i = 0; i < n; i++)
		buffer[i] = get_buffer(0);
	while (i-- > 0)
		give_buffer(buffer[i]);
}

void
gemm_reserve(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	gemm_load();
	pthread_once(&once, reserve);
}

void
gemm(enum gemm_op ta, enum gemm_op tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
     float beta, float *c, int ldc)
{
	gemm_load();
	sgemm(CblasRowMajor, ta == GEMM_T ? CblasTrans : CblasNoTrans, tb == GEMM_T ? CblasTrans : CblasNoTrans, m, n, k,
	      1.0f, a, lda, b, ldb, beta, c, ldc);
}

static size_t
panels_bytes(enum elem e, int k, int n)
{
	size_t values = e == ELEM_BF16 ? product_bf16_panels(k, n)
	              : compute_used() == COMPUTE_FAST ? product_panels(k, n) : (size_t)k * n;

	return values * elem_size(e);
}

size_t
gemm_packed_size(enum elem e, int k, int n)
{
	return (panels_bytes(e, k, n) + 63) & ~(size_t)63;
}

/* --- packing --- */

struct pack {
	void *packed;
	enum elem e;
	const float *b;
	size_t rs, cs;
	int k, n, columns;
};

static void
pack_plain(float *packed, const struct pack *p, int first, int n)
{
	int row, col;

	for (row = 0; row < p->k; row++)
		for (col = first; col < first + n; col++)
			packed[(size_t)row * p->n + col] = p->b[row * p->rs + col * p->cs];
}

static void
pack_columns(void *ctx, int i, int worker)
{
	const struct pack *p = ctx;
	int first = i * p->columns, n = p->n - first < p->columns ? p->n - first : p->columns;
	const float *b = p->b + first * p->cs;

	if (p->e == ELEM_BF16)
		product_bf16_pack((uint16_t *)p->packed + product_bf16_panels(p->k, first), b, p->rs, p->cs, p->k, n);
	else if (compute_used() == COMPUTE_FAST)
		product_pack((float *)p->packed + product_panels(p->k, first), b, p->rs, p->cs, p->k, n);
	else
		pack_plain(p->packed, p, first, n);
}

void
gemm_pack(void *packed, enum elem e, const float *b, size_t rs, size_t cs, int k, int n)
{
	struct pack p = { .packed = packed, .e = e, .b = b, .rs = rs, .cs = cs, .k = k, .n = n };
	int unit = e == ELEM_BF16 ? BF16_NR : cpu()->nr;

	p.columns = unit;
	while ((size_t)p.columns * k < PACK_FLOATS && p.columns < n)
		p.columns += unit;
	par_for((n + p.columns - 1) / p.columns, pack_columns, &p);
}

void
gemm_pack_rows(void *packed, enum elem e, const void *b, int ldb, int first, int rows, int k, int n)
{
	int j;

	if (e == ELEM_BF16)
		for (j = 0; j < n; j += BF16_NR)
			product_bf16_pack_rows((uint16_t *)packed + product_bf16_panels(k, j) + (size_t)first * BF16_NR,
			                       (const uint16_t *)b + j, ldb, rows, n - j < BF16_NR ? n - j : BF16_NR);
	else if (compute_used() == COMPUTE_FAST)
		product_pack_rows(packed, b, ldb, first, rows, k, n);
	else
		for (j = 0; j < rows; j++)
			memcpy((float *)packed + (size_t)(first + j) * n, (const float *)b + (size_t)j * ldb,
			       (size_t)n * sizeof(float));
}

/* --- multiplying --- */

void
gemm_packed(void *c, int ldc, enum gemm_out out, enum elem e, const void *a, int lda, const void *packed, int m, int n,
            int k)
{
	static const enum bf16_out outs[] = { [GEMM_WRITE] = BF16_WRITE, [GEMM_ADD] = BF16_ADD, [GEMM_ROUND] = BF16_ROUND };

	if (e == ELEM_BF16)
		product_bf16_run(c, ldc, outs[out], a, lda, packed, m, n, k);
	else if (compute_used() == COMPUTE_FAST)
		product_run(c, ldc, a, lda, packed, m, n, k, out == GEMM_ADD);
	else
		gemm(GEMM_N, GEMM_N, m, n, k, a, lda, packed, n, out == GEMM_ADD ? 1.0f : 0.0f, c, ldc);
}

void
gemm_outer(float *c, int ldc, enum elem e, const void *a, int lda, const void *packed, int m, int n, int k, int add)
{
	if (e == ELEM_BF16)
		product_bf16_outer(c, ldc, a, lda, packed, m, n, k, add);
	else if (compute_used() == COMPUTE_FAST)
		product_outer(c, ldc, a, lda, packed, m, n, k, add);
	else
		gemm(GEMM_T, GEMM_N, m, n, k, a, lda, packed, n, add ? 1.0f : 0.0f, c, ldc);
}
