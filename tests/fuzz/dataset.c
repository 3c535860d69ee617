/* dataset: nnU-Net's dataset.json, in a folder with a few files that it may name */
#include "use_dataset.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!*fuzz_folder_path)
		make_files();
	fuzz_put("dataset.json", data, size);
	use_dataset();
	return 0;
}
