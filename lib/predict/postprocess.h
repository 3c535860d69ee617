/* postprocess.h - which classes are cut down to their largest component
 *
 * Decided by seg-eval --choose-postprocessing on validation data, or by whoever knows that a heart has one left ventricle.
 * Each class is looked at by itself, and what is taken away becomes background (image/components.h).
 */
#ifndef PREDICT_POSTPROCESS_H
#define PREDICT_POSTPROCESS_H

#include <stdint.h>

#include "base/err.h"
#include "ten/names.h"

struct postprocess {
	unsigned char keep[256]; /* [class] 1: only its largest component stays */
	int n;                   /* classes of which that is true */
};

/* Adds the classes of a list of names or numbers, "LV,1"; "all" is every class but 0. The background is no class to be cut
 * down. names: of the model's classes, n 0 where it has none. */
int postprocess_parse(struct postprocess *p, const char *list, const struct names *names, int classes, struct err *e);

/* Adds those of a table (TSV) with the columns `class` (a number) and `keep_largest` (0 or 1); a column `name` must say what
 * the model says, if it does. */
int postprocess_read(struct postprocess *p, const char *path, const struct names *names, int classes, struct err *e);

/* On a volume mask[dim] (z y x); returns how many voxels that changed. */
int64_t postprocess_apply(const struct postprocess *p, uint8_t *mask, const int64_t dim[3]);

#endif
