/* volumes.h - slices gathered into the volumes they were cut from
 *
 * A volume is one patient, frame and case; its slices may arrive in any order and any number of records. Images
 * without a patient are volumes of their own, named by their file or case or, without those, by their record's number.
 */
#ifndef EVAL_VOLUMES_H
#define EVAL_VOLUMES_H

#include "eval/overlap.h"
#include "eval/score.h"
#include "eval/stack.h"
#include "ten/tensor.h"

struct volume {
	char *patient, *frame, *group, *phase, *name; /* "" where unknown; patient may be a file name, name is the case's */
	int64_t slices;         /* added so far */
	int64_t expected;       /* slices it has; 0: unknown */
	double spacing[3];      /* mm along x, y, z; NAN where unknown */
	struct confusion c;
	struct stack stack;     /* its slices, until it is measured */
	int measured;
	struct surface *surface; /* [k]; NAN until it is measured, and where there is no distance */
	char *why_not;          /* what keeps it from having distances, other than a lack of spacing; or NULL */
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

struct raster volume_raster(const struct volume *v);          /* of one slice: z is 1 */
double volume_voxel(const struct volume *v);                  /* mm^3; NAN without spacing */
struct score volume_score(const struct volume *v, int class);

#endif
