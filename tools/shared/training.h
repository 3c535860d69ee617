/* training.h - what the tools that train a network share: options and how they are put to use */
#ifndef TRAINING_H
#define TRAINING_H

#include "model/resnet.h"
#include "nn/optim.h"
#include "nn/schedule.h"
#include "ten/tensor.h"

struct training {
	int arch;      /* enum resnet_arch; -1: that of the weights training starts from */
	int batch;
	int optimizer; /* enum optim_kind */
	int schedule;  /* enum schedule_kind */
	double momentum, weight_decay;
};
extern struct training training; /* the tool sets its defaults before opt_parse */

#define OPT_TRAINING \
	{ 0, "arch", OPT_CHOICE, &training.arch, RESNET_WORDS, "encoder", 0, 0, "that of the weights given, else resnet50" }, \
	{ 'b', "batch", OPT_INT, &training.batch, "N", "samples per step", 1, 65536, "" }, \
	{ 0, "optimizer", OPT_CHOICE, &training.optimizer, OPTIM_WORDS, "optimiser", 0, 0, "" }, \
	{ 0, "momentum", OPT_REAL, &training.momentum, "X", "momentum of sgd and lars", 0, 1, "" }, \
	{ 0, "weight-decay", OPT_REAL, &training.weight_decay, "X", "weight decay", 0, 1, "lars 1e-5, others 0" }, \
	{ 0, "schedule", OPT_CHOICE, &training.schedule, SCHEDULE_WORDS, "learning rate after the warm-up", 0, 0, "" }

/* Reads the weights training starts from (file NULL: none) into r and settles training.arch by them; dies when --arch
 * says otherwise. */
void training_source(struct record *r, const char *file);

/* The optimiser the options ask for. */
void training_optimizer(struct optim *o, const struct params *ps);

#endif
