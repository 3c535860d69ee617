/* training.h - what the tools that train a network share: options and how they are put to use */
#ifndef TRAINING_H
#define TRAINING_H

#include "model/resnet.h"
#include "nn/optim.h"
#include "nn/schedule.h"
#include "loop.h"

struct training {
	int arch;      /* enum resnet_arch; -1: that of the weights training starts from */
	int batch;
	int optimizer; /* enum optim_kind */
	int schedule;  /* enum schedule_kind */
	double momentum, weight_decay;
};
extern struct training training; /* the tool sets its defaults before opt_parse */

#define OPT_TRAINING OPT_TRAINING_DECAY("lars 1e-5, others 0")
#define OPT_TRAINING_DECAY(decay) \
	{ 0, "arch", OPT_CHOICE, &training.arch, RESNET_WORDS, "encoder", 0, 0, "that of the weights given, else resnet50" }, \
	{ 'b', "batch", OPT_INT, &training.batch, "N", "samples per step", 1, 65536, "" }, \
	{ 0, "optimizer", OPT_CHOICE, &training.optimizer, OPTIM_WORDS, "optimiser", 0, 0, "" }, \
	{ 0, "momentum", OPT_REAL, &training.momentum, "X", "momentum of sgd and lars", 0, 1, "" }, \
	{ 0, "weight-decay", OPT_REAL, &training.weight_decay, "X", "weight decay", 0, 1, decay }, \
	{ 0, "schedule", OPT_CHOICE, &training.schedule, SCHEDULE_WORDS, "learning rate after the warm-up", 0, 0, "" }

/* Reads the weights training starts from (file NULL: none) into r and settles training.arch by them; dies when --arch
 * says otherwise. */
void training_source(struct record *r, const char *file);

/* The optimiser the options ask for. */
void training_optimizer(struct optim *o, const struct params *ps);

/* The steps that schedules over steps reckon with: those given (--total-steps), or 0 given, those that the stream says or
 * shows it has; 0 if it doesn't, which only a constant schedule may do without. */
int64_t training_total(const struct batches *in, int given);

/* A schedule over steps: a warm-up of so many epochs, from `start` to `base`, then as the options say. */
void training_schedule(struct schedule *s, const struct batches *in, int64_t total, double base, double start,
                       double warmup);

/* Says how much memory training takes: weights (`taken` already), the optimiser's state and the best weights so far
 * (`state`), activations. Dies if the machine has not as much left. */
void training_memory(const struct loop *l, size_t taken, size_t state, size_t activations);

/* Dies if the loss of this step, or the norm of its gradient, is not finite, with the tensor where that begins. */
void training_check_finite(const struct loop *l, double loss, double norm, const struct params *ps);

/* Dies because weights are not finite (e says which), so that they must not become a checkpoint. */
void training_die_of_weights(const struct loop *l, const struct err *e) __attribute__((noreturn));

/* What is to be said in the end: samples left over, and schedules (over `total` steps; 0: unknown) that ended elsewhere
 * than the training. */
void training_ended(const struct batches *in, int64_t steps, int64_t total);

/* What trained weights say of themselves: the commands that led to the stream and, behind the prefix `as`, to the
 * weights that training started from; the encoder, its channels and the normalisation of its images. */
void training_describe(struct meta *m, const struct batches *in, const struct record *source, const char *as);

#endif
