/* foreign: weights from elsewhere, safetensors or torch.save's, and the encoder that is looked for in them */
#include "use_foreign.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const from[] = { NULL, "state_dict", "a/b" };
	struct foreign_choice choice = { .from = from[fuzz_choose(&data, &size, 3)] };

	choice.ignore_objects = (int)fuzz_choose(&data, &size, 2);
	use_foreign(fuzz_file(data, size), &choice);
	return 0;
}
