/* caption.h - a sample's name, from its record's metadata
 *
 * first    patient and frame ("patient001 frame 1"), else the case, else the file's name without its folder,
 *          else "sample 7"
 * second   phase, slice ("ED, slice 3/10"), else the class of an image; for views epoch and sample; of neighbours the cosine;
 *          maybe empty
 *
 * Samples and slices are counted from 1 here, as people do.
 */
#ifndef IMAGE_CAPTION_H
#define IMAGE_CAPTION_H

#include "ten/tensor.h"

enum { CAPTION_LEN = 256 }; /* longer ones are cut off */

/* Of sample i of the record; seen: samples before it in the stream. */
void caption_text(char first[CAPTION_LEN], char second[CAPTION_LEN], const struct meta *m, int64_t i, uint64_t seen);

#endif
