/* unet.h - U-Net with a ResNet encoder (Ronneberger et al. 2015, as laid out by segmentation_models.pytorch)
 *
 * Five decoder blocks of 256, 128, 64, 32, 16 channels: nearest x2, concatenate the encoder's tap of that size
 * (the last block has none), twice (3x3 convolution, batch norm, ReLU). Head: 3x3 convolution with bias.
 * Names: decoder.blocks.0.conv1.0.weight (convolution), decoder.blocks.0.conv1.1.* (batch norm), ...conv2...,
 * segmentation_head.0.weight, .bias.
 */
#ifndef MODEL_UNET_H
#define MODEL_UNET_H

#include "model/resnet.h"

#define UNET_MULTIPLE 32 /* of which height and width must be multiples */

/* Adds encoder, decoder and head behind node x; returns the node of the logits (N,classes,H,W). */
int unet_build(struct graph *g, int x, struct params *ps, enum resnet_arch arch, int classes);

/* Random initial values of the decoder (Kaiming uniform) and the head (Xavier uniform, bias 0). */
void unet_init_decoder(struct params *ps, uint64_t seed);

#endif
