/* weights.h - between parameter lists and weights files (safetensors)
 *
 * Files hold torchvision's names (an encoder: conv1.weight) or segmentation_models.pytorch's (a U-Net:
 * encoder.conv1.weight, decoder...); encoder.model.* is read too. Inside, an encoder's names always begin with
 * "encoder.". The first convolution is adapted to another number of input channels, so that a grey image gives
 * the same features as the same image on three channels: 3 -> 1 sums over RGB, 1 -> c repeats and divides by c,
 * 3 -> c repeats, cuts and multiplies by 3/c.
 */
#ifndef MODEL_WEIGHTS_H
#define MODEL_WEIGHTS_H

#include "model/resnet.h"
#include "ten/tensor.h"

/* Parts of a network, by their name prefixes */
enum weights_part {
	WEIGHTS_ENCODER = 1, /* encoder. */
	WEIGHTS_DECODER = 2, /* decoder. and segmentation_head. */
	WEIGHTS_HEADS = 4,   /* projector. and predictor. */
	WEIGHTS_CLASSIFIER = 8 /* encoder.fc., in a file fc. */
};

struct weights_report {
	int matched;  /* tensors taken */
	int left;     /* tensors of parts that were not asked for: a classifier, projection heads, a decoder */
	int adapted;  /* channels the first convolution had, if it was adapted; else 0 */
	int missing, unknown; /* only where lenient: parameters without a tensor, tensors without a parameter */
};

/* ps becomes the zeroed parameters of a U-Net, or of an encoder alone if classes is 0. The caller frees ps. */
void weights_params(struct params *ps, enum resnet_arch arch, int channels, int classes);

/* Adds the parameters of these parts to r as F32 tensors (counts as I64 scalars), which borrow the memory of ps until r is
 * written. bare: without "encoder.". */
void weights_pack(struct record *r, const struct params *ps, int parts, int bare);

/* Fills the parameters of these parts from r. Every one must be there with its shape (num_batches_tracked may be
 * missing) and finite, and every tensor of r must be used or belong to a part not asked for; lenient lets
 * names that don't match pass. file names the weights in messages. */
int weights_load(struct params *ps, const struct record *r, int parts, int lenient, struct weights_report *report,
                 const char *file, struct err *e);

/* What r holds, told from names and shapes. */
int weights_arch(enum resnet_arch *arch, const struct record *r, struct err *e);
int weights_parts(const struct record *r);    /* enum weights_part bits present */
int weights_channels(const struct record *r); /* input channels of the first convolution; 0: unknown */
int weights_classes(const struct record *r);  /* outputs of the segmentation head; 0: none */

/* The tensor of r for an inside name, whatever prefix the file uses; NULL if absent. */
const struct tensor *weights_find(const struct record *r, const char *name);

/* "matched 120 tensors of 'file', left 2 that belong to other parts, ..." */
#define WEIGHTS_REPORT_LEN 512
const char *weights_report_text(char buf[WEIGHTS_REPORT_LEN], const struct weights_report *r, const char *file);

#endif
