/* pooling, upsampling, linear: definitions on small cases, adjoints where linear */
#include <string.h>

#include "check.h"
#include "nn/linear.h"
#include "nn/pool.h"
#include "numeric.h"

static void
maxpool(void)
{
	static const float x[5 * 4] = { 1, 5, 2, 2,  0, 5, 2, 2,  7, 1, 1, 3,  0, 0, 4, 3,  9, 0, 0, 0 };
	static const float want[6] = { 5, 5, 7, 5, 9, 4 };
	static const float dwant[20] = { 0, 3, 0, 0,  0, 4, 0, 0,  3, 0, 0, 0,  0, 0, 6, 0,  5, 0, 0, 0 };
	static const float dy[6] = { 1, 2, 3, 4, 5, 6 };
	float y[6], dx[20];
	uint8_t from[6];
	struct operand op = operand_plain(x, ELEM_F32, 1, 5, 4);

	maxpool_forward(y, ELEM_F32, from, &op, 1);
	CHECK(!memcmp(y, want, sizeof want), "max pooling, odd and even sizes");
	maxpool_backward(dx, 0, dy, ELEM_F32, from, 1, 1, 5, 4);
	CHECK(!memcmp(dx, dwant, sizeof dwant), "the gradient goes to the first maximum of a window");
	maxpool_backward(dx, 1, dy, ELEM_F32, from, 1, 1, 5, 4);
	CHECK(dx[1] == 6 && dx[16] == 10 && dx[0] == 0, "and is added when asked to");
}

static void
averages(void)
{
	enum { N = 2, C = 3, HW = 20 };
	float *x = random_floats(N * C * HW, 1), *dy = random_floats(N * C, 2), y[N * C], dx[N * C * HW];
	double sum = 0;
	int k;

	gap_forward(y, x, ELEM_F32, N, C, HW);
	for (k = 0; k < HW; k++)
		sum += x[(HW + k) * C + 1] / (double)HW;
	CHECK_NEAR(y[4], sum, 1e-6, "global average");
	gap_backward(dx, ELEM_F32, 0, dy, N, C, HW);
	CHECK_NEAR(inner(y, dy, N * C), inner(x, dx, N * C * HW), 1e-5, "its backward pass is the adjoint");
	free(x);
	free(dy);
}

static void
upcat(void)
{
	enum { N = 2, CX = 2, CS = 3, C = CX + CS, H = 3, W = 2, NX = N * CX * H * W, NS = N * CS * 4 * H * W, NY = NX * 4 + NS };
	float *x = random_floats(NX, 1), *skip = random_floats(NS, 2), *dy = random_floats(NY, 3), y[NY], dx[NX], ds[NS];
	struct operand op = { .part = { { .x = x, .c = CX, .up = 1 }, { .x = skip, .c = CS } }, .parts = 2, .c = C,
		              .h = 2 * H, .w = 2 * W };
	double lhs;

	operand_store(y, ELEM_F32, &op, N);
	CHECK(y[0] == x[0] && y[C] == x[0] && y[2 * W * C] == x[0] && y[2 * C + 1] == x[CX + 1] && y[4 * W * C] == x[W * CX],
	      "nearest upsampling doubles pixels");
	CHECK(y[CX] == skip[0] && y[(16 * W - 3) * C + CX + 1] == skip[(16 * W - 3) * CS + 1], "the skip follows");
	upcat_backward(dx, 0, ds, 0, dy, ELEM_F32, N, CX, CS, H, W);
	lhs = inner(y, dy, NY);
	CHECK_NEAR(lhs, inner(x, dx, NX) + inner(skip, ds, NS), 1e-5, "its backward pass is the adjoint");
	upcat_backward(dx, 1, ds, 1, dy, ELEM_F32, N, CX, CS, H, W);
	CHECK_NEAR(2 * lhs, inner(x, dx, NX) + inner(skip, ds, NS), 1e-5, "and is added when asked to");
	free(x);
	free(skip);
	free(dy);
}

static void
linear(void)
{
	enum { N = 3, IN = 300, OUT = 270 };
	float *x = random_floats(N * IN, 1), *w = random_floats(IN * OUT, 2), *b = random_floats(OUT, 3);
	float *dy = random_floats(N * OUT, 4), *y = random_floats(N * OUT, 5), *dx = random_floats(N * IN, 6);
	float *dw = calloc(IN * OUT, sizeof *dw), *db = calloc(OUT, sizeof *db);
	double sum = b[269], lhs;
	int i;

	linear_forward(y, x, w, b, N, IN, OUT);
	for (i = 0; i < IN; i++)
		sum += (double)w[269 * IN + i] * x[2 * IN + i];
	CHECK_NEAR(y[2 * OUT + 269], sum, 1e-4, "linear layer, last entry");
	linear_forward(y, x, w, NULL, N, IN, OUT);
	lhs = inner(y, dy, N * OUT);
	linear_backward_data(dx, dy, w, N, IN, OUT, 0);
	CHECK_NEAR(lhs, inner(x, dx, N * IN), 1e-3, "backward data is the adjoint");
	linear_backward_data(dx, dy, w, N, IN, OUT, 1);
	CHECK_NEAR(2 * lhs, inner(x, dx, N * IN), 1e-3, "and is added when asked to");
	linear_backward_weights(dw, db, dy, x, N, IN, OUT);
	CHECK_NEAR(lhs, inner(w, dw, IN * OUT), 1e-3, "backward weights is the adjoint");
	CHECK_NEAR(db[5], dy[5] + dy[OUT + 5] + dy[2 * OUT + 5], 1e-5, "the bias gradient");
	free(x); free(w); free(b); free(dy); free(y); free(dx); free(dw); free(db);
}

int
main(void)
{
	maxpool();
	averages();
	upcat();
	linear();
	return check_done();
}
