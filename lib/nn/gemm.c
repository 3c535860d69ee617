#include "nn/gemm.h"

#include <cblas.h>
#include <pthread.h>

#include "base/par.h"
#include "cpu/cpu.h"
#include "cpu/product.h"
#include "nn/compute.h"

#define PACK_FLOATS (64 * 1024) /* of one piece of work */

static void
one_thread(void)
{
	openblas_set_num_threads(1);
}

void
gemm(enum gemm_op ta, enum gemm_op tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
     float beta, float *c, int ldc)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, one_thread);
	cblas_sgemm(CblasRowMajor, ta == GEMM_T ? CblasTrans : CblasNoTrans, tb == GEMM_T ? CblasTrans : CblasNoTrans, m,
	            n, k, 1.0f, a, lda, b, ldb, beta, c, ldc);
}

size_t
gemm_packed_size(int k, int n)
{
	return compute_used() == COMPUTE_FAST ? product_panels(k, n) : (size_t)k * n;
}

struct pack {
	float *packed;
	const float *b;
	size_t rs, cs;
	int k, n, columns;
};

static void
pack_columns(void *ctx, int i, int worker)
{
	const struct pack *p = ctx;
	int first = i * p->columns, n = p->n - first < p->columns ? p->n - first : p->columns, row, col;

	if (compute_used() == COMPUTE_FAST) {
		product_pack(p->packed + product_panels(p->k, first), p->b + first * p->cs, p->rs, p->cs, p->k, n);
		return;
	}
	for (row = 0; row < p->k; row++)
		for (col = first; col < first + n; col++)
			p->packed[(size_t)row * p->n + col] = p->b[row * p->rs + col * p->cs];
}

void
gemm_pack(float *packed, const float *b, size_t rs, size_t cs, int k, int n)
{
	struct pack p = { .packed = packed, .b = b, .rs = rs, .cs = cs, .k = k, .n = n, .columns = cpu()->nr };

	while ((size_t)p.columns * k < PACK_FLOATS && p.columns < n)
		p.columns += cpu()->nr;
	par_for((n + p.columns - 1) / p.columns, pack_columns, &p);
}

void
gemm_packed(float *c, int ldc, const float *a, int lda, const float *packed, int m, int n, int k, int add)
{
	if (compute_used() == COMPUTE_FAST)
		product_run(c, ldc, a, lda, packed, m, n, k, add);
	else
		gemm(GEMM_N, GEMM_N, m, n, k, a, lda, packed, n, add ? 1.0f : 0.0f, c, ldc);
}

void
gemm_outer(float *c, int ldc, const float *a, int lda, const float *packed, int m, int n, int k, int add)
{
	if (compute_used() == COMPUTE_FAST)
		product_outer(c, ldc, a, lda, packed, m, n, k, add);
	else
		gemm(GEMM_T, GEMM_N, m, n, k, a, lda, packed, n, add ? 1.0f : 0.0f, c, ldc);
}
