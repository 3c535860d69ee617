/* volume.h - a frame of a NIfTI volume as the tensors of a record
 *
 * Slices go along z, rows are y, columns are x; nothing is flipped or resampled. Messages give places as
 * (x,y,z), counted from 0; the caller puts the file's name before them.
 */
#ifndef IO_VOLUME_H
#define IO_VOLUME_H

#include "io/nifti.h"

/* Adds `image` [Z,1,Y,X] of frame t: in the stored type where that is an integer of up to 32 bits or F32 and
 * nothing scales it, otherwise F32 = slope * stored + inter. NaN and infinity are errors. */
int volume_image(struct record *r, const struct nifti *n, int64_t t, struct err *e);

/* The same from a volume for each channel, all of one size: [Z,C,Y,X]; F32 where their types differ. On error *bad is the
 * channel to blame. */
int volume_channels(struct record *r, const struct nifti *n, int channels, int64_t t, int *bad, struct err *e);

/* Adds `mask` [Z,Y,X] U8 of frame t. A value that is not a whole number in 0..classes-1, nor `ignore` (-1: none), is an
 * error. */
int volume_mask(struct record *r, const struct nifti *n, int64_t t, int classes, int ignore, struct err *e);

#endif
