/* worst.h - pictures of the worst volumes of an evaluation, drawn while their slices come
 *
 * A volume is drawn when it is whole: when it has as many slices as the metadata `slices` says or, where that says nothing,
 * when another one follows it; otherwise at the end. Of those that are drawn only the worst keep their pictures, so memory is
 * that of the volumes that are not whole yet and of so many pictures.
 */
#ifndef PAGE_WORST_H
#define PAGE_WORST_H

#include "eval/evaluation.h"
#include "page/slices.h"

enum worst_state { WORST_GATHERED, WORST_DRAWN, WORST_DROPPED };

struct worst {
	int most, truth;              /* volumes that keep their pictures; without truth the first ones */
	int channel;                  /* what is shown of images, as slices_gather takes it */
	const struct evaluation *x;
	struct slice_list *pictures;  /* [n] by the place of a volume in x->volumes.v, empty for those that have none */
	enum worst_state *state;    /* [n] */
	unsigned char *late;          /* [n] slices came after it was taken for whole: they have no pictures */
	int n, last;                  /* last: the volume of the last record, -1 none */
	int *order, shown;            /* after worst_end: volumes with pictures, the worst first */
};

void worst_init(struct worst *g, const struct evaluation *x, int most, int truth, int channel);

/* A record that was added to x, as volume `at` of it. */
int worst_add(struct worst *g, int at, const struct record *r, struct err *e);
int worst_end(struct worst *g, struct err *e);
int worst_late(const struct worst *g); /* volumes with slices that came too late */
void worst_free(struct worst *g);

/* The mean Dice of the classes from 1 on of a volume: what is worst is ordered by it. */
double worst_dice(const struct volume *v, int k);

#endif
