/* classifier.h - a ResNet that tells classes of images: encoder, global average pool, one linear layer
 *
 * Its parameters are those of torchvision's ResNets, fc.weight [classes,features] and fc.bias included (inside:
 * encoder.fc.*, see weights.h).
 */
#ifndef MODEL_CLASSIFIER_H
#define MODEL_CLASSIFIER_H

#include "model/resnet.h"

struct classifier_shape {
	enum resnet_arch arch;
	int channels, height, width; /* of an image */
	int batch;                   /* the largest */
	int classes;
};

struct classifier {
	struct classifier_shape shape;
	struct params ps;
	struct graph *graph;
	int x, logits;
	void *arena;
};

/* Parameters are zero until classifier_init, or weights_load, fills them. */
struct classifier *classifier_new(const struct classifier_shape *shape);
void classifier_delete(struct classifier *c);
size_t classifier_bytes(const struct classifier *c); /* memory for activations */

/* Random initial values; the last layer U(+-1/sqrt(features)), as PyTorch's linear layers have them. */
void classifier_init(struct classifier *c, uint64_t seed);

/* Forward and backward of one full batch, images (batch,channels,height,width): gradients are zeroed, then filled;
 * running statistics move. Returns the loss (class_loss); logits (batch,classes) receives the logits. */
double classifier_gradients(struct classifier *c, float *logits, const float *images, const int64_t *label,
                            double smoothing);

/* logits (n,classes) of n images, n up to a batch, by the running statistics: none depends on its neighbours. */
void classifier_run(struct classifier *c, float *logits, const float *images, int n);

#endif
