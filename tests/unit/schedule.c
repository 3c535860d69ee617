/* schedule: the learning rates of the published runs, and the ends */
#include "nn/schedule.h"

#include "check.h"

/* Fine-tuning in the paper, per epoch. The figures have three digits, so half of the last one is allowed. */
static void
fine_tuning(void)
{
	struct schedule s = { SCHEDULE_COSINE, 1e-4, 1e-6, 10, 150 };

	CHECK_NEAR(schedule_lr(&s, 0), 1e-6, 1e-18, "epoch 0");
	CHECK_NEAR(schedule_lr(&s, 1), 1.2e-5, 1e-17, "epoch 1");
	CHECK_NEAR(schedule_lr(&s, 5), 5.6e-5, 1e-17, "epoch 5");
	CHECK_NEAR(schedule_lr(&s, 9), 1e-4, 1e-17, "epoch 9 ends the warm-up");
	CHECK_NEAR(schedule_lr(&s, 10), 1e-4, 1e-17, "epoch 10 begins the cosine");
	CHECK_NEAR(schedule_lr(&s, 80), 5e-5, 1e-16, "epoch 80 is half way down");
	CHECK_NEAR(schedule_lr(&s, 149), 1.26e-8, 0.005e-8, "epoch 149");
	CHECK_NEAR(schedule_lr(&s, 149), 1.25882528747e-8, 1e-19, "epoch 149 to more digits");
	CHECK_NEAR(schedule_lr(&s, 45), 8.535533905932737e-5, 1e-18, "epoch 45: (2 + sqrt 2) / 4 of the base");
	CHECK_NEAR(schedule_lr(&s, 150), 0, 1e-18, "nothing is left at the end");
	CHECK_NEAR(schedule_lr(&s, 170), 0, 1e-18, "nor after it");
}

/* Pretraining, per step: 1498 slices in batches of 128 (drop last) are 11 steps per epoch. */
static void
pretraining(void)
{
	struct schedule s = { SCHEDULE_COSINE, 0.25, 3e-5, 110, 4400 };

	CHECK_NEAR(schedule_lr(&s, 0), 3e-5, 1e-17, "the first step");
	CHECK_NEAR(schedule_lr(&s, 54), 3e-5 + 54 * (0.25 - 3e-5) / 109, 1e-15, "half way through the warm-up");
	CHECK_NEAR(schedule_lr(&s, 109), 0.25, 1e-15, "the last of the warm-up");
	CHECK_NEAR(schedule_lr(&s, 1540), 0.1875, 1e-13, "a third of the way down the cosine is 3/4");
}

static void
without_warmup(void)
{
	struct schedule flat = { SCHEDULE_CONSTANT, 0.1, 0.01, 0, 0 };
	struct schedule warm = { SCHEDULE_CONSTANT, 0.1, 0.02, 5, 0 };
	struct schedule one = { SCHEDULE_COSINE, 0.1, 0.01, 1, 11 };
	struct schedule none = { SCHEDULE_COSINE, 0.1, 0.01, 0, 10 };
	struct schedule all = { SCHEDULE_COSINE, 0.1, 0.02, 5, 5 };

	CHECK(schedule_lr(&flat, 0) == 0.1 && schedule_lr(&flat, 1e6) == 0.1, "constant is constant");
	CHECK_NEAR(schedule_lr(&warm, 2), 0.06, 1e-16, "constant warms up too");
	CHECK(schedule_lr(&warm, 5) == 0.1 && schedule_lr(&warm, 500) == 0.1, "and stays");
	CHECK(schedule_lr(&one, 0) == 0.01 && schedule_lr(&one, 1) == 0.1, "a warm-up of one unit");
	CHECK_NEAR(schedule_lr(&one, 6), 0.05, 1e-16, "shifts the cosine by one");
	CHECK(schedule_lr(&none, 0) == 0.1, "no warm-up starts at the base");
	CHECK_NEAR(schedule_lr(&none, 5), 0.05, 1e-16, "and is at half of it half way");
	CHECK(schedule_lr(&all, 4) == 0.1 && schedule_lr(&all, 5) == 0.1, "a run that is all warm-up stays at the base");
}

static void
tau(void)
{
	CHECK_NEAR(schedule_tau(0.99, 0, 1000), 0.99, 1e-15, "tau starts at tau0");
	CHECK_NEAR(schedule_tau(0.99, 500, 1000), 0.995, 1e-15, "is half way to 1 at half time");
	CHECK_NEAR(schedule_tau(0.99, 333, 999), 0.9925, 1e-15, "a quarter of the way at a third of the time");
	CHECK_NEAR(schedule_tau(0.99, 999, 1000), 0.9999999753260, 1e-12, "the last step's tau is below 1");
	CHECK(schedule_tau(0.99, 1000, 1000) == 1 && schedule_tau(0.99, 1001, 1000) == 1, "and 1 after it");
}

int
main(void)
{
	fine_tuning();
	pretraining();
	without_warmup();
	tau();
	return check_done();
}
