/* classes.h - what a stream of images and masks says of the classes: how many, their names, the label without truth
 *
 * nii2ten and img2ten take it from a folder and from the options --classes, --names and --ignore, which go first.
 */
#ifndef CLASSES_H
#define CLASSES_H

#include "io/dataset.h"
#include "ten/tensor.h"

struct classes {
	char *names; /* "background,RV,MYO,LV"; NULL: unknown */
	int n;       /* 0: unknown */
	int ignore;  /* -1: none */
};

/* What the folder says. */
void classes_take(struct classes *c, const struct dataset *d);

/* What the options say instead: names NULL, number 0, ignore -1 where they were not given. otherwise: the number of classes
 * where nobody says. Dies if they contradict each other. */
void classes_settle(struct classes *c, const char *names, int number, int ignore, int otherwise);

/* Sets the metadata names, classes and ignore, as far as they are known. */
void classes_describe(struct meta *m, const struct classes *c);
void classes_free(struct classes *c);

#endif
