/* pickle: a pickle by itself, and in a whole archive, whose checksums no chance would find */
#include "../unit/pth_files.h"
#include "io/pth_pickle.h"
#include "use_foreign.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct foreign_choice choice = { .ignore_objects = (int)fuzz_choose(&data, &size, 2) };
	struct pth_pickle in = { data, data, data + size, choice.ignore_objects };
	struct pth_pool pool = { 0 };
	struct err e = { "" };
	const struct pth_value *v = pth_pickle_run(&in, &pool, &e);

	FUZZ_CHECK(v ? in.p > data && in.p <= data + size : *e.msg != 0);
	pth_pool_free(&pool);
	if (v) {
		struct buf b = zip_of(data, size, STORE);

		use_foreign(fuzz_file(b.p, b.n), &choice);
		free(b.p);
	}
	return 0;
}
