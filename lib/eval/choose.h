/* choose.h - whether only the largest component of a class should stay, decided on validation data
 *
 * As nnU-Net decides it (Isensee et al., Nature Methods 2021): for each class by itself, keeping only its largest
 * connected component pays if that raises the mean over volumes of its Dice; at equal means nothing is done. What is taken
 * away becomes background, so a class's choice does not touch another's. nnU-Net also tries the whole foreground as one
 * component first; that is left out. Components are those of image/components.h, with the neighbours that tools take.
 */
#ifndef EVAL_CHOOSE_H
#define EVAL_CHOOSE_H

#include <stdint.h>

struct choice {
	int k;
	int64_t volumes;
	double *before, *after; /* [k] sums of Dice over volumes; nothing is tried for class 0 */
};

void choice_init(struct choice *c, int k);
void choice_free(struct choice *c);

/* Tries it on a volume [z][y][x]. Voxels with the true label `ignore` (-1: none) are not counted, but connect. A class that
 * is in neither counts 1, in one of both 0. */
void choice_add(struct choice *c, const uint8_t *truth, const uint8_t *pred, const int64_t dim[3], int ignore);

double choice_before(const struct choice *c, int class); /* mean Dice; NAN without volumes */
double choice_after(const struct choice *c, int class);
int choice_pays(const struct choice *c, int class);

#endif
