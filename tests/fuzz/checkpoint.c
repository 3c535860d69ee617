/* checkpoint: the state of a training, of a network of a few numbers, and its place in a stream */
#include "fuzz.h"
#include "train/checkpoint.h"
#include "train/place.h"

static void
make_params(struct params *ps)
{
	params_init(ps, 1);
	params_add(ps, PARAM_TRAINED, "w", 2, (int64_t[]){ 2, 1 });
	params_add(ps, PARAM_STAT, "s", 1, (int64_t[]){ 1 });
	params_add(ps, PARAM_COUNT, "n", 0, NULL);
}

static void
read_metadata(const struct meta *m)
{
	struct place place;
	int64_t i, dim[3];
	double x;
	struct err e = { "" };

	if (!checkpoint_get_int(&i, m, "step", &e))
		FUZZ_CHECK(i >= 0);
	checkpoint_get_real(&x, m, "best", &e);
	if (!place_load_shape(dim, 3, m, 0, &e))
		FUZZ_CHECK(dim[0] > 0 && dim[1] > 0 && dim[2] > 0);
	if (!place_load(&place, m, &e))
		FUZZ_CHECK(!place_same_stream(&place.stream, &place.stream, &e));
	meta_free(&place.stream);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct checkpoint c;
	struct params ps;
	struct optim o;
	struct meta m;
	struct err e = { "" };

	make_params(&ps);
	optim_init(&o, OPTIM_ADAM, &ps);
	if (!checkpoint_read_meta(&m, path, &e)) {
		read_metadata(&m);
		meta_free(&m);
	}
	*e.msg = '\0';
	if (checkpoint_open(&c, path, &e)) {
		FUZZ_CHECK(*e.msg && !strchr(e.msg, '\n'));
	} else {
		if (checkpoint_get_params(&ps, &c, "g", &e))
			FUZZ_CHECK(*e.msg);
		if (checkpoint_get_optim(&o, &ps, &c, "g", &e))
			FUZZ_CHECK(*e.msg);
		checkpoint_close(&c);
	}
	optim_free(&o);
	params_free(&ps);
	return 0;
}
