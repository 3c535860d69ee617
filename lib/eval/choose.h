/* choose.h - whether only the largest component of a class should stay, decided on validation data
 *
 * For each class by itself, keeping only its largest connected component pays if that raises the mean over volumes of its
 * Dice; at equal means nothing is done. What is taken away becomes background, so a class's choice does not touch another's.
 * Components are those of image/components.h, with the neighbours that tools take.
 *
 * nnU-Net (Isensee et al., Nature Methods 2021; determine_postprocessing of version 2) decides so too, after a first step that
 * we leave out: it takes all classes together as one foreground, and keeps only that one's largest component if the mean
 * Dice over the classes rises and no class's falls. It leaves volumes in which a class is in neither mask out of the class's
 * mean, where we count 1: as nothing is cut down to nothing, that changes the means, but not which one is larger (unless what
 * stays lies where there is no truth). And of components of equal size, all of them the largest, it keeps all, where we keep
 * the first.
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
