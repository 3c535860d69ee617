/* labels: labels.tsv and, behind a NUL, classes.tsv, in a folder with a few files that they may name */
#include "use_dataset.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t n = nul ? (size_t)(nul - data) : size;

	if (!*fuzz_folder_path)
		make_files();
	fuzz_put("labels.tsv", data, n);
	fuzz_put("classes.tsv", nul ? nul + 1 : (const uint8_t *)"label\tname\n0\ta\n", nul ? size - n - 1 : 15);
	use_dataset();
	return 0;
}
