#include "nn/bnorm.h"

#include <math.h>
#include <stddef.h>

#include "base/kernel.h"
#include "base/par.h"

#define LANES 16 /* independent sums, so that the compiler can use vectors without reordering */
#define BLOCK 16 /* channels of one piece of work where a channel has one pixel */

struct job {
	const struct bnorm *b;
	float *y, *save, *dx, *dres, *dgamma, *dbeta;
	const float *x, *res, *dy, *out;
	int n, training, add_x, add_res;
};

/* --- sums over one channel --- */

KERNEL static void
sum_and_square(double *sum, double *square, const float *x, int n, size_t stride, int hw, double shift)
{
	double a[LANES] = { 0 }, q[LANES] = { 0 };
	int s, k, l;

	for (s = 0; s < n; s++, x += stride) {
		for (k = 0; k + LANES <= hw; k += LANES)
			for (l = 0; l < LANES; l++) {
				double d = x[k + l] - shift;

				a[l] += d;
				q[l] += d * d;
			}
		for (l = 0; k < hw; k++, l++) {
			double d = x[k] - shift;

			a[l] += d;
			q[l] += d * d;
		}
	}
	*sum = *square = 0;
	for (l = 0; l < LANES; l++) {
		*sum += a[l];
		*square += q[l];
	}
}

/* Sums of g and g * (x - mean), where g = dy, or 0 where the ReLU was shut (out <= 0; out NULL: no ReLU). */
KERNEL static void
gradient_sums(double *sum, double *dot, const float *dy, const float *x, const float *out, int n, size_t stride,
              int hw, float mean)
{
	double a[LANES] = { 0 }, q[LANES] = { 0 };
	int s, k, l;

	for (s = 0; s < n; s++, dy += stride, x += stride, out += out ? stride : 0) {
		for (k = 0; k + LANES <= hw; k += LANES)
			for (l = 0; l < LANES; l++) {
				float g = !out || out[k + l] > 0 ? dy[k + l] : 0.0f;

				a[l] += g;
				q[l] += (double)g * (x[k + l] - mean);
			}
		for (l = 0; k < hw; k++, l++) {
			float g = !out || out[k] > 0 ? dy[k] : 0.0f;

			a[l] += g;
			q[l] += (double)g * (x[k] - mean);
		}
	}
	*sum = *dot = 0;
	for (l = 0; l < LANES; l++) {
		*sum += a[l];
		*dot += q[l];
	}
}

/* --- maps over one image's channel --- */

KERNEL static void
apply(float *y, const float *x, const float *res, int hw, float scale, float shift, int relu)
{
	float floor = relu ? 0.0f : -INFINITY; /* NaN passes through: it must be seen */
	int k;

	if (res)
		IVDEP
		for (k = 0; k < hw; k++) {
			float v = scale * x[k] + shift + res[k];

			y[k] = v < floor ? floor : v;
		}
	else
		IVDEP
		for (k = 0; k < hw; k++) {
			float v = scale * x[k] + shift;

			y[k] = v < floor ? floor : v;
		}
}

/* dx = a g + b (x - mean) + c and dres = g */
KERNEL static void
apply_backward(const struct job *j, size_t at, int hw, float a, float b, float c, float mean)
{
	const float *dy = j->dy + at, *x = j->x + at, *out = j->b->relu ? j->out + at : NULL;
	float *dx = j->dx ? j->dx + at : NULL, *dres = j->dres ? j->dres + at : NULL;
	int k;

	IVDEP
	for (k = 0; k < hw; k++) {
		float g = !out || out[k] > 0 ? dy[k] : 0.0f;
		float d = a * g + b * (x[k] - mean) + c;

		if (dres)
			dres[k] = j->add_res ? dres[k] + g : g;
		if (dx)
			dx[k] = j->add_x ? dx[k] + d : d;
	}
}

/* --- one channel --- */

static void
batch_statistics(const struct job *j, int ch, double *mean, double *var)
{
	const struct bnorm *b = j->b;
	size_t stride = (size_t)b->c * b->hw;
	const float *x = j->x + (size_t)ch * b->hw;
	double count = (double)j->n * b->hw, sum, square, shift = x[0];

	/* shifted by a value of the channel: no cancellation when the mean is large */
	sum_and_square(&sum, &square, x, j->n, stride, b->hw, shift);
	sum /= count;
	*mean = shift + sum;
	*var = square / count - sum * sum;
	if (*var < 0)
		*var = 0;
	b->mean[ch] = (float)((1 - BNORM_MOMENTUM) * b->mean[ch] + BNORM_MOMENTUM * *mean);
	b->var[ch] = (float)((1 - BNORM_MOMENTUM) * b->var[ch] +
	                     BNORM_MOMENTUM * *var * (count > 1 ? count / (count - 1) : 1));
}

static void
forward_channel(const struct job *j, int ch)
{
	const struct bnorm *b = j->b;
	double mean = b->mean[ch], var = b->var[ch], inv;
	float scale, shift;
	int s;

	if (j->training)
		batch_statistics(j, ch, &mean, &var);
	inv = 1 / sqrt(var + BNORM_EPS);
	j->save[ch] = (float)mean;
	j->save[b->c + ch] = (float)inv;
	scale = (float)(b->gamma[ch] * inv);
	shift = (float)(b->beta[ch] - mean * b->gamma[ch] * inv);
	for (s = 0; s < j->n; s++) {
		size_t at = ((size_t)s * b->c + ch) * b->hw;

		apply(j->y + at, j->x + at, j->res ? j->res + at : NULL, b->hw, scale, shift, b->relu);
	}
}

/* With g the gradient after the ReLU, m = mean, r = 1/sqrt(var + eps), M samples:
 *   dbeta = sum g,  dgamma = r sum g (x - m)
 *   training:   dx = gamma r (g - dbeta/M - (x - m) r dgamma/M)
 *   evaluation: dx = gamma r g */
static void
backward_channel(const struct job *j, int ch)
{
	const struct bnorm *b = j->b;
	size_t stride = (size_t)b->c * b->hw, first = (size_t)ch * b->hw;
	double sum, dot, mean = j->save[ch], r = j->save[b->c + ch], count = (double)j->n * b->hw, gr, slope = 0, off = 0;
	int s;

	gradient_sums(&sum, &dot, j->dy + first, j->x + first, b->relu ? j->out + first : NULL, j->n, stride, b->hw,
	              (float)mean);
	if (j->dgamma)
		j->dgamma[ch] += (float)(r * dot);
	if (j->dbeta)
		j->dbeta[ch] += (float)sum;
	if (!j->dx && !j->dres)
		return;
	gr = b->gamma[ch] * r;
	if (j->training) {
		slope = -gr * r * r * dot / count;
		off = -gr * sum / count;
	}
	for (s = 0; s < j->n; s++)
		apply_backward(j, s * stride + first, b->hw, (float)gr, (float)slope, (float)off, (float)mean);
}

static void
forward_piece(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int ch, block = j->b->hw == 1 ? BLOCK : 1;

	for (ch = i * block; ch < (i + 1) * block && ch < j->b->c; ch++)
		forward_channel(j, ch);
}

static void
backward_piece(void *ctx, int i, int worker)
{
	const struct job *j = ctx;
	int ch, block = j->b->hw == 1 ? BLOCK : 1;

	for (ch = i * block; ch < (i + 1) * block && ch < j->b->c; ch++)
		backward_channel(j, ch);
}

static int
pieces(const struct bnorm *b)
{
	return b->hw == 1 ? (b->c + BLOCK - 1) / BLOCK : b->c;
}

void
bnorm_forward(float *y, float *save, const struct bnorm *b, const float *x, const float *res, int n, int training)
{
	struct job j = { .b = b, .y = y, .save = save, .x = x, .res = res, .n = n, .training = training };

	par_for(pieces(b), forward_piece, &j);
	if (training)
		b->count[0] += 1;
}

void
bnorm_backward(float *dx, int add_x, float *dres, int add_res, float *dgamma, float *dbeta, const float *dy,
               const float *x, const float *y, const float *save, const struct bnorm *b, int n, int training)
{
	struct job j = { .b = b, .dx = dx, .add_x = add_x, .dres = dres, .add_res = add_res, .dgamma = dgamma,
	                 .dbeta = dbeta, .dy = dy, .x = x, .out = y, .save = (float *)save, .n = n,
	                 .training = training };

	par_for(pieces(b), backward_piece, &j);
}
