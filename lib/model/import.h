/* import.h - the encoder in a checkpoint from elsewhere, under this package's names
 *
 * What is looked for is a ResNet, under one of the names it goes by:
 *   torchvision, timm      conv1.weight, bn1.*, layer1.0.conv1.weight, layer1.0.downsample.0.weight, ...
 *   its children by number 0.weight, 1.*, 4.0.conv1.weight, ... (torchvision's as an nn.Sequential)
 *   Hugging Face           embedder.embedder.convolution.weight, encoder.stages.0.layers.0.layer.0.convolution.weight, ...
 * behind any prefix (module., backbone., encoder.model., ...). What is not part of it - a classifier, projection heads, a
 * decoder - is left.
 *
 * Two networks of one training are told apart by their prefixes: the target (momentum_backbone., target_backbone.,
 * teacher., encoder_k., ...) and the online one.
 */
#ifndef MODEL_IMPORT_H
#define MODEL_IMPORT_H

#include "io/foreign.h"
#include "model/resnet.h"

enum import_which { IMPORT_TARGET, IMPORT_ONLINE, IMPORT_EITHER };

struct import {
	enum resnet_arch arch;
	int channels;      /* input channels of its first convolution */
	char *prefix;      /* what its names begin with in the checkpoint; "" for nothing */
	const char *names; /* what is said of the names behind that: "torchvision" */
	char **inside;     /* [c->n]: the name inside ("encoder.conv1.weight") of each tensor; NULL: left */
	int n, taken, renamed;
};

/* Finds the encoder in c. prefix: that one (NULL: the only one there is, after `which`: IMPORT_EITHER is the target
 * where there are both). */
int import_find(struct import *m, const struct foreign *c, const char *prefix, enum import_which which,
                struct err *e);

/* Fills ps (made here, without gradients) with its parameters for images of `channels` channels (0: as they are).
 * Every one must be there, in its shape and finite, but num_batches_tracked. file names c in messages. */
int import_read(struct params *ps, const struct import *m, const struct foreign *c, int channels, const char *file,
                struct err *e);
void import_free(struct import *m);

#endif
