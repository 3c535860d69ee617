/* views.h - batches of augmented samples, in parallel
 *
 * Every view is a function of (seed, epoch, index of the sample in its epoch): its random numbers are
 * rng_at(seed, RNG_AUGMENT, epoch, index), drawn for view 1, then for view 2.
 */
#ifndef IMAGE_VIEWS_H
#define IMAGE_VIEWS_H

#include "image/augment.h"
#include "image/grid.h"
#include "image/stats.h"
#include "ten/feed.h"

struct views {
	/* what to do; set before use */
	struct policy policy;
	struct normalize normalize;
	int count;                /* 2: view.1 and view.2; 1: image, with mask and label where there are some */
	int size;                 /* S */
	int channels;             /* of the output: 1 (grey of RGB), 3 (grey repeated), 0: as they come */
	uint64_t seed;

	/* If set, is called once while views are made, by one of the threads: writing goes on beside the work. */
	void (*beside)(void *ctx);
	void *ctx;

	/* what the input is, from its first record; c: channels of the output */
	int seen, c, mask, label;
	int ignore;                     /* label of the mask's pixels without truth; -1: none, or no mask */
	char normalized[NORMALIZE_LEN]; /* metadata `normalize`, or "" */
	char grid[GRID_LEN];            /* and `grid` */
	char *names;                    /* of the mask's classes; NULL: nobody has said so far */

	struct views_worker *worker;    /* [par_threads()] */
};

void views_init(struct views *v);
void views_free(struct views *v);

/* 0 if views can be made of r's `image` [N,C,H,W] (and, with count 1, of `mask` [N,H,W] U8 and `label` [N] I64) and
 * r is like the records seen before: channels, mask, label, normalisation, grid and (if masks are wanted) the label that
 * masks ignore and the names of their classes, where there are some, agree. For feed_opt.check; ctx is a struct views *. */
int views_check(void *ctx, const struct record *r, struct err *e);

/* Puts the views of s[0..n-1] into out: view.1 and view.2 [n,C,S,S] F32, or image, mask [n,S,S] U8, label [n]. */
int views_make(struct views *v, struct record *out, const struct sample *s, int n, uint64_t epoch, struct err *e);

/* Adds the pixels of s[0..n-1], as they are before normalisation, to st[c]. */
void views_stats(struct views *v, struct stats *st, const struct sample *s, int n);

#endif
