/* resnet.h - the encoder: ResNet-18, -34 and -50 (He et al. 2016; the "v1.5" of torchvision, stride in the 3x3)
 *
 *   conv1 7x7 /2, bn1, ReLU, max pool 3x3 /2, then four layers of blocks:
 *     basic       3x3, 3x3                   18: 2 2 2 2    34: 3 4 6 3
 *     bottleneck  1x1, 3x3 (stride), 1x1 x4  50: 3 4 6 3
 *   each block adds its input, through a 1x1 convolution and batch norm ("downsample") where the shape changes.
 *
 * Parameter names are torchvision's behind the prefix "encoder.": encoder.layer1.0.conv1.weight.
 */
#ifndef MODEL_RESNET_H
#define MODEL_RESNET_H

#include "nn/graph.h"

enum resnet_arch { RESNET18, RESNET34, RESNET50 };
#define RESNET_WORDS "resnet18|resnet34|resnet50" /* in the order of the enum, for an option table */

const char *resnet_name(enum resnet_arch arch);
int resnet_features(enum resnet_arch arch); /* channels of the last layer: 512 or 2048 */

/* Adds the encoder to g behind node x. taps[5]: the nodes a U-Net takes its skips from, at 1/2 (after bn1), 1/4,
 * 1/8, 1/16 and 1/32 of the image size; taps[4] is the output. */
void resnet_build(int taps[5], struct graph *g, int x, struct params *ps, enum resnet_arch arch);

/* Random initial values: Kaiming normal convolutions, the last batch norm of each block starting at 0 so that
 * a block begins as the identity. */
void resnet_init(struct params *ps, uint64_t seed);

#endif
