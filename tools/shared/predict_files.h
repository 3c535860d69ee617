/* predict_files.h - studies and pictures in, masks out
 *
 * A study is a NIfTI file, or one for each channel, NAME_0000.nii.gz and so on; its mask has the study's header (io/nifti.h).
 * A picture is a TIFF, JPEG or PNG; its mask is a TIFF of indexed colours, with a page for each of its own. Probabilities are a
 * TIFF of floats with a page for each class of the first page, then of the second, ...; entropy one with a page for each.
 */
#ifndef PREDICT_FILES_H
#define PREDICT_FILES_H

#include "predictor.h"

enum predict_kind { PREDICT_STREAM, PREDICT_NIFTI, PREDICT_PICTURE, PREDICT_FOLDER };

/* What path is, by its first bytes. What cannot be read counts as a stream. */
enum predict_kind predict_kind(const char *path);

/* From the operands, files of a kind or folders, to -o: a file where the one operand is a file, a folder otherwise. Dies of
 * what is wrong. */
void predict_files(struct predictor *p, char *const *operand, int n);

#endif
