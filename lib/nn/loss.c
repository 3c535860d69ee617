#include "nn/loss.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/par.h"

#define BLOCK 2048 /* pixels of one sample that one thread takes at a time */
#define TINY 1e-7

/* --- segmentation --- */

/* Sums of a class. */
struct overlap {
	double p, y, both; /* of P, of Y, of P Y */
};

/* Sums of a block, then of everything; all 0 where the loss needs none of them. */
struct sums {
	double pixels, ce, focal;
};

/* What the gradient needs of a class: dL/dP where the class is the true one, and where it is not. */
struct slope {
	float in, out;
};

struct seg {
	enum seg_loss kind;
	int k, ignore, blocks; /* classes; blocks per sample */
	int64_t hw;
	const float *logits;
	const uint8_t *mask;
	float *d;                /* dlogits or NULL; between the passes it holds P */
	struct overlap *overlap; /* [n*blocks][k] */
	struct sums *sums;       /* [n*blocks] */
	const struct slope *slope;
	double pixels;
};

/* One block: n pixels of one sample, classes `stride` apart. */
struct block {
	int n;
	const float *x;
	const uint8_t *t;
	float *d;
};

static struct block
block_at(const struct seg *s, int i)
{
	int64_t sample = i / s->blocks, from = (int64_t)(i % s->blocks) * BLOCK, left = s->hw - from;
	int64_t at = sample * s->k * s->hw + from;

	return (struct block){ left < BLOCK ? (int)left : BLOCK, s->logits + at, s->mask + sample * s->hw + from,
	                       s->d ? s->d + at : NULL };
}

/* p[c*stride+i] = softmax over c of x[c*hw+i]; max[i] and sum[i] are those of the exponentials. */
static void
softmax(float *p, int64_t stride, float *max, float *sum, const float *x, int64_t hw, int k, int n)
{
	int c, i;

	for (i = 0; i < n; i++) {
		max[i] = x[i];
		sum[i] = 0;
	}
	for (c = 1; c < k; c++)
		for (i = 0; i < n; i++)
			max[i] = x[c * hw + i] > max[i] ? x[c * hw + i] : max[i];
	for (c = 0; c < k; c++)
		for (i = 0; i < n; i++)
			sum[i] += p[c * stride + i] = expf(x[c * hw + i] - max[i]);
	for (c = 0; c < k; c++)
		for (i = 0; i < n; i++)
			p[c * stride + i] /= sum[i];
}

/* An ignored pixel gets P = 0 for every class: then it adds nothing to any sum, and its gradient comes out as 0,
 * whatever its logits are. */
static void
forget(float *p, int64_t stride, const struct block *b, int k, int ignore)
{
	int c, i, some = 0;

	for (i = 0; i < b->n; i++)
		some |= b->t[i] >= k;
	for (i = 0; some && i < b->n; i++) {
		if (b->t[i] < k)
			continue;
		if (b->t[i] != ignore)
			BUG("mask value %d for %d classes", b->t[i], k);
		for (c = 0; c < k; c++)
			p[c * stride + i] = 0;
	}
}

static struct overlap
overlap(const float *p, const uint8_t *t, int class, int n)
{
	struct overlap o = { 0 };
	int i;

	for (i = 0; i < n; i++) {
		int y = t[i] == class;

		o.p += p[i];
		o.y += y;
		o.both += y ? p[i] : 0;
	}
	return o;
}

/* The logits of the true classes; P may be about to overwrite them. */
static void
true_logits(float *x, const struct block *b, const struct seg *s)
{
	int i;

	for (i = 0; i < b->n; i++)
		x[i] = b->t[i] < s->k ? b->x[b->t[i] * s->hw + i] : 0;
}

/* The sums over pixels that the loss needs; log P_t comes from the logits, where P_t itself may have become 0. */
static struct sums
pixel_sums(const struct block *b, const struct seg *s, const float *x_t, const float *max, const float *sum)
{
	struct sums all = { 0 };
	int i, focal = s->kind == SEG_FOCAL, none = s->kind == SEG_JACCARD || s->kind == SEG_DICE;

	for (i = 0; !none && i < b->n; i++) {
		double log_p, miss;

		if (b->t[i] >= s->k)
			continue;
		log_p = (double)(x_t[i] - max[i]) - log((double)sum[i]);
		miss = focal ? -expm1(log_p) : 0;
		all.pixels++;
		all.ce -= log_p;
		all.focal -= miss * miss * log_p;
	}
	return all;
}

static void
measure_block(void *ctx, int i, int worker)
{
	const struct seg *s = ctx;
	struct block b = block_at(s, i);
	float x_t[BLOCK], max[BLOCK], sum[BLOCK];
	float *p = b.d ? b.d : mem_array((size_t)s->k * BLOCK, sizeof(float));
	int64_t stride = b.d ? s->hw : BLOCK;
	int c;

	true_logits(x_t, &b, s);
	softmax(p, stride, max, sum, b.x, s->hw, s->k, b.n);
	forget(p, stride, &b, s->k, s->ignore);
	for (c = 0; c < s->k; c++)
		s->overlap[(int64_t)i * s->k + c] = overlap(p + c * stride, b.t, c, b.n);
	s->sums[i] = pixel_sums(&b, s, x_t, max, sum);
	if (!b.d)
		free(p);
}

/* Adds up the blocks into the first one. */
static void
total(struct seg *s, int n)
{
	int i, c;

	for (i = 1; i < n; i++) {
		s->sums->pixels += s->sums[i].pixels;
		s->sums->ce += s->sums[i].ce;
		s->sums->focal += s->sums[i].focal;
		for (c = 0; c < s->k; c++) {
			const struct overlap *o = &s->overlap[(int64_t)i * s->k + c];

			s->overlap[c].p += o->p;
			s->overlap[c].y += o->y;
			s->overlap[c].both += o->both;
		}
	}
}

/* One class's term of jaccard, I/U with U = P + Y - I, or dice, 2I/S with S = P + Y. The maximum never acts
 * on a class that occurs: U and S are then 1 or more. */
static double
region(struct slope *d, const struct overlap *o, int jaccard, int k)
{
	double all = o->p + o->y - (jaccard ? o->both : 0), weight = jaccard ? 1 : 2;

	*d = (struct slope){ 0, 0 };
	if (o->y == 0)
		return 0;
	all = fmax(all, TINY);
	d->in = (float)(-(jaccard ? 1 / all : 2 / all - 2 * o->both / (all * all)) / k);
	d->out = (float)(weight * o->both / (all * all) / k);
	return (1 - weight * o->both / all) / k;
}

/* dL/d(log P_t) of the pixel terms, 0 for an ignored pixel. */
static float
pixel_slope(const struct seg *s, float p)
{
	float miss = 1 - p;

	switch (s->kind) {
	case SEG_CE:
	case SEG_DICE_CE:
		return (float)(-1 / s->pixels);
	case SEG_FOCAL:
		return (2 * (p > 0 ? p * logf(p) : 0) * miss - miss * miss) / (float)s->pixels;
	default:
		return 0;
	}
}

/* NOLINTBEGIN(clang-analyzer-core.NullDereference): runs only where a gradient is wanted, then d is there */
/* Turns P into the gradient: dx_c = P_c (g_c - sum_j g_j P_j) + w ([c = t] - P_c), g = dL/dP of the regions,
 * w = dL/dlog P_t of the pixels. */
static void
gradient_block(void *ctx, int i, int worker)
{
	const struct seg *s = ctx;
	struct block b = block_at(s, i);
	float mean[BLOCK], w[BLOCK];
	int c, j;

	for (j = 0; j < b.n; j++) {
		int t = b.t[j];
		float p;

		w[j] = mean[j] = 0;
		if (t >= s->k)
			continue;
		p = b.d[t * s->hw + j];
		w[j] = pixel_slope(s, p);
		mean[j] = (s->slope[t].in - s->slope[t].out) * p;
	}
	for (c = 0; c < s->k; c++)
		for (j = 0; j < b.n; j++)
			mean[j] += s->slope[c].out * b.d[c * s->hw + j];
	for (c = 0; c < s->k; c++) {
		float *d = b.d + c * s->hw, in = s->slope[c].in, out = s->slope[c].out;

		for (j = 0; j < b.n; j++) {
			float y = b.t[j] == c;

			d[j] = d[j] * ((y > 0 ? in : out) - mean[j]) + w[j] * (y - d[j]);
		}
	}
}
/* NOLINTEND(clang-analyzer-core.NullDereference) */

/* The value, from the sums over everything; slope[k] for the gradient. */
static double
value(struct slope *slope, const struct seg *s)
{
	double pixels = fmax(s->pixels, 1), regions = 0;
	int c;

	if (s->kind == SEG_CE)
		return s->sums->ce / pixels;
	if (s->kind == SEG_FOCAL)
		return s->sums->focal / pixels;
	for (c = 0; c < s->k; c++)
		regions += region(&slope[c], &s->overlap[c], s->kind == SEG_JACCARD, s->k);
	return regions + (s->kind == SEG_DICE_CE ? s->sums->ce / pixels : 0);
}

double
seg_loss(enum seg_loss kind, float *dlogits, const float *logits, const uint8_t *mask, int ignore, int n, int k,
         int64_t hw)
{
	struct seg s = { .kind = kind, .k = k, .ignore = ignore, .hw = hw, .logits = logits, .mask = mask, .d = dlogits };
	struct slope *slope = mem_array((size_t)k, sizeof *slope);
	int blocks;
	double loss;

	if (n < 1 || hw < 1 || k < 1 || k > 255)
		BUG("segmentation loss of %d samples of %lld pixels and %d classes", n, (long long)hw, k);
	if (ignore >= 0 && ignore < k)
		BUG("label %d to be ignored, a class of %d", ignore, k);
	s.blocks = (int)((hw + BLOCK - 1) / BLOCK);
	blocks = n * s.blocks;
	s.overlap = mem_array((size_t)blocks * (size_t)k, sizeof *s.overlap);
	s.sums = mem_array((size_t)blocks, sizeof *s.sums);
	s.slope = slope;
	par_for(blocks, measure_block, &s);
	total(&s, blocks);
	s.pixels = s.sums->pixels;
	loss = value(slope, &s);
	if (dlogits)
		par_for(blocks, gradient_block, &s);
	free(s.overlap);
	free(s.sums);
	free(slope);
	return loss;
}

/* --- classification --- */

/* log of the sum of exponentials of x[k] */
static double
log_sum_exp(const float *x, int k)
{
	float max = x[0]; /* a double would make gcc 12 for aarch64 stumble */
	double sum = 0;
	int c;

	for (c = 1; c < k; c++)
		max = x[c] > max ? x[c] : max;
	for (c = 0; c < k; c++)
		sum += exp((double)x[c] - max);
	return max + log(sum);
}

double
class_loss(float *dlogits, const float *logits, const int64_t *label, int n, int k, double smoothing)
{
	double loss = 0;
	int i, c;

	for (i = 0; i < n; i++, logits += k) {
		double all = log_sum_exp(logits, k);

		if (label[i] < 0 || label[i] >= k)
			BUG("label %lld for %d classes", (long long)label[i], k);
		for (c = 0; c < k; c++) {
			double log_p = logits[c] - all, target = smoothing / k + (c == label[i] ? 1 - smoothing : 0);

			loss -= target * log_p;
			if (dlogits)
				*dlogits++ = (float)((exp(log_p) - target) / n);
		}
	}
	return loss / n;
}

/* --- BYOL --- */

static double
dot(const float *a, const float *b, int d)
{
	double s = 0;
	int i;

	for (i = 0; i < d; i++)
		s += (double)a[i] * b[i];
	return s;
}

static double
length(const float *a, int d)
{
	return fmax(sqrt(dot(a, a, d)), 1e-12);
}

double
byol_loss(float *dp, const float *p, const float *z, int n, int d)
{
	double sum = 0;
	int b, i;

	for (b = 0; b < n; b++, p += d, z += d) {
		double lp = length(p, d), lz = length(z, d), cosine = dot(p, z, d) / (lp * lz);

		sum += cosine;
		for (i = 0; dp && i < d; i++)
			*dp++ = (float)(-2.0 / n / lp * (z[i] / lz - p[i] / lp * cosine));
	}
	return 2 - 2 * sum / n;
}

double
embedding_spread(const float *z, int n, int d)
{
	double *len, spread = 0;
	int b, i;

	if (n < 2)
		return NAN;
	len = mem_array((size_t)n, sizeof *len);
	for (b = 0; b < n; b++)
		len[b] = length(z + (int64_t)b * d, d);
	for (i = 0; i < d; i++) {
		double mean = 0, var = 0;

		for (b = 0; b < n; b++)
			mean += z[(int64_t)b * d + i] / len[b] / n;
		for (b = 0; b < n; b++)
			var += pow(z[(int64_t)b * d + i] / len[b] - mean, 2) / (n - 1);
		spread += sqrt(var) / d;
	}
	free(len);
	return spread;
}
