/* predict_stream.h - streams in, streams out: pred, logits, probabilities and entropy are added to records */
#ifndef PREDICT_STREAM_H
#define PREDICT_STREAM_H

#include "predictor.h"

/* path NULL: standard input. Dies of what is wrong. */
void predict_stream(struct predictor *p, const char *path);

#endif
