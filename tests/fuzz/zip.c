/* zip: an archive's directory and everything in it */
#include "fuzz.h"
#include "io/pth_zip.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pth_zip z = { 0 };
	const unsigned char *bytes;
	unsigned char *owned;
	struct err e = { "" };
	unsigned sum = 0;
	uint64_t k;
	int i;

	if (pth_zip_open(&z, data, size, &e))
		FUZZ_CHECK(*e.msg);
	for (i = 0; i < z.n && i < 50; i++) {
		FUZZ_CHECK(z.entry[i].name >= data && z.entry[i].name + z.entry[i].name_len <= data + size);
		if (pth_zip_data(&bytes, &owned, &z, &z.entry[i], &e))
			continue;
		for (k = 0; k < z.entry[i].size; k += 64)
			sum += bytes[k];
		free(owned);
	}
	pth_zip_find(&z, "x/data.pkl");
	pth_zip_close(&z);
	return sum == UINT32_MAX; /* so that it is computed */
}
