/* volumes.h - slices gathered into the volumes they were cut from, and the overlap of each volume
 *
 * A volume is one patient and frame; its slices may arrive in any order and any number of records. Images
 * without a patient are volumes of their own, named by their file or, without that, by their record's number.
 *
 * Per volume and class: Dice and IoU over its pixels. Where a class is in neither truth nor prediction both
 * are 1, where it is in one of them only, 0.
 */
#ifndef EVAL_VOLUMES_H
#define EVAL_VOLUMES_H

#include "eval/overlap.h"
#include "ten/tensor.h"

struct volume {
	char *patient, *frame, *group, *phase; /* "" where unknown; patient may be a file name */
	int64_t slices;                        /* added so far */
	double voxel;                          /* mm^3; NAN without spacing */
	struct confusion c;
};

struct volume_list {
	int k;             /* classes */
	struct volume *v;  /* in order of appearance */
	int n;
	int *sorted;       /* indices into v by patient and frame */
};

void volume_list_init(struct volume_list *l, int k);
void volume_list_free(struct volume_list *l);

/* The volume that a record belongs to, new if it has not been seen; valid until the next call. NULL: the
 * record's spacing is not three positive numbers, or not that of the volume's other slices. */
struct volume *volume_list_at(struct volume_list *l, const struct record *r, struct err *e);

double volume_dice(const struct volume *v, int class);
double volume_iou(const struct volume *v, int class);
int volume_one_empty(const struct volume *v, int class); /* in truth or prediction, but not in both */

/* pixels * voxel / 1000: the volume of a class in ml; NAN without spacing. */
double volume_true_ml(const struct volume *v, int class);
double volume_pred_ml(const struct volume *v, int class);

#endif
