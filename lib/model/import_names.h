/* import_names.h - what the tensors of a ResNet are called elsewhere (part of import.h) */
#ifndef MODEL_IMPORT_NAMES_H
#define MODEL_IMPORT_NAMES_H

#include <stddef.h>

enum import_layout { IMPORT_TORCHVISION, IMPORT_NUMBERED, IMPORT_HUGGING_FACE, IMPORT_NLAYOUT };

const char *import_layout_name(enum import_layout layout);

/* Length of the prefix if name is <prefix> and the name of the first block's first convolution; else
 * IMPORT_ELSEWHERE. */
#define IMPORT_ELSEWHERE ((size_t)-1)
size_t import_before(enum import_layout layout, const char *name);

/* The inside name of `name`, which stood behind the prefix: a new string, NULL if it is no part of an encoder. */
char *import_inside(enum import_layout layout, const char *name);

/* Does a network with this prefix follow another one as its average? */
int import_is_target(const char *prefix);

#endif
