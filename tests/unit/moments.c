/* moments: against plain sums, for channels that fill the lanes, fold into them or do neither */
#include "nn/moments.h"

#include <stdlib.h>
#include <string.h>

#include "base/par.h"
#include "check.h"
#include "moments_error.h"
#include "numeric.h"

static void *
values(enum elem e, size_t n)
{
	float *x = random_floats(n, 1);
	void *to = malloc(n * elem_size(e) + 64);
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += 3;
	for (i = 0; i < n; i++)
		elem_write(to, i, x + i, 1, 0, e);
	free(x);
	return to;
}

static void
whole(enum elem e, int c, size_t pixels)
{
	void *x = values(e, pixels * (size_t)c);
	double *m = malloc(2 * (size_t)c * sizeof *m);
	char name[96];

	snprintf(name, sizeof name, "%zu pixels of %d channels%s", pixels, c, e == ELEM_BF16 ? ", bfloat16" : "");
	moments_of(m, x, e, c, pixels);
	CHECK(moments_error(m, x, e, pixels, c) < 1e-13, name);
	free(x);
	free(m);
}

/* A piece of an image among others, added to what there is */
static void
area(enum elem e, int c, int rows, int pixels)
{
	enum { WIDE = 5, FIRST = 3 };
	size_t pixel = (size_t)c + 7, row = pixel * (size_t)(pixels + WIDE), n = (size_t)rows * (size_t)pixels * (size_t)c, at;
	void *x = values(e, row * (size_t)rows + FIRST), *dense = malloc(n * elem_size(e) + 64);
	double *m = malloc(2 * (size_t)c * sizeof *m);
	struct moments_area a = { elem_at(x, FIRST, e), e, rows, pixels, c, row, pixel };
	char name[96];
	int r, p, k;

	for (r = 0, at = 0; r < rows; r++)
		for (p = 0; p < pixels; p++, at += (size_t)c)
			memcpy(elem_at(dense, at, e), elem_at(x, FIRST + (size_t)r * row + (size_t)p * pixel, e),
			       (size_t)c * elem_size(e));
	for (k = 0; k < 2 * c; k++)
		m[k] = 1000;
	moments_add(m, m + c, &a);
	for (k = 0; k < 2 * c; k++)
		m[k] -= 1000;
	snprintf(name, sizeof name, "%dx%d pixels of %d channels among others", rows, pixels, c);
	CHECK(moments_error(m, dense, e, (size_t)rows * (size_t)pixels, c) < 1e-11, name);
	free(x);
	free(dense);
	free(m);
}

/* The deviation is a ten-thousandth of the mean. */
static void
variance(void)
{
	enum { N = 5000 };
	float *x = random_floats(N, 2);
	double m[2], mean = 0, var = 0;
	int i;

	for (i = 0; i < N; i++) {
		x[i] += 10000;
		mean += (double)x[i] / N;
	}
	for (i = 0; i < N; i++)
		var += (x[i] - mean) * (x[i] - mean) / N;
	moments_of(m, x, ELEM_F32, 1, N);
	CHECK_NEAR(m[1] / N - m[0] / N * (m[0] / N), var, 1e-7 * var, "a variance beside a large mean");
	free(x);
}

int
main(void)
{
	static const int channels[] = { 1, 3, 16, 32, 33, 64, 65, 200, 2048 };
	static const size_t pixels[] = { 1, 3, 64, 1001 };
	size_t i, k;

	par_init(3);
	for (i = 0; i < sizeof channels / sizeof *channels; i++)
		for (k = 0; k < sizeof pixels / sizeof *pixels; k++) {
			whole(ELEM_F32, channels[i], pixels[k]);
			whole(ELEM_BF16, channels[i], pixels[k]);
		}
	whole(ELEM_F32, 16, 30000);
	whole(ELEM_F32, 48, 10000);
	for (i = 0; i < sizeof channels / sizeof *channels; i++) {
		area(ELEM_F32, channels[i], 4, 3);
		area(ELEM_BF16, channels[i], 1, 40);
		area(ELEM_F32, channels[i], 3, 150);
	}
	variance();
	return check_done();
}
