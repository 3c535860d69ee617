/* predict_cases.h - what seg-predict is to make masks of, one after the other */
#ifndef PREDICT_CASES_H
#define PREDICT_CASES_H

#include "io/dataset.h"
#include "predictor.h"

struct predict_case {
	char *name;   /* of its mask, without suffix */
	char **image; /* a file for each channel */
	int channels;
	int picture;
};

struct predict_cases {
	struct predict_case *c;
	int n;
};

/* Lists the cases of the operands, of folders those of a part; two of one name are an error, as are folders without any. */
void predict_cases_list(struct predict_cases *s, char *const *operand, int n, int channels, enum dataset_part part);
void predict_cases_free(struct predict_cases *s);

/* Masks (and what else is wanted, named so) of a case, to the file `out`; NULL or "-": standard output. */
int predict_study(struct predictor *p, const struct predict_case *c, const char *out, const char *probabilities,
                  const char *entropy, struct err *e);
int predict_picture(struct predictor *p, const struct predict_case *c, const char *out, const char *probabilities,
                    const char *entropy, struct err *e);

#endif
