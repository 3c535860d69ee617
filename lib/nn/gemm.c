#include "nn/gemm.h"

#include <cblas.h>
#include <pthread.h>

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
