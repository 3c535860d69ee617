/* loss: against PyTorch, against finite differences of a naive double version, blocks, ignored pixels */
#include "nn/loss.h"

#include <stdlib.h>

#include "../golden/loss.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/rng.h"
#include "check.h"

#define IGNORE 255 /* in the golden masks */

static const char *const kind_name[] = { "jaccard", "dice", "ce", "dice+ce", "focal" };

/* The largest difference, relative to the largest value wanted. */
static double
off_by(const float *got, const float *want, int n)
{
	double worst = 0, scale = 0;
	int i;

	for (i = 0; i < n; i++) {
		worst = fmax(worst, fabs((double)got[i] - want[i]));
		scale = fmax(scale, fabs((double)want[i]));
	}
	return worst / scale;
}

static void
against_pytorch(const unsigned char *mask, const double *value, const float *grad, const char *with)
{
	enum { N = 2, K = 4, HW = 21, ALL = N * K * HW };
	float d[ALL], own[ALL];
	char text[96];
	int kind;

	for (kind = SEG_JACCARD; kind <= SEG_FOCAL; kind++) {
		double v = seg_loss((enum seg_loss)kind, d, golden_logits, mask, IGNORE, N, K, HW);

		snprintf(text, sizeof text, "%s%s is PyTorch's", kind_name[kind], with);
		CHECK_NEAR(v, value[kind], 3e-7 * value[kind], text);
		snprintf(text, sizeof text, "the gradient of %s%s is PyTorch's", kind_name[kind], with);
		CHECK_NEAR(off_by(d, grad + (ptrdiff_t)kind * ALL, ALL), 0, 2e-6, text);
		CHECK(v == seg_loss((enum seg_loss)kind, NULL, golden_logits, mask, IGNORE, N, K, HW),
		      "and the value alone is the same");
		memcpy(own, golden_logits, sizeof own);
		CHECK(v == seg_loss((enum seg_loss)kind, own, own, mask, IGNORE, N, K, HW) && !memcmp(own, d, sizeof d),
		      "and both where the gradient overwrites the logits");
	}
}

/* --- a naive version in double, differentiated numerically --- */

enum { GN = 3, GK = 3, GHW = 14 };

static double
naive_pixel(int kind, double *p, const double *x, int t)
{
	double sum = 0;
	int c;

	for (c = 0; c < GK; c++)
		sum += exp(x[c * GHW]);
	for (c = 0; c < GK; c++)
		p[c] = exp(x[c * GHW]) / sum;
	return kind == SEG_FOCAL ? -(1 - p[t]) * (1 - p[t]) * log(p[t]) : -log(p[t]);
}

static double
naive(int kind, const double *x, const uint8_t *mask) /* ignores label GK */
{
	double both[GK] = { 0 }, ps[GK] = { 0 }, ys[GK] = { 0 }, p[GK], pixels = 0, regions = 0;
	int i, c, count = 0;

	for (i = 0; i < GN * GHW; i++) {
		if (mask[i] == GK)
			continue;
		pixels += naive_pixel(kind, p, x + i / GHW * GK * GHW + i % GHW, mask[i]);
		count++;
		for (c = 0; c < GK; c++) {
			both[c] += mask[i] == c ? p[c] : 0;
			ps[c] += p[c];
			ys[c] += mask[i] == c;
		}
	}
	for (c = 0; c < GK; c++) {
		double score = kind == SEG_JACCARD ? both[c] / (ps[c] + ys[c] - both[c]) : 2 * both[c] / (ps[c] + ys[c]);

		regions += ys[c] > 0 ? (1 - score) / GK : 0;
	}
	pixels /= count;
	return kind == SEG_CE || kind == SEG_FOCAL ? pixels : regions + (kind == SEG_DICE_CE ? pixels : 0);
}

static void
against_differences(void)
{
	enum { ALL = GN * GK * GHW };
	float x[ALL], d[ALL], want[ALL];
	double y[ALL];
	uint8_t mask[GN * GHW];
	struct rng r = rng_at(5, RNG_TEST, 0, 0);
	char text[96];
	int i, kind;

	for (i = 0; i < ALL; i++)
		y[i] = x[i] = (float)(2 * rng_normal(&r));
	for (i = 0; i < GN * GHW; i++)
		mask[i] = rng_chance(&r, 0.2) ? GK : (uint8_t)rng_below(&r, GK);
	for (kind = SEG_JACCARD; kind <= SEG_FOCAL; kind++) {
		for (i = 0; i < ALL; i++) {
			double up, down, h = 1e-5;

			y[i] = x[i] + h;
			up = naive(kind, y, mask);
			y[i] = x[i] - h;
			down = naive(kind, y, mask);
			y[i] = x[i];
			want[i] = (float)((up - down) / (2 * h));
		}
		snprintf(text, sizeof text, "%s is its naive version", kind_name[kind]);
		CHECK_NEAR(seg_loss((enum seg_loss)kind, d, x, mask, GK, GN, GK, GHW), naive(kind, y, mask), 3e-7, text);
		snprintf(text, sizeof text, "the gradient of %s agrees with finite differences", kind_name[kind]);
		CHECK_NEAR(off_by(d, want, ALL), 0, 1e-6, text);
	}
}

/* --- ends --- */

static void
perfect_and_wrong(void)
{
	float x[2 * 50], d[2 * 50];
	uint8_t mask[50];
	int i, kind, zero = 1;

	for (i = 0; i < 50; i++) {
		mask[i] = (uint8_t)(i & 1);
		x[i] = i & 1 ? -200 : 200;
		x[50 + i] = -x[i];
	}
	for (kind = SEG_JACCARD; kind <= SEG_FOCAL; kind++) {
		double v = seg_loss((enum seg_loss)kind, d, x, mask, -1, 1, 2, 50);

		for (i = 0; i < 100; i++)
			zero &= d[i] == 0;
		zero &= v == 0;
	}
	CHECK(zero, "a perfect prediction costs nothing and has no gradient");
	for (i = 0; i < 50; i++)
		mask[i] = !(i & 1);
	CHECK_NEAR(seg_loss(SEG_CE, d, x, mask, -1, 1, 2, 50), 400, 1e-9, "cross-entropy of utter confidence in the wrong");
	CHECK_NEAR(seg_loss(SEG_JACCARD, d, x, mask, -1, 1, 2, 50), 1, 1e-12, "and its jaccard loss is 1");
}

/* Between pixels that count lie ignored ones, of any number and with any logits. */
static void
counted_alone(void)
{
	enum { K = 3, HW = 2500, WIDE = 2 * HW };
	float *x = mem_array(2 * K * (HW + WIDE), sizeof *x), *wide = x + K * HW;
	float *d = wide + K * WIDE, *dwide = d + K * HW;
	uint8_t mask[HW], wide_mask[WIDE];
	struct rng r = rng_at(8, RNG_TEST, 0, 0);
	double one, all;
	int i, kind, zero;

	for (i = 0; i < HW; i++)
		wide_mask[2 * i] = mask[i] = (uint8_t)rng_below(&r, K);
	for (i = 0; i < HW; i++)
		wide_mask[2 * i + 1] = K + 4;
	for (i = 0; i < K * HW; i++) {
		wide[2 * i] = x[i] = (float)(2 * rng_normal(&r));
		wide[2 * i + 1] = i % 5 ? 1e30f * (float)rng_normal(&r) : NAN;
	}
	for (kind = SEG_JACCARD; kind <= SEG_FOCAL; kind++) {
		one = seg_loss((enum seg_loss)kind, d, x, mask, -1, 1, K, HW);
		all = seg_loss((enum seg_loss)kind, dwide, wide, wide_mask, K + 4, 1, K, WIDE);
		CHECK_NEAR(all, one, 1e-12, "ignored pixels change no loss");
		for (i = 0, zero = 1; i < K * HW; i++) {
			zero &= dwide[2 * i + 1] == 0;
			dwide[i] = dwide[2 * i];
		}
		CHECK(zero, "their gradient is 0 exactly");
		CHECK_NEAR(off_by(dwide, d, K * HW), 0, 1e-6, "that of the others stays");
	}
	free(x);
}

static void
nothing_counted(void)
{
	float x[2 * 50], d[2 * 50];
	uint8_t mask[50];
	struct rng r = rng_at(9, RNG_TEST, 0, 0);
	int i, kind, zero = 1;

	for (i = 0; i < 100; i++)
		x[i] = (float)rng_normal(&r);
	memset(mask, 2, sizeof mask);
	for (kind = SEG_JACCARD; kind <= SEG_FOCAL; kind++) {
		memset(d, 1, sizeof d);
		zero &= seg_loss((enum seg_loss)kind, d, x, mask, 2, 1, 2, 50) == 0;
		for (i = 0; i < 100; i++)
			zero &= d[i] == 0;
	}
	CHECK(zero, "where all pixels are ignored there is no loss, no gradient and no NaN");
}

/* Images larger than a block: the loss of a tiled image is that of the tile, its gradient the tile's over the
 * number of tiles; and threads change nothing. */
static void
blocks_and_threads(void)
{
	enum { K = 3, TILE = 2500, TILES = 3, HW = TILE * TILES };
	float *x = mem_array(2 * K * HW, sizeof *x), *d = mem_array(2 * K * HW, sizeof *d);
	float *d3 = mem_array(2 * K * HW, sizeof *d), *tile = mem_array(2 * K * TILE, sizeof *d);
	float *dtile = mem_array(2 * K * TILE, sizeof *d);
	uint8_t mask[2 * HW], tile_mask[2 * TILE];
	struct rng r = rng_at(6, RNG_TEST, 0, 0);
	double one, all;
	int i, kind, same = 1;

	for (i = 0; i < 2 * K * TILE; i++)
		tile[i] = (float)(2 * rng_normal(&r));
	for (i = 0; i < 2 * TILE; i++)
		tile_mask[i] = (uint8_t)rng_below(&r, K);
	for (i = 0; i < 2 * K * HW; i++)
		x[i] = tile[i / HW * TILE + i % TILE];
	for (i = 0; i < 2 * HW; i++)
		mask[i] = tile_mask[i / HW * TILE + i % TILE];
	for (kind = SEG_JACCARD; kind <= SEG_FOCAL; kind++) {
		one = seg_loss((enum seg_loss)kind, dtile, tile, tile_mask, -1, 2, K, TILE);
		all = seg_loss((enum seg_loss)kind, d, x, mask, -1, 2, K, HW);
		CHECK_NEAR(all, one, 1e-12, kind_name[kind]);
		for (i = 0; i < 2 * K * HW; i++)
			x[i] = dtile[i / HW * TILE + i % TILE] / TILES;
		CHECK_NEAR(off_by(d, x, 2 * K * HW), 0, 3e-6, "and its gradient, in several blocks");
		for (i = 0; i < 2 * K * HW; i++)
			x[i] = tile[i / HW * TILE + i % TILE];
	}
	par_init(3);
	same = all == seg_loss(SEG_FOCAL, d3, x, mask, -1, 2, K, HW) && !memcmp(d, d3, 2 * K * HW * sizeof *d);
	CHECK(same, "three threads give the same bytes as one");
	free(x);
	free(d);
	free(d3);
	free(tile);
	free(dtile);
}

static void
byol(void)
{
	enum { N = 5, D = 8 };
	float dp[N * D], copy[N * D], far[N * D];
	int i;

	CHECK_NEAR(byol_loss(dp, golden_p, golden_z, N, D), golden_byol, 1e-9, "the BYOL loss is PyTorch's");
	CHECK_NEAR(off_by(dp, golden_dp, N * D), 0, 1e-6, "and so is its gradient");
	memcpy(copy, golden_p, sizeof copy);
	byol_loss(copy, copy, golden_z, N, D);
	CHECK(!memcmp(copy, dp, sizeof dp), "which may overwrite p");
	for (i = 0; i < N * D; i++)
		far[i] = -3 * golden_z[i];
	CHECK_NEAR(byol_loss(NULL, golden_z, golden_z, N, D), 0, 1e-12, "0 for equal directions");
	CHECK_NEAR(byol_loss(NULL, far, golden_z, N, D), 4, 1e-12, "4 for opposite ones");
	CHECK_NEAR(embedding_spread(golden_z, N, D), golden_spread, 1e-9, "the collapse monitor is PyTorch's");
	for (i = 0; i < N * D; i++)
		far[i] = (float)(1 + i / D) * golden_z[i % D];
	CHECK_NEAR(embedding_spread(far, N, D), 0, 1e-7, "0 when all directions are one");
	CHECK(isnan(embedding_spread(far, 1, D)), "undefined for a single sample");
}

/* --- classification --- */

static double
naive_class(const double *x, int64_t label, int k, double smoothing)
{
	double sum = 0, loss = 0;
	int c;

	for (c = 0; c < k; c++)
		sum += exp(x[c]);
	for (c = 0; c < k; c++)
		loss -= (smoothing / k + (c == label ? 1 - smoothing : 0)) * log(exp(x[c]) / sum);
	return loss;
}

static void
classification(void)
{
	enum { N = 6, K = 5, ALL = N * K };
	static const double smoothing[] = { 0, 0.1, 1 };
	float d[ALL], x[ALL], want[ALL], copy[ALL];
	struct rng r = rng_at(7, RNG_TEST, 0, 0);
	double y[K], h = 1e-5, v, naive_value = 0;
	int i, c, j;

	for (i = 0; i < 3; i++) {
		v = class_loss(d, golden_class_logits, golden_labels, N, K, smoothing[i]);
		CHECK_NEAR(v, golden_class[i], 1e-9 * golden_class[i], "the loss of a classifier is PyTorch's");
		CHECK_NEAR(off_by(d, golden_class_grad + (ptrdiff_t)i * ALL, ALL), 0, 2e-7, "and so is its gradient");
		CHECK(v == class_loss(NULL, golden_class_logits, golden_labels, N, K, smoothing[i]),
		      "and the value alone is the same");
	}
	for (i = 0; i < ALL; i++)
		x[i] = (float)(2 * rng_normal(&r));
	for (i = 0; i < ALL; i++) {
		for (c = 0; c < K; c++)
			y[c] = x[i / K * K + c];
		if (i % K == 0)
			naive_value += naive_class(y, golden_labels[i / K], K, 0.2) / N;
		y[i % K] += h;
		v = naive_class(y, golden_labels[i / K], K, 0.2);
		y[i % K] -= 2 * h;
		want[i] = (float)((v - naive_class(y, golden_labels[i / K], K, 0.2)) / (2 * h) / N);
	}
	CHECK_NEAR(class_loss(d, x, golden_labels, N, K, 0.2), naive_value, 1e-12, "it is its naive version");
	CHECK_NEAR(off_by(d, want, ALL), 0, 1e-6, "the gradient agrees with finite differences");
	memcpy(copy, x, sizeof copy);
	class_loss(copy, copy, golden_labels, N, K, 0.2);
	CHECK(!memcmp(copy, d, sizeof d), "and may overwrite the logits");
	for (i = j = 0; i < N; i++) {
		double sum = 0;

		for (c = 0; c < K; c++)
			sum += d[i * K + c];
		j += fabs(sum) < 1e-7;
	}
	CHECK(j == N, "a sample's gradients cancel");
}

int
main(void)
{
	against_pytorch(golden_mask, golden_seg, golden_seg_grad, "");
	against_pytorch(golden_ignored, golden_seg_ignored, golden_seg_grad_ignored, " with ignored pixels");
	against_pytorch(golden_half, golden_seg_half, golden_seg_grad_half, " of half the samples");
	against_differences();
	perfect_and_wrong();
	counted_alone();
	nothing_counted();
	byol();
	classification();
	blocks_and_threads();
	return check_done();
}
