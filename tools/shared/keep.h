/* keep.h - weights that are written while training goes on, after given epochs */
#ifndef KEEP_H
#define KEEP_H

#include <stdint.h>

struct keep {
	int64_t *epoch; /* how many epochs have been trained then; 0: before the first */
	int n;
};

/* From "1,2,5" (NULL: none); dies where it is not that. */
void keep_parse(struct keep *k, const char *list);

/* Dies unless these weights can be written: there is an -o to name them after, and training goes on for so long.
 * epochs 0: unknown. */
void keep_check(const struct keep *k, int64_t epochs);

int keep_wants(const struct keep *k, int64_t epoch);

/* The file for an epoch, a new string: DIR/NAME-epochN.SUFFIX for -o DIR/NAME.SUFFIX */
char *keep_name(int64_t epoch);
void keep_free(struct keep *k);

#endif
