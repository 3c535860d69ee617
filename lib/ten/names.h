/* names.h - the names of classes, as metadata and options give them: "background,RV,MYO,LV", from class 0 on
 *
 * A name is not empty and holds neither commas nor control characters; there are at most 256.
 */
#ifndef TEN_NAMES_H
#define TEN_NAMES_H

#include "ten/tensor.h"

struct names {
	char **name;
	int n;
};

/* From a text; NULL: the numbers of the classes. classes 0: as many as the text names; any other number must be that. */
int names_parse(struct names *a, const char *text, int classes, struct err *e);

/* From the metadata `names` and `classes`; n is 0 where there is neither. */
int names_read(struct names *a, const struct meta *m, struct err *e);
void names_free(struct names *a);

/* The name of class k; a number, in buf, where it has none. */
#define NAMES_NUMBER 16
const char *names_get(char buf[NAMES_NUMBER], const struct names *a, int k);

#endif
